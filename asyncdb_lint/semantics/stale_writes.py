"""Values that are read, computed with and written back, while another request may do the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .changes import RowChange, RowChanges
from .dependent_writes import holds, in_order, parts_of
from .reach import Reach
from .records import CallRecord, FunctionRecord, ModuleRecord
from .terms import Computed, Term
from .transactions import Transactions, option

_NO_ARITHMETIC = {"compare", "not", "unary"}
_STRICT = {"serializable", "repeatable_read"}
_DEEPEST = 10


class StaleWrite(NamedTuple):
    """A value that is written back after it was read and changed in Python."""

    read: CallRecord
    write: CallRecord
    in_transaction: bool
    column: str
    """The column that is written; empty where that is not known, or there are several."""


class StaleWrites:
    """Finds such writes in one project."""

    def __init__(self, changes: RowChanges, transactions: Transactions, reach: Reach) -> None:
        self.changes = changes
        self.transactions = transactions
        self.reach = reach

    def stale(self, module: ModuleRecord) -> Iterator[StaleWrite]:
        """One fact for each such write of a module."""
        if self.reach.module_kind(module) is not None:
            return
        for function in module.functions:
            if function.is_async:
                yield from self._in_function(function)

    def _in_function(self, function: FunctionRecord) -> Iterator[StaleWrite]:
        writes = {
            call: changes
            for call in function.calls
            if any(_computes(argument.term, 0) for argument in call.arguments) and (changes := self._updates(call))
        }
        if not writes:
            return
        reads = {call: read for call in function.calls if call not in writes and (read := self.changes.reads(call))}
        seen: set[CallRecord] = set()
        for first, second in in_order(function, [*reads, *writes]):
            if first not in reads or second not in writes or second in seen or self._is_strict(second):
                continue
            tables = {table for read in reads[first] if not read.is_locking for table in read.tables}
            if not any(change.table in tables for change in writes[second]):
                continue
            if any(_computes_with(argument.term, first, 0) for argument in second.arguments):
                seen.add(second)
                columns = {column for change in writes[second] for column in change.sets or ("",)}
                column = columns.pop() if len(columns) == 1 else ""
                yield StaleWrite(first, second, self.transactions.around(second) is not None, column)

    def _updates(self, call: CallRecord) -> list[RowChange]:
        return [
            change
            for change in self.changes.of(call)
            if change.verb == "update" and not change.moved and not change.compares_what_it_sets
        ]

    def _is_strict(self, call: CallRecord) -> bool:
        """Whether the transaction around a call makes the database itself look out for such writes."""
        block = self.transactions.around(call)
        made = block.transaction if block is not None else None
        return made is not None and str(option(made.call, "isolation")).lower() in _STRICT


def _computes(term: Term, depth: int) -> bool:
    """Whether a term holds arithmetic at all: a cheap question that spares the others."""
    if depth > _DEEPEST:
        return False
    if isinstance(term, Computed) and term.operator not in _NO_ARITHMETIC:
        return True
    return any(_computes(inner, depth + 1) for inner in parts_of(term))


def _computes_with(term: Term, read: CallRecord, depth: int) -> bool:
    """Whether a term holds arithmetic with what a call has read."""
    if depth > _DEEPEST:
        return False
    if isinstance(term, Computed) and term.operator not in _NO_ARITHMETIC and holds(term, read, 0):
        return True
    return any(_computes_with(inner, read, depth + 1) for inner in parts_of(term))
