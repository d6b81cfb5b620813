"""Queries that run once for every item of a loop while a request is served."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..lazy import cst
from ..nodes import descendants, names_in
from .calling import class_roles, roles
from .flat_texts import FlatText, Frame
from .loop_items import (
    Iterables,
    dependents,
    feeds_itself,
    item_names,
    leaves_early,
    mentions,
)
from .queries import Queries, numbered, shown
from .reach import Reach
from .records import CallRecord, Context, ContextKind, FunctionRecord, ModuleRecord, ParameterKind, UseKind, outwards
from .sql import read
from .terms import Attribute, Parameter, Result, Term, decorating, last_name
from .texts import Texts
from .values import FunctionValue, InstanceValue

_DEEPEST = 3
# A page, or many items at a time.
_SEVERAL = re.compile(r"\boffset\b|\bany\s*\(|\bin\s*(?:\(\s*)?:|\bin\s*\(\s*\Z|\bunnest\b", re.IGNORECASE)
_SEVERAL_CORE = {"in_", "not_in", "any_", "offset", "slice"}
_REPEATING = {ContextKind.LOOP, ContextKind.COMPREHENSION}
_ROWS = {"insert", "update", "delete", "replace", "merge"}
_READS = {"select"}


class LoopQuery(NamedTuple):
    """A query that a loop runs for each of its items."""

    call: CallRecord
    """The call in the loop."""
    query: CallRecord
    """The query: the same call, or one in a function that it runs."""
    loop: Context
    writes: bool
    inserts_only: bool
    serves_requests: bool
    """A handler or dependency is known to lead to the loop; otherwise it may stand in a background task."""
    others: tuple[CallRecord, ...] = ()

    @property
    def item(self) -> str:
        """What the loop calls its item."""
        target = self.loop.node.target if isinstance(self.loop.node, cst.For) else None
        if target is None and isinstance(self.loop.node, cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp):
            target = self.loop.node.for_in.target
        return self.call.module.parsed.code_of(target) if target is not None else "item"

    @property
    def source(self) -> str:
        """The call as messages show it."""
        return " ".join(shown(self.call).split())

    @property
    def query_source(self) -> str:
        """The query as messages show it."""
        return " ".join(shown(self.query).split())


class _Seen(NamedTuple):
    """A query, and the calls through which a loop runs it."""

    query: CallRecord
    frame: Frame | None


class Loops:
    """Finds the queries in loops of one project."""

    def __init__(self, queries: Queries, texts: Texts, reach: Reach) -> None:
        self.resolver = queries.resolver
        self.queries = queries
        self.texts = texts
        self.reach = reach
        self.iterables = Iterables(self.resolver)
        self._names: dict[int, set[str]] = {}
        self._running: dict[FunctionRecord, bool] = {}

    def _item_names(self, loop: Context) -> set[str]:
        key = id(loop.node)
        if key not in self._names:
            self._names[key] = item_names(loop)
        return self._names[key]

    def in_module(self, module: ModuleRecord) -> Sequence[LoopQuery]:
        """One fact for each loop, at its first query."""
        found: dict[int, list[LoopQuery]] = {}
        for call in module.calls:
            # A plain function cannot wait for a query: what it makes is awaited elsewhere, or never runs.
            if not call.function.is_async or not self._may_be_query(call):
                continue
            # Asked before the loop, which takes LibCST's tree.
            loop = self._open_loop(call) if self.reach.may_serve_requests(call.function) else None
            query = self._behind(call, self._item_names(loop), None, {call.function}) if loop is not None else None
            if loop is not None and query is not None:
                item = self._judged(call, query, loop)
                if item is not None:
                    found.setdefault(id(loop.node), []).append(item)
        return [_together(items) for items in found.values()]

    # -- loops ------------------------------------------------------------------------------------------------------

    def _open_loop(self, call: CallRecord) -> Context | None:
        """The innermost loop around a call that gives it its items; None where the loop is one that has to be."""
        loops = [context for context in outwards(call.context) if context.kind in _REPEATING]
        # What a `while` waits for, and what an `async for` brings, comes one by one.
        if any(context.is_async or not context.items for context in loops):
            return None
        innermost = next((context for context in loops if mentions(call, self._item_names(context))), None)
        if innermost is None or self.iterables.is_closed(innermost) or leaves_early(innermost.node):
            return None
        return innermost

    def _may_be_query(self, call: CallRecord) -> bool:
        """Whether a call is in a loop, and a query or of a coroutine that may run one."""
        return any(outer.kind in _REPEATING for outer in outwards(call.context)) and self._leads_to_query(call)

    def _leads_to_query(self, call: CallRecord) -> bool:
        return self.queries.sql_argument(call) is not None or any(map(self._runs_query, self._coroutines_of(call)))

    def _coroutines_of(self, call: CallRecord) -> list[FunctionRecord]:
        values = self.resolver.resolve(call.callee)
        return [value.function for value in values if isinstance(value, FunctionValue) and value.function.is_async]

    def _runs_query(self, function: FunctionRecord) -> bool:
        if function not in self._running:
            reached = [function]
            for current in reached:
                reached += dict.fromkeys(
                    inner for call in current.calls for inner in self._coroutines_of(call) if inner not in reached
                )
            calls = (call for current in reached for call in current.calls)
            self._running[function] = any(self.queries.sql_argument(call) is not None for call in calls)
        return self._running[function]

    def _judged(self, call: CallRecord, seen: _Seen, loop: Context) -> LoopQuery | None:
        verbs, query = self._verbs(seen), seen.query
        if feeds_itself(call) or verbs is None:
            return None
        writes = bool(verbs & _ROWS)
        if writes and (self._is_guarded_alone(call, loop) or self._is_in_transaction(call, seen)):
            return None
        return LoopQuery(call, query, loop, writes, verbs == {"insert"}, self.reach.surely_from_requests(call.function))

    def _is_guarded_alone(self, call: CallRecord, loop: Context) -> bool:
        """Whether every item has its own `try` or its own transaction inside the loop: then it stands for itself."""
        for context in outwards(call.context):
            if context.is_same(loop):
                return False
            if context.kind in (ContextKind.TRY, ContextKind.EXCEPT, ContextKind.ASYNC_WITH):
                return True
        return False

    # -- queries ----------------------------------------------------------------------------------------------------

    def _behind(
        self, call: CallRecord, names: set[str], frame: Frame | None, seen: set[FunctionRecord]
    ) -> _Seen | None:
        """The query that a call is or leads to, if what it asks for depends on one of some names."""
        if not mentions(call, names):
            return None
        if self.queries.sql_argument(call) is not None:
            query = _Seen(call, frame)
            return query if self._is_single(query) else None
        if len(seen) > _DEEPEST:
            return None
        for value in self.resolver.resolve(call.callee):
            if not isinstance(value, FunctionValue) or value.form or value.function in seen:
                continue
            function = value.function
            if function.module.is_stub or not function.is_async or function.is_generator or self._is_cached(function):
                continue
            given = dependents(function.node, set(_parameters_given(call, value, names)))
            for inner in function.calls:
                awaited = any(use.kind in (UseKind.AWAITED, UseKind.RETURNED) for use in inner.uses)
                through = Frame(call, function, frame)
                found = self._behind(inner, given, through, {*seen, function}) if awaited else None
                if found is not None:
                    return found
        return None

    def _is_cached(self, function: FunctionRecord) -> bool:
        return any(
            isinstance(value, FunctionValue) and "caches" in roles(value.function)
            for decorator in function.decorators
            for value in self.resolver.resolve(decorating(decorator))
        )

    def _is_single(self, seen: _Seen) -> bool:
        """Whether a query takes one item at a time."""
        call = seen.query
        method = self.queries.driver_method(call)
        if method is None or any(
            parameter.annotation is not None and last_name(parameter.annotation) == "ManyBinds"
            for parameter in method.parameters
        ):
            return False
        return not any(
            isinstance(node, cst.Attribute) and node.attr.value in _SEVERAL_CORE for node in descendants(call.node)
        ) and not any(_SEVERAL.search(_literal(flat)) for flat in self._texts_of(seen))

    def _texts_of(self, seen: _Seen) -> list[FlatText]:
        term = self.queries.sql_argument(seen.query)
        return self.texts.flatten(term, seen.frame) if term is not None else []

    def _verbs(self, seen: _Seen) -> set[str] | None:
        """What a query does with rows; None where it does something else, or nobody knows."""
        texts = self._texts_of(seen)
        if texts:
            verbs = {read(numbered(flat.parts)).verb or "" for flat in texts}
            return {str(verb) for verb in verbs} if verbs <= _ROWS | _READS else None
        core = self._core_verb(self.queries.sql_argument(seen.query), seen.frame)
        if core is not None:
            return {core}
        method = self.queries.driver_method(seen.query)
        return {"select"} if method is not None and "writes" not in roles(method) else None

    def _core_verb(self, term: Term | None, frame: Frame | None) -> str | None:
        """`insert` for `users.insert().values(...)` and `insert(users)`."""
        while isinstance(term, Parameter):
            passed = self.texts.argument(term, frame)
            term, frame = passed if passed is not None else (None, None)
        while isinstance(term, Result):
            callee = term.call.callee
            name = last_name(callee)
            if name in _ROWS | _READS:
                return name
            term = callee.base if isinstance(callee, Attribute) else None
        return None

    # -- transactions -----------------------------------------------------------------------------------------------

    def _is_in_transaction(self, call: CallRecord, seen: _Seen) -> bool:
        """Whether a transaction is entered on the way from a loop to its query, or on one that leads to the loop."""
        frame = seen.frame
        while frame is not None:
            if self._stands_in_transaction(frame.call):
                return True
            frame = frame.outer
        return self._stands_in_transaction(seen.query) or self._is_called_in_transaction(call, 0)

    def _is_called_in_transaction(self, call: CallRecord, depth: int) -> bool:
        return self._stands_in_transaction(call) or (
            depth < _DEEPEST
            and any(
                self._is_called_in_transaction(caller, depth + 1) for caller in self.resolver.callers(call.function)
            )
        )

    def _stands_in_transaction(self, call: CallRecord) -> bool:
        """Whether a transaction is entered in the same function, or around all of it."""
        entered = (
            item
            for context in outwards(call.context)
            if context.kind is ContextKind.ASYNC_WITH
            for item in context.items
        )
        return any(map(self._is_transaction, (*entered, *call.function.decorators)))

    def _is_transaction(self, term: Term) -> bool:
        return any(
            isinstance(value, InstanceValue) and "transaction" in class_roles(self.resolver, value)
            for value in self.resolver.resolve(term)
        )


def _literal(flat: FlatText) -> str:
    return "".join(part if isinstance(part, str) else "" for part in flat.parts)


def _parameters_given(call: CallRecord, value: FunctionValue, names: set[str]) -> Iterator[str]:
    """The parameters that are given something made from one of some names."""
    parameters = [parameter for parameter in value.function.parameters if parameter.kind is ParameterKind.POSITIONAL]
    if value.receiver is not None and parameters:
        if isinstance(call.node.func, cst.Attribute) and not names.isdisjoint(names_in(call.node.func.value)):
            yield parameters[0].name
        parameters = parameters[1:]
    position = 0
    for argument in call.arguments:
        depends = not names.isdisjoint(names_in(argument.node))
        if argument.keyword is not None:
            if depends:
                yield argument.keyword
        elif not argument.star:
            if depends and position < len(parameters):
                yield parameters[position].name
            position += 1


def _together(items: list[LoopQuery]) -> LoopQuery:
    return items[0]._replace(
        inserts_only=all(item.inserts_only for item in items), others=tuple(item.call for item in items[1:])
    )
