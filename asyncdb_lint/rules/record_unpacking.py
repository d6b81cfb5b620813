"""ADB701 record-unpacking: a row gives the names of its columns when it is iterated, not their values."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, RowTakenApart


class RecordUnpacking(Rule):
    """A row that is unpacked, copied or spread as if it were a tuple of values."""

    code, name = "ADB701", "record-unpacking"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each place."""
        for taken in module.rows_taken_apart:
            yield Finding(
                taken.node,
                f"iterating a row gives the names of its columns, {_consequence(module, taken)}",
                help=_advice(taken),
                fix=partial(cures.unpacking.take_values, taken),
            )


def _consequence(module: ModuleFacts, taken: RowTakenApart) -> str:
    if taken.target is None:
        return "so this holds names where values are meant"
    targets = [module.parsed.code_of(element.value) for element in taken.target.elements]
    named = taken.columns if taken.columns is not None and len(taken.columns) == len(targets) else None
    if named:
        return f'so `{targets[0]}` is always the text "{named[0]}"'
    return f"so `{targets[0]}` is the name of the first column in every row"


def _advice(taken: RowTakenApart) -> str:
    if taken.columns:
        asked = ", ".join(f'row["{name}"]' for name in taken.columns)
        return f"ask the row for its values: `{asked}`"
    return "ask the row for its values: `row._mapping.values()`, or each by its name"
