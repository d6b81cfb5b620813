"""ADB002 unused-suppression and ADB003 suppression-without-reason: what is wrong with an ignore comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from .rule import Finding, Rule, RuleOption

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class UnusedSuppression(Rule):
    """Reported by the engine: only when all rules have spoken is it known what a comment hides."""

    code, name = "ADB002", "unused-suppression"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """Comments are no facts of the code."""
        yield from ()


class SuppressionWithoutReason(Rule):
    """Reported by the engine, too; `require-suppression-reason` turns it on."""

    code, name = "ADB003", "suppression-without-reason"
    severity, since = Severity.WARNING, "0.1.0"
    default = False
    options = (RuleOption("min-length", 1, "How many characters a reason must have."),)

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """Comments are no facts of the code."""
        yield from ()
