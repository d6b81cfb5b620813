"""Statements for one connection that are run on a pool, which may take another connection for each query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .connections import Connections
from .queries import Queries, numbered
from .reach import Origin, Reach
from .records import CallRecord, ModuleRecord
from .sql.session import SessionStatement, session_statement
from .terms import Attribute
from .texts import Texts


class LostSessionState(NamedTuple):
    """Such a statement: what it sets is gone when the next query runs."""

    call: CallRecord
    statement: SessionStatement
    at_startup: bool
    """It is meant for all that the application does, not for the queries that follow."""
    following: tuple[CallRecord, ...]
    """The queries of the same function that run on the same pool afterwards."""

    @property
    def pool_source(self) -> str:
        """The pool, as written."""
        return self.call.module.parsed.code_of(self.call.node.func).rpartition(".")[0]


class Sessions:
    """Finds them in the modules of one project."""

    def __init__(self, queries: Queries, connections: Connections, texts: Texts, reach: Reach) -> None:
        self.queries = queries
        self.connections = connections
        self.texts = texts
        self.reach = reach

    def lost(self, module: ModuleRecord) -> Sequence[LostSessionState]:
        """Statements of a module that are run on a pool and not inside one of its connections."""
        if self.reach.module_kind(module) is Origin.TEST:
            return []
        found: list[LostSessionState] = []
        for call in module.calls:
            sql = self.queries.sql_argument(call)
            if sql is None or not isinstance(call.callee, Attribute) or not self.connections.is_pool(call.callee.base):
                continue
            statements = [session_statement(numbered(flat.parts)) for flat in self.texts.flatten(sql)]
            first = statements[0] if statements else None
            if first is None or None in statements or self.connections.keeps_one(call):
                continue
            pool = self.connections.pool_of_query(call)
            if self.connections.is_held(call, pool):
                continue
            at_startup = Origin.LIFECYCLE in self.reach.origins(call.function)
            found.append(LostSessionState(call, first, at_startup, self._following(call)))
        return found

    def _following(self, call: CallRecord) -> tuple[CallRecord, ...]:
        pool = self.connections.pool_of_query(call)
        ranges = call.module.parsed.range_of
        return tuple(
            other
            for other in call.function.calls
            if other is not call
            and self.queries.sql_argument(other) is not None
            and pool is not None
            and self.connections.pool_of_query(other) == pool
            and ranges(other.node).start > ranges(call.node).start
        )
