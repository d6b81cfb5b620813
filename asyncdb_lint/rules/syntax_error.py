"""ADB001 syntax-error: a file that cannot be linted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class SyntaxErrorRule(Rule):
    """Reported by the engine itself: where it holds there are no facts to ask."""

    code, name = "ADB001", "syntax-error"
    severity, since = Severity.ERROR, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """A module that has facts has been parsed."""
        yield from ()
