"""How much a finding weighs and how far its fix may be trusted; settings know these words without any finding."""

from __future__ import annotations

import enum


class Severity(enum.Enum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Applicability(enum.Enum):
    """How far a fix may be trusted, in Ruff's sense.

    A safe fix keeps the behaviour, or the code was broken before and is right now. An unsafe one is right for most
    programs but wants a look. A display-only one is shown and never applied.
    """

    SAFE = "safe"
    UNSAFE = "unsafe"
    DISPLAY = "display"
