"""Loops over the rows of a query that is still running: its connection is busy until the last row, or longer.

A task has one connection of a pool, and `iterate` holds its lock: a query in the loop's body waits for the loop to end,
for ever. A loop that is left early leaves the query running behind it, until the event loop gets to closing it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..lazy import cst
from ..nodes import children
from .calling import roles
from .connections import Connections, Frame, Identity
from .queries import Queries, receiver, shown
from .records import CallRecord, Context, FunctionRecord, ModuleRecord, UseKind, outwards, within_node
from .resolve import Resolver
from .terms import Entered, Result, Term
from .values import ClassValue, ExternalValue, GeneratorValue

_DEEPEST = 6
_WAITS = (UseKind.AWAITED, UseKind.ASYNC_ITERATED)


class Stream(NamedTuple):
    """A loop over the rows of a running query."""

    function: FunctionRecord
    loop: Context
    query: CallRecord
    """The call that gives the rows, here or in a generator that the loop runs."""
    pool: Identity

    @property
    def is_direct(self) -> bool:
        """`async for row in pool.iterate(...)`, with nothing between."""
        return isinstance(self.loop.node, cst.For) and self.loop.node.iter is self.query.node

    @property
    def source(self) -> str:
        """The query as messages show it."""
        return shown(self.query)

    @property
    def receiver(self) -> str:
        """What is asked for the rows, as written."""
        return receiver(self.query)

    @property
    def row(self) -> str:
        """What the loop calls a row."""
        node = self.loop.node
        return self.function.module.parsed.code_of(node.target) if isinstance(node, cst.For) else "row"


class BlockedQuery(NamedTuple):
    """A query in the body of such a loop, on the same connection."""

    stream: Stream
    call: CallRecord
    """The call in the body that leads to the query."""
    query: CallRecord


class LeftStream(NamedTuple):
    """A loop that is left early, and the query on its connection that comes next."""

    stream: Stream
    exit: cst.CSTNode
    """The `break` or `return`."""
    following: CallRecord
    """The query, or the call in the caller that leads to it."""


class Streams:
    """Finds such loops in one project."""

    def __init__(self, queries: Queries, connections: Connections) -> None:
        self.queries = queries
        self.resolver: Resolver = queries.resolver
        self.connections = connections

    # -- loops ------------------------------------------------------------------------------------------------------

    def _streams(self, function: FunctionRecord) -> Iterator[Stream]:
        for loop in function.loops:
            if loop.is_async:
                for item in loop.items:
                    found = self._running_query(item, None, 0)
                    if found is not None:
                        yield Stream(function, loop, *found)

    def _running_query(self, term: Term, frame: Frame | None, depth: int) -> tuple[CallRecord, Identity] | None:
        """The query that runs while a term is iterated: itself, in `aclosing`, or in a generator around its loop."""
        if depth > _DEEPEST:
            return None
        if isinstance(term, Entered) and isinstance(term.base, Result) and self._closes(term.base.call):
            return self._running_query(term.base.call.arguments[0].term, frame, depth + 1)
        if not isinstance(term, Result):
            return None
        method = self.queries.driver_method(term.call)
        if method is not None:
            pool = self.connections.pool_of_query(term.call, frame) if "streams" in roles(method) else None
            return (term.call, pool) if pool is not None else None
        values = self.resolver.resolve(term)
        if len(values) == 1 and isinstance(values[0], GeneratorValue) and values[0].is_async:
            return self._around_yields(values[0].function, Frame(term.call, values[0].function, frame), depth)
        return None

    def _around_yields(self, generator: FunctionRecord, frame: Frame, depth: int) -> tuple[CallRecord, Identity] | None:
        for context in generator.yields_in:
            for outer in outwards(context):
                if outer.is_async:
                    for item in outer.items:
                        found = self._running_query(item, frame, depth + 1)
                        if found is not None:
                            return found
        return None

    def _closes(self, call: CallRecord) -> bool:
        """`aclosing(rows)`"""
        return len(call.arguments) == 1 and any(
            (isinstance(value, ClassValue) and value.cls.module.is_stub and value.cls.name == "aclosing")
            or (isinstance(value, ExternalValue) and value.dotted.endswith(".aclosing"))
            for value in self.resolver.resolve(call.callee)
        )

    # -- queries in their bodies ------------------------------------------------------------------------------------

    def blocked(self, module: ModuleRecord) -> Sequence[BlockedQuery]:
        """Queries in the bodies of a module's loops, on the connection that the loop keeps busy."""
        found: list[BlockedQuery] = []
        for function in module.functions:
            for stream in self._streams(function):
                for call in function.calls:
                    if within_node(call.context, stream.loop.node) and _is_waited_for(call):
                        query = self._query_of(call, None, stream.pool, 0)
                        if query is not None:
                            found.append(BlockedQuery(stream, call, query))
        return found

    def _query_of(self, call: CallRecord, frame: Frame | None, pool: Identity, depth: int) -> CallRecord | None:
        """The query on a pool that awaiting a call runs in the same task."""
        if self.queries.sql_argument(call) is not None:
            return call if self.connections.pool_of_query(call, frame) == pool else None
        targets = [target for target in self.resolver.targets_of(call) if not target.module.is_stub]
        if depth > _DEEPEST or len(targets) != 1:
            return None
        target = targets[0]
        inner = Frame(call, target, frame)
        for other in target.calls:
            hands_on = not target.is_async and any(use.kind is UseKind.RETURNED for use in other.uses)
            if (_is_waited_for(other) and target.is_async) or hands_on:
                query = self._query_of(other, inner, pool, depth + 1)
                if query is not None:
                    return query
        return None

    # -- loops that are left early ----------------------------------------------------------------------------------

    def left(self, module: ModuleRecord) -> Sequence[LeftStream]:
        """Loops of a module that are left early, where the next thing their task waits for is a query beside them."""
        found: list[LeftStream] = []
        for function in module.functions:
            for stream in self._streams(function):
                for leaving in _exits(stream.loop.node):
                    following = self._following(stream, leaving)
                    if following is not None:
                        found.append(LeftStream(stream, leaving, following))
                        break
        return found

    def _following(self, stream: Stream, leaving: cst.CSTNode) -> CallRecord | None:
        if isinstance(leaving, cst.Break):
            return self._next_query(stream.function, stream.loop.node, None, stream.pool)
        for call in self.resolver.callers(stream.function):
            if not _is_waited_for(call):
                continue
            pool = self._seen_by(call, stream)
            following = self._next_query(call.function, call.node, None, pool) if pool is not None else None
            if following is not None:
                return following
        return None

    def _seen_by(self, caller: CallRecord, stream: Stream) -> Identity | None:
        """The pool of a loop, in the terms of a caller of its function."""
        for item in stream.loop.items:
            found = self._running_query(item, Frame(caller, stream.function), 0)
            if found is not None:
                return found[1]
        return None

    def _next_query(
        self, function: FunctionRecord, after: cst.CSTNode, frame: Frame | None, pool: Identity
    ) -> CallRecord | None:
        """What is waited for next behind a node, if that is a query on a pool; anything else gives time to close."""
        end = function.module.parsed.range_of(after).end
        ranges = function.module.parsed.range_of
        later = sorted(
            (call for call in function.calls if _is_waited_for(call) and ranges(call.node).start >= end),
            key=lambda call: (ranges(call.node).start.line, ranges(call.node).start.column),
        )
        reached = [call for call in later if _follows(function.node, after, call.node)]
        if not reached or self._query_of(reached[0], frame, pool, 0) is None:
            return None
        return reached[0]


