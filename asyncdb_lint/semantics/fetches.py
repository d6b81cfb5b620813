"""What is used of the rows that a query fetches: all of them, the first, their number, or that there is one."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from .calling import roles
from .queries import Queries, shown
from .reach import Origin, Reach
from .records import CallRecord, ContextKind, ModuleRecord, Use, UseKind, outwards
from .sql.columns import AGGREGATES, always_gives_row, gives_one_row
from .terms import Attribute, Result, Term, last_name
from .texts import Texts
from .values import ClassValue, CollectionValue, ExternalInstance, FunctionValue, Value


class Needed(enum.Enum):
    """How much of a result is used."""

    FIRST = "the first row"
    EXISTENCE = "whether there is a row"
    COUNT = "how many rows there are"


class ExcessiveFetch(NamedTuple):
    """A query that fetches every row where one row, or a number, is all that is used."""

    call: CallRecord
    needed: Needed
    uses: tuple[Use, ...]
    row_method: str
    """The driver's method that gives one row."""
    value_method: str
    """The driver's method that gives one value."""

    @property
    def source(self) -> str:
        """The call as messages show it."""
        return shown(self.call)

    @property
    def is_tested(self) -> bool:
        """Whether the code asks if there is a row at all."""
        return any(use.kind is not UseKind.SUBSCRIPTED for use in self.uses)


_NEEDS_ROW = {UseKind.SUBSCRIPTED, UseKind.ATTRIBUTE, UseKind.UNPACKED}


class UncheckedRow(NamedTuple):
    """A row that is asked for its columns though the query may give None."""

    call: CallRecord
    use: Use

    @property
    def source(self) -> str:
        """The call as messages show it."""
        return shown(self.call)

    @property
    def name(self) -> str:
        """What the row is called; empty where it has no name."""
        match self.call.statement:
            case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])]):
                return name if self.use.kind is not UseKind.BOUND else ""
            case _:
                return ""


