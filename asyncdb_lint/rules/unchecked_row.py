"""ADB703 unchecked-row: a row is asked for a column, though there may be none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts
    from ..semantics.facts import UncheckedRow as Unchecked


class UncheckedRow(Rule):
    """A column of a row that may be None."""

    code, name = "ADB703", "unchecked-row"
    severity, since = Severity.WARNING, "0.1.0"
    # Whether a row can be missing is often known from elsewhere: a foreign key, a session.
    default = False

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each query."""
        for row in module.unchecked_rows:
            yield Finding(
                row.call.node,
                f"`{row.source}` gives None where there is no row, and nothing asks before a column is read: "
                "the client gets a 500 where 404 is meant",
                help=f"{'' if row.name else 'give the row a name and '}test it before: "
                f"`if {row.name or 'row'} is None: raise HTTPException(404)`",
                mentions=_mentions(module, row),
            )


def _mentions(module: ModuleFacts, row: Unchecked) -> list[Mention]:
    ranges = module.parsed.range_of
    if row.use.function.module is not module.record:
        return []
    if ranges(row.use.node).start.line == ranges(row.call.node).start.line:
        return []
    return [Mention(module.parsed, row.use.node, "read here")]
