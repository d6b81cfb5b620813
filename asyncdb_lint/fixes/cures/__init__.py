"""How each kind of finding is cured: from facts to plans.

Rules name a cure by its module, which is imported when there is a finding to cure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...lazy import lazy_modules

if TYPE_CHECKING:
    from . import (
        acquiring,
        awaiting,
        batching,
        binding,
        casting,
        catching,
        closing,
        collecting,
        concealing,
        entering,
        entering_clients,
        entries,
        fetching,
        guarding,
        hoisting,
        holding,
        iterating,
        joining,
        lifespans,
        naming,
        restyling,
        savepoints,
        sequencing,
        sleeping,
        starting,
        tasks,
        transacting,
        unpacking,
        unwrapping,
        urls,
    )

__all__ = [
    "acquiring",
    "awaiting",
    "batching",
    "binding",
    "casting",
    "catching",
    "closing",
    "collecting",
    "concealing",
    "entering",
    "entering_clients",
    "entries",
    "fetching",
    "guarding",
    "hoisting",
    "holding",
    "iterating",
    "joining",
    "lifespans",
    "naming",
    "restyling",
    "savepoints",
    "sequencing",
    "sleeping",
    "starting",
    "tasks",
    "transacting",
    "unpacking",
    "unwrapping",
    "urls",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_modules(__name__, __all__)
