"""Errors of queries that are caught inside a transaction which goes on: PostgreSQL has given it up by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from ..lazy import cst
from ..nodes import descendants
from .backend import Backends
from .databases import Databases
from .paths import Paths
from .reach import Origin, Reach
from .records import CallRecord, Context, ContextKind, ExceptClause, FunctionRecord, ModuleRecord, stands_in
from .transactions import Block, Transactions, option
from .values import ExternalValue

_EVERYTHING = {"builtins.Exception", "builtins.BaseException"}
_DRIVERS = ("asyncpg.", "psycopg.", "psycopg2.", "aiopg.")
_DEEPEST = 6


class SwallowedInTransaction(NamedTuple):
    """An `except` inside a transaction behind which the transaction goes on."""

    module: ModuleRecord
    context: Context
    """The `try`."""
    clause: ExceptClause
    query: CallRecord
    """The first query whose error is caught, as the `try` sees it."""
    block: Block


class SwallowedInTransactions:
    """Finds such places in one project."""

    def __init__(self, databases: Databases, transactions: Transactions, backends: Backends, reach: Reach) -> None:
        self.resolver = databases.resolver
        self.databases = databases
        self.transactions = transactions
        self.backends = backends
        self.reach = reach

    def of(self, module: ModuleRecord) -> Sequence[SwallowedInTransaction]:
        """Such places whose `except` stands in a module."""
        # Asked first: where nothing is caught, no transaction of the project need be looked at.
        catches = any(self._catching(context) for function in module.functions for context in function.tries)
        return self._by_module.get(module, ()) if catches else ()

    @cached_property
    def _by_module(self) -> dict[ModuleRecord, list[SwallowedInTransaction]]:
        found: dict[ModuleRecord, list[SwallowedInTransaction]] = {}
        seen: set[int] = set()
        for module in self.resolver.modules:
            if module.is_stub or self.reach.module_kind(module) is Origin.TEST:
                continue
            for function in module.functions:
                for block in self.transactions.blocks(function):
                    for swallowed in self._in_block(block):
                        if id(swallowed.clause.node) not in seen:
                            seen.add(id(swallowed.clause.node))
                            found.setdefault(swallowed.module, []).append(swallowed)
        return found

    def _in_block(self, block: Block) -> Iterator[SwallowedInTransaction]:
        if block.transaction is not None and option(block.transaction.call, "force_rollback") is True:
            return
        for call in block.calls:
            if self.transactions.around(call) is block:
                yield from self._behind(call, block, block.context, set(), 0)

    def _behind(
        self, call: CallRecord, block: Block, outermost: Context | None, seen: set[FunctionRecord], depth: int
    ) -> Iterator[SwallowedInTransaction]:
        """What swallows the errors of a call's queries: a `try` around the call, or one in what it runs."""
        if not self._may_fail(call, block):
            return
        context = call.context
        while context is not None and not (outermost is not None and stands_in(outermost, context)):
            clause = self._catching(context)
            if clause is not None and self._goes_on(clause, block, inside=depth > 0):
                yield SwallowedInTransaction(call.module, context, clause, call, block)
                break
            context = context.parent
        if depth < _DEEPEST:
            for target in self.resolver.targets_of(call):
                if not target.module.is_stub and target not in seen:
                    seen.add(target)
                    for inner in target.calls:
                        if self.transactions.around(inner) is None:
                            yield from self._behind(inner, block, None, seen, depth + 1)

    def _may_fail(self, call: CallRecord, block: Block) -> bool:
        """Whether a call runs a query on the transaction's database, and nobody knows that it is not PostgreSQL."""
        for query in self._exposed(call, 0):
            handle = self.databases.handle(query.callee)
            if handle is None or not any(self.databases.are_same(handle, other) for other in block.handles):
                continue
            backend = self.backends.of(query)
            if backend is None or backend.dialect == "postgresql":
                return True
        return False

    def _exposed(self, call: CallRecord, depth: int) -> Iterator[CallRecord]:
        """The queries that a call runs without a transaction (a savepoint, then) of its own around them."""
        if self.databases.is_query(call):
            yield call
        elif depth < _DEEPEST:
            for target in self.resolver.targets_of(call):
                if not target.module.is_stub and self.databases.queries_of(target):
                    for inner in target.calls:
                        if self.transactions.around(inner) is None:
                            yield from self._exposed(inner, depth + 1)

    def _catching(self, context: Context) -> ExceptClause | None:
        """The clause that surely catches a database error."""
        if context.kind is not ContextKind.TRY:
            return None
        return next((clause for clause in context.clauses if self._catches(clause)), None)

    def _catches(self, clause: ExceptClause) -> bool:
        return clause.is_bare or any(
            isinstance(value, ExternalValue) and (value.dotted in _EVERYTHING or value.dotted.startswith(_DRIVERS))
            for term in clause.types
            for value in self.resolver.resolve(term)
        )

    def _goes_on(self, clause: ExceptClause, block: Block, *, inside: bool) -> bool:
        """Whether the transaction goes on behind a handler: a `return` of the block's own function leaves it."""
        node = clause.node
        if not isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler):
            return False
        if block.transaction is not None:
            ended = {id(call.node) for call in (*block.transaction.rollbacks, *block.transaction.commits)}
            if any(id(inner) in ended for inner in descendants(node)):
                return False
        ends = Paths(lambda _, states: states, lambda _: False, lambda _: True).run(node.body.body, frozenset({"on"}))
        return bool(ends.falls or ends.breaks or ends.continues or (inside and ends.returns))
