"""Connections that are used while nothing has entered them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..lazy import cst
from .connections import Connections
from .queries import Queries, shown
from .records import CallRecord, Context, ContextKind, ModuleRecord, UseKind, stands_in
from .terms import Attribute, Entered, Result, Term

# What else may enter a connection, or may hand it to somebody who does.
_OUT_OF_SIGHT = {
    UseKind.ARGUMENT, UseKind.RETURNED, UseKind.STORED, UseKind.YIELDED, UseKind.AWAITED, UseKind.UNPACKED,
    UseKind.SUBSCRIPTED, UseKind.ENTERED,
}  # fmt: skip


class UnenteredUse(NamedTuple):
    """A query on a connection that is not entered there."""

    query: CallRecord
    connection: CallRecord
    """The call that gives the connection."""
    after: Context | None
    """The block that has entered it, and is over; None where there is none before the query."""
    has_block: bool
    """Whether a block enters it anywhere."""

    @property
    def source(self) -> str:
        """The connection as messages show it."""
        return shown(self.connection)

    @property
    def pool_source(self) -> str:
        """The pool, as written where it is asked for the connection."""
        return _owner_of(self.connection)

    @property
    def name(self) -> str:
        """What the query is asked of, as written."""
        return _owner_of(self.query)

    @property
    def is_chained(self) -> bool:
        """`pool.connection().fetch_all(...)`"""
        return isinstance(self.query.node.func, cst.Attribute) and self.query.node.func.value is self.connection.node


class UnenteredConnections:
    """Finds them in the modules of one project."""

    def __init__(self, queries: Queries, connections: Connections) -> None:
        self.queries = queries
        self.connections = connections

    def of(self, module: ModuleRecord) -> Sequence[UnenteredUse]:
        """The queries of a module on connections that are not entered."""
        found: list[UnenteredUse] = []
        for call in module.calls:
            callee = call.callee
            if not isinstance(callee, Attribute) or not isinstance(callee.base, Result | Entered):
                continue
            made = self._connection(callee.base)
            if made is None or made.function is not call.function or self.queries.sql_argument(call) is None:
                continue
            entered = self._entered(made)
            if (isinstance(callee.base, Entered) and not entered) or not self._is_in_sight(made):
                continue
            if any(stands_in(call.context, context) for context in entered):
                continue
            pool = self.connections.pool(callee.base)
            if not self.connections.is_held(call, pool):
                found.append(UnenteredUse(call, made, self._last_before(call, entered), bool(entered)))
        return found

    def _connection(self, term: Term) -> CallRecord | None:
        """`pool.connection()`, for what it gives and for what entering that gives."""
        inner = term.base if isinstance(term, Entered) else term
        if not isinstance(inner, Result) or not self.connections.gives(inner.call, "connection"):
            return None
        callee = inner.call.callee
        return inner.call if isinstance(callee, Attribute) and self.connections.is_pool(callee.base) else None

    def _entered(self, connection: CallRecord) -> list[Context]:
        """The blocks of the function that enter a connection."""
        return [
            context
            for context in connection.function.withs
            if context.kind is ContextKind.ASYNC_WITH
            and any(isinstance(item, Result) and item.call is connection for item in context.items)
        ]

    def _is_in_sight(self, connection: CallRecord) -> bool:
        """Whether all that is done with a connection is seen here."""
        for use in connection.uses:
            if use.kind in _OUT_OF_SIGHT or use.function is not connection.function:
                return False
            if use.attribute in ("__aenter__", "__aexit__"):
                return False
        return True

    def _last_before(self, call: CallRecord, blocks: list[Context]) -> Context | None:
        ranges = call.module.parsed.range_of
        before = [block for block in blocks if ranges(block.node).start < ranges(call.node).start]
        return before[-1] if before else None


def _owner_of(call: CallRecord) -> str:
    """What a method is called on, as written."""
    function = call.node.func
    return call.module.parsed.code_of(function.value if isinstance(function, cst.Attribute) else function)
