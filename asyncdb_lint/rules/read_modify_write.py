"""ADB510 read-modify-write: a value is read, changed in Python and written back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..semantics.queries import shown
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, StaleWrite


class ReadModifyWrite(Rule):
    """Fetch, compute, write back, without a lock or an atomic UPDATE."""

    code, name = "ADB510", "read-modify-write"
    severity, since = Severity.WARNING, "0.1.0"
    default = False

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each write."""
        for stale in module.stale_writes:
            no_help = "; the transaction around them does not prevent it" if stale.in_transaction else ""
            yield Finding(
                stale.write.node,
                f"`{shown(stale.write)}` writes back what was computed from `{shown(stale.read)}`: of two requests at "
                f"once, one change is lost{no_help}",
                help=f"let the database compute{_example(stale)}, or lock the row, `SELECT ... FOR UPDATE`, "
                "in one transaction",
                mentions=[Mention(module.parsed, stale.read.node, "read here")],
            )


def _example(stale: StaleWrite) -> str:
    return f", `SET {stale.column} = {stale.column} + ...`" if stale.column else " in the UPDATE itself"