class Fetches:
    """Judges the queries of one project."""

    def __init__(self, queries: Queries, texts: Texts, reach: Reach) -> None:
        self.resolver = queries.resolver
        self.queries = queries
        self.texts = texts
        self.reach = reach

    def excessive(self, module: ModuleRecord) -> Iterator[ExcessiveFetch]:
        """The queries of a module that fetch more than is used; a test may look at whatever it likes."""
        if self.reach.module_kind(module) is Origin.TEST:
            return
        for call in module.calls:
            method = self.queries.driver_method(call)
            if method is None or "gives_rows" not in roles(method) or method.owner is None:
                continue
            uses = tuple(use for use in call.awaited_uses if not use.taken and use.kind is not UseKind.BOUND)
            needed = self._needed(uses)
            if needed is None or (needed is not Needed.COUNT and self._gives_one_row(call)):
                continue
            siblings = {role: name for name, other in method.owner.methods.items() for role in roles(other)}
            if "gives_row" in siblings and "gives_value" in siblings:
                yield ExcessiveFetch(call, needed, uses, siblings["gives_row"], siblings["gives_value"])

    def unchecked(self, module: ModuleRecord) -> Iterator[UncheckedRow]:
        """The queries of a module whose row is asked for a column though there may be none."""
        if self.reach.module_kind(module) is not None:
            return
        for call in module.calls:
            method = self.queries.driver_method(call)
            if method is None or "gives_row" not in roles(method) or self._is_caught(call):
                continue
            uses = [use for use in call.awaited_uses if not use.taken and use.kind is not UseKind.BOUND]
            # Whoever tests, returns or passes the row on may know whether there is one.
            if uses and all(use.kind in _NEEDS_ROW and not use.contained for use in uses):
                if not self._always_gives_row(call):
                    yield UncheckedRow(call, uses[0])

    def _is_caught(self, call: CallRecord) -> bool:
        return any(context.kind is ContextKind.TRY and context.clauses for context in outwards(call.context))

    def _always_gives_row(self, call: CallRecord) -> bool:
        sql = self.queries.sql_argument(call)
        if sql is None:
            return True
        texts = self.texts.flatten(sql)
        if texts:
            return any(flat.literal is None or always_gives_row(flat.literal) for flat in texts)
        return self._core_aggregates(sql) or any("insert" in _links(value) for value in self.resolver.resolve(sql))

    def _needed(self, uses: tuple[Use, ...]) -> Needed | None:
        kinds = {self._needed_by(use) for use in uses}
        if not kinds or None in kinds:
            return None
        if Needed.FIRST in kinds:
            # `len(rows) == 1` before `rows[0]` needs to know of a second row.
            return Needed.FIRST if Needed.COUNT not in kinds else None
        return Needed.COUNT if Needed.COUNT in kinds else Needed.EXISTENCE

    def _needed_by(self, use: Use) -> Needed | None:
        if use.contained:
            return None
        if use.kind is UseKind.TESTED:
            return Needed.EXISTENCE
        if use.kind is UseKind.SUBSCRIPTED and isinstance(use.node, cst.Subscript):
            return Needed.FIRST if _asks_for_first(use.node) else None
        if use.kind is UseKind.ARGUMENT and use.call is not None and len(use.call.arguments) == 1:
            return self._needed_by_builtin(use.call)
        return None

    def _needed_by_builtin(self, call: CallRecord) -> Needed | None:
        for value in self.resolver.resolve(call.callee):
            match value:
                case FunctionValue(function=function) if function.module.is_stub:
                    is_len = function.module.path.stem == "builtins" and function.name == "len"
                    return Needed.COUNT if is_len else None
                case ClassValue(cls=cls) if cls.module.is_stub:
                    is_bool = cls.module.path.stem == "builtins" and cls.name == "bool"
                    return Needed.EXISTENCE if is_bool else None
                case _:
                    return None
        return None

    def _gives_one_row(self, call: CallRecord) -> bool:
        """Whether the SQL itself asks for no more than a row, so that nothing is fetched in vain."""
        sql = self.queries.sql_argument(call)
        if sql is None:
            return False
        if self._core_gives_one_row(sql):
            return True
        return any(gives_one_row(flat.literal or "") for flat in self.texts.flatten(sql))

    def _core_gives_one_row(self, sql: Term) -> bool:
        """`select(...).limit(1)`, `select(func.max(...))`"""
        return self._core_aggregates(sql) or any("limit" in _links(value) for value in self.resolver.resolve(sql))

    def _core_aggregates(self, sql: Term) -> bool:
        """`select(func.max(...))` without `group_by`"""
        links = {link for value in self.resolver.resolve(sql) for link in _links(value)}
        term = sql
        while isinstance(term, Result) and isinstance(term.call.callee, Attribute):
            if self._lists_aggregate(term.call):
                return "group_by" not in links
            term = term.call.callee.base
        return isinstance(term, Result) and self._lists_aggregate(term.call) and "group_by" not in links

    def _lists_aggregate(self, call: CallRecord) -> bool:
        """Whether `func.max(...)` or its like is among the arguments of a `select`."""
        if last_name(call.callee) != "select":
            return False
        terms = [argument.term for argument in call.arguments]
        values = [value for term in terms for value in self.resolver.resolve(term)]
        for value in list(values):
            if isinstance(value, CollectionValue):
                values += [found for element in value.term.elements for found in self.resolver.resolve(element)]
        names = {name.lower() for name in AGGREGATES}
        return any("func" in (links := _links(value)) and not names.isdisjoint(links) for value in values)


def _links(value: Value) -> list[str]:
    """The names in a chain of calls of a library: `select`, `where`, `limit`."""
    return value.dotted.replace("()", "").split(".") if isinstance(value, ExternalInstance) else []


def _asks_for_first(node: cst.Subscript) -> bool:
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.Integer(value="0")))]:
            return True
        case _:
            return False
