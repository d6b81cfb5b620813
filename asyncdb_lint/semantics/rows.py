"""Rows of a result: which values are rows, and what it means to take one apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from .calling import class_roles
from .queries import Queries
from .records import CallRecord, FunctionRecord, ModuleRecord
from .sql.columns import columns
from .terms import Awaited, Checked, Element, Item, Narrowed, Result, Term, arguments_of, last_name
from .texts import Texts
from .values import NONE, ClassValue, InstanceValue, Value

_COPIES = {"tuple", "list"}


class RowTakenApart(NamedTuple):
    """A row that is iterated for its values and gives the names of its columns instead."""

    node: cst.CSTNode
    source: cst.BaseExpression
    """What is taken apart, as written: a row, or what gives rows."""
    target: cst.Tuple | cst.List | None
    """The names that are bound to columns' names; None where the row is copied or spread."""
    holds_rows: bool
    """`dict(rows)`: the source gives rows, and each of them is taken apart."""
    function: FunctionRecord
    columns: tuple[str, ...] | None
    """The names of the row's columns, where the SQL tells."""
    is_plain_text: bool
    """The query is text, so a column's value is what the driver gives for it, however it is asked for."""


class Rows:
    """Answers for the values of one project."""

    def __init__(self, queries: Queries, texts: Texts) -> None:
        self.resolver = queries.resolver
        self.queries = queries
        self.texts = texts

    def taken_apart(self, module: ModuleRecord) -> list[RowTakenApart]:
        """Rows of a module whose columns' names are taken for their values."""
        found = [
            self._fact(unpacked.target, unpacked.source, unpacked.value, unpacked.function, target=unpacked.target)
            for unpacked in module.unpacked.values()
            if self.gives_names(unpacked.value)
        ]
        found += [
            self._fact(spread.node, spread.node, spread.value, spread.function)
            for spread in module.spread.values()
            if self.gives_names(spread.value)
        ]
        for call in module.calls:
            builtin = self._builtin(call)
            if builtin is None or len(call.arguments) != 1 or call.arguments[0].star or call.arguments[0].keyword:
                continue
            given = call.arguments[0]
            if builtin in _COPIES and self.gives_names(given.term):
                found.append(self._fact(call.node, given.node, given.term, call.function))
            elif builtin == "dict" and self.gives_names(Element(given.term, False)):
                row = Element(given.term, False)
                found.append(self._fact(call.node, given.node, row, call.function, holds_rows=True))
        return found

    def gives_names(self, term: Term) -> bool:
        """Whether a term is surely a row (or None) that gives the names of its columns when it is iterated."""
        values = [value for value in self.resolver.resolve(term) if value != NONE]
        return bool(values) and all(self._gives_names(value) for value in values)

    def _gives_names(self, value: Value) -> bool:
        if not isinstance(value, InstanceValue) or "row" not in class_roles(self.resolver, value):
            return False
        iterate = self.resolver.method(value.cls, "__iter__")
        return (
            iterate is not None
            and isinstance(iterate.returns, Item)
            and [last_name(argument) for argument in arguments_of(iterate.returns.key)] == ["str"]
        )

    def _fact(
        self,
        node: cst.CSTNode,
        source: cst.BaseExpression,
        row: Term,
        function: FunctionRecord,
        *,
        target: cst.Tuple | cst.List | None = None,
        holds_rows: bool = False,
    ) -> RowTakenApart:
        texts = [text for query in self._queries_of(row) for text in self._texts_of(query)]
        named = {columns(text) if text is not None else None for text in texts}
        return RowTakenApart(
            node, source, target, holds_rows, function, named.pop() if len(named) == 1 else None, bool(texts)
        )

    def _queries_of(self, row: Term) -> Iterator[CallRecord]:
        """The query that gave a row, where it stands in the same function."""
        while isinstance(row, Element | Item | Checked | Narrowed | Awaited):
            row = row.base
        if isinstance(row, Result) and self.queries.sql_argument(row.call) is not None:
            yield row.call

    def _texts_of(self, query: CallRecord) -> Iterator[str | None]:
        """The texts that a query may run; None for one with holes, nothing for a Core expression."""
        sql = self.queries.sql_argument(query)
        for flat in self.texts.flatten(sql) if sql is not None else ():
            yield flat.literal

    def _builtin(self, call: CallRecord) -> str | None:
        for value in self.resolver.resolve(call.callee):
            if isinstance(value, ClassValue) and value.cls.module.is_stub:
                return value.cls.name if value.cls.module.path.stem == "builtins" else None
        return None
