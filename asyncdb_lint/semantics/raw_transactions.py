"""BEGIN, COMMIT and ROLLBACK as statements of a pool, where each runs on a connection of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .bound_queries import RunText
from .connections import Connections
from .records import CallRecord, FunctionRecord
from .sql import Verb

_CONTROL: frozenset[Verb] = frozenset({"begin", "commit", "rollback", "savepoint"})


class ControlStatement(NamedTuple):
    """One statement that starts, ends or divides a transaction."""

    run: RunText
    verb: Verb


class RawTransaction(NamedTuple):
    """The statements of one function that control a transaction."""

    function: FunctionRecord
    statements: tuple[ControlStatement, ...]


class RawTransactions:
    """Finds them in one project."""

    def __init__(self, connections: Connections) -> None:
        self.connections = connections

    def of(self, runs: Sequence[RunText]) -> list[RawTransaction]:
        """By function, in the order of the source."""
        by_function: dict[FunctionRecord, list[ControlStatement]] = {}
        for run in runs:
            verbs = {text.statement.verb for text in run.texts if text.statements == 1}
            verb = next(iter(verbs)) if len(verbs) == 1 and len(run.texts) == 1 else None
            if verb in _CONTROL and "pool" in run.query.roles and not self._is_on_one_connection(run.query.sink):
                by_function.setdefault(run.query.site.function, []).append(ControlStatement(run, verb))
        return [RawTransaction(function, tuple(found)) for function, found in by_function.items()]

    def _is_on_one_connection(self, call: CallRecord) -> bool:
        pool = self.connections.pool_of_query(call)
        return self.connections.keeps_one(call) or self.connections.is_held(call, pool)
