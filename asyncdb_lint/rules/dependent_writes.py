"""ADB504 dependent-writes: writes that belong together, and that no transaction holds together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.dependent_writes import Dependence
from ..semantics.queries import shown
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts

_HARM = {
    Dependence.RESULT: "`{second}` inserts what belongs to the row of `{first}`: if it fails, that row is left alone",
    Dependence.REPLACEMENT: "`{second}` puts in what `{first}` deletes: if it fails, the rows are gone",
    Dependence.TRANSFER: "`{first}` and `{second}` move an amount: if the second fails, the sum is wrong",
}


class DependentWrites(Rule):
    """Several writes of one function, outside of a transaction."""

    code, name = "ADB504", "dependent-writes"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each function, at the second of its first two writes that depend on one another."""
        for writes in module.dependent_writes:
            harm = _HARM[writes.why].format(first=shown(writes.first), second=shown(writes.second))
            yield Finding(
                writes.second.node,
                f"{harm}, since no transaction holds the two together",
                help="put both into one `async with database.transaction():`",
                fix=partial(cures.joining.hold_together, writes, module.project),
                mentions=[Mention(module.parsed, writes.first.node, "the first write")],
            )