def _is_waited_for(call: CallRecord) -> bool:
    """Whether the task itself waits for what a call gives."""
    return any(use.kind in _WAITS and use.function is call.function and not use.contained for use in call.uses)


def _exits(loop: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The `break` and `return` statements that leave a loop."""
    pending: list[tuple[cst.CSTNode, bool]] = [(loop.body, True)] if isinstance(loop, cst.For) else []
    while pending:
        node, breaks_it = pending.pop()
        if isinstance(node, cst.Return) or (isinstance(node, cst.Break) and breaks_it):
            yield node
        elif isinstance(node, cst.For | cst.While):
            pending.append((node.body, False))
            if node.orelse is not None:
                pending.append((node.orelse, breaks_it))
        elif not isinstance(node, cst.FunctionDef | cst.ClassDef | cst.BaseExpression):
            pending.extend((child, breaks_it) for child in reversed(list(children(node))))


def _follows(root: cst.CSTNode, first: cst.CSTNode, second: cst.CSTNode) -> bool:
    """Whether a path leads from one node to another behind it: not one that ends before, nor another branch."""
    one, two = _path(root, first), _path(root, second)
    if not one or not two:
        return False
    for level, (a, b) in enumerate(zip(one, two, strict=False)):
        if a is not b:
            parent = one[level - 1]
            if isinstance(parent, cst.If | cst.Match | cst.Try | cst.TryStar):
                return isinstance(parent, cst.Try | cst.TryStar) and (
                    isinstance(b, cst.Finally) or (a is parent.body and b is parent.orelse)
                )
            between = _between(parent, a, b)
            return not any(isinstance(node, cst.Return | cst.Raise) for node in _own_statements(between))
    return False


def _between(parent: cst.CSTNode, first: cst.CSTNode, second: cst.CSTNode) -> list[cst.CSTNode]:
    around = list(children(parent))
    return around[around.index(first) + 1 : around.index(second)] if first in around else []


def _own_statements(nodes: Sequence[cst.CSTNode]) -> Iterator[cst.CSTNode]:
    """The simple statements of a block itself, which run on every path."""
    for node in nodes:
        if isinstance(node, cst.SimpleStatementLine):
            yield from node.body


def _path(root: cst.CSTNode, target: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes from a root down to a target."""
    pending: list[tuple[cst.CSTNode, list[cst.CSTNode]]] = [(root, [root])]
    while pending:
        node, path = pending.pop()
        if node is target:
            return path
        pending.extend((child, [*path, child]) for child in children(node))
    return []
