"""What rules ask: the facts of a module, known with the whole project around it.

A fact is computed when a rule first asks for it, once for the whole project where it crosses modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from .backend import Backends
from .boundaries import Boundaries, EscapingTransaction
from .calling import roles
from .changes import RowChanges
from .coroutines import LIFECYCLE_ROLES, CoroutineCall, Coroutines, Loss, LossKind
from .databases import Databases
from .dependent_writes import DependentWrites, WriteDependences
from .interpolation import Interpolation, Interpolations, OpenHole
from .lifecycle import Lifecycle
from .pools import Construction, Pools, SharedConnect
from .queries import Queries, shown
from .reach import Origin, Reach
from .records import CallRecord, ContextKind, FunctionRecord, ModuleRecord
from .resolve import Resolver
from .sources import Sources
from .stale_writes import StaleWrite, StaleWrites
from .swallowing import SwallowedError, Swallowing
from .tasks import EscapedWork, Tasks
from .texts import Texts
from .transactions import Transaction, Transactions
from .unbalanced import Balances, Unbalanced
from .waiting import HeldConnection, Waiting
from .writes import UnguardedWrite, Writes

if TYPE_CHECKING:
    from ..parsing import ParsedModule


@dataclass(frozen=True, slots=True)
class LostCoroutine:
    """A coroutine of the database that nobody awaits."""

    call: CallRecord
    function: FunctionRecord
    is_query: bool
    loss: Loss
    role: str
    """What a lost lifecycle call would have done: "opens", "closes", "starts", "commits", "rolls_back"."""
    consumer: str
    """What the coroutine was passed to, as written; empty for other losses."""
    is_given_to_scheduler: bool
    """Passed, already called, to something that wants the function: `add_task(db.execute(sql))`."""
    may_become_async: bool
    """Whether the plain `def` around is called by the framework alone, which awaits an `async def` as well."""

    @property
    def source(self) -> str:
        """The call as messages show it: `database.fetch_one(...)`."""
        return shown(self.call)

    @property
    def function_source(self) -> str:
        """What is called, as written."""
        return self.call.module.parsed.code_of(self.call.node.func)

    @property
    def in_generator_expression(self) -> bool:
        """Whether an `await` here would turn a generator expression into an asynchronous one."""
        context = self.call.context
        while context is not None:
            if context.kind is ContextKind.COMPREHENSION and isinstance(context.node, cst.GeneratorExp):
                return True
            context = context.parent
        return False

    def contains(self, node: cst.CSTNode) -> bool:
        """Whether a node is (or is directly around) the call, so that pointing at it says nothing new."""
        ranges = self.call.module.parsed.range_of
        return ranges(node).start.line == ranges(self.call.node).start.line


class ProjectFacts:
    """Everything that is known about a set of modules, worked out on demand."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.reach = Reach(resolver)
        self.queries = Queries(resolver)
        self.texts = Texts(resolver)
        self.coroutines = Coroutines(resolver, self.reach)
        self.sources = Sources(resolver, self.reach, self.texts)
        self.interpolations = Interpolations(self.queries, self.texts, self.sources)
        self.pools = Pools(self.queries, self.reach, self.texts)
        self.lifecycle = Lifecycle(resolver, self.reach)
        self.backends = Backends(self.lifecycle.makers, self.texts, self.reach)
        self.writes = Writes(self.queries, self.reach, self.coroutines, self.texts, self.backends)
        self.databases = Databases(self.queries, self.backends, self.lifecycle.makers)
        self.transactions = Transactions(self.queries, self.databases)
        self.tasks = Tasks(self.databases, self.transactions)
        self.balances = Balances(self.transactions, self.reach)
        self.swallowing = Swallowing(self.databases, self.transactions, self.backends, self.reach)
        self.boundaries = Boundaries(self.transactions, self.reach)
        self.waiting = Waiting(self.transactions, self.reach)
        self.changes = RowChanges(self.databases, self.texts, self.writes)
        self.stale_writes = StaleWrites(self.changes, self.transactions, self.reach)
        self.write_dependences = WriteDependences(self.changes, self.transactions, self.boundaries, self.reach)

    def module(self, record: ModuleRecord) -> ModuleFacts:
        """The facts of one module."""
        return ModuleFacts(record, self)


class ModuleFacts:
    """The facts of one module; rules ask these and nothing else."""

    def __init__(self, record: ModuleRecord, project: ProjectFacts) -> None:
        self.record = record
        self.project = project

    @property
    def parsed(self) -> ParsedModule:
        """The module's tree and positions."""
        return self.record.parsed

    @cached_property
    def request_constructions(self) -> Sequence[Construction]:
        """Pools that are built anew for every request."""
        return self.project.pools.constructions(self.record)

    @cached_property
    def request_connects(self) -> Sequence[SharedConnect]:
        """Connects and disconnects of a shared database while a request is served."""
        return self.project.pools.connects(self.record)

    @property
    def unguarded_writes(self) -> Sequence[UnguardedWrite]:
        """Writes of handlers that nothing guards, standing in this module."""
        return [write for write in self.project.writes.unguarded if write.call.module is self.record]

    @property
    def interpolations(self) -> Sequence[Interpolation]:
        """SQL texts with values from outside in them, whose first open hole stands in this module."""
        return self.project.interpolations.by_module.get(self.record, [])

    @cached_property
    def transactions(self) -> Sequence[Transaction]:
        """The transactions that calls of this module make."""
        return self.project.transactions.of(self.record)

    @cached_property
    def escaped_work(self) -> Sequence[EscapedWork]:
        """Queries inside a transaction that run in tasks of their own."""
        return list(self.project.tasks.escaped(self.record))

    @cached_property
    def unbalanced_transactions(self) -> Sequence[Unbalanced]:
        """Transactions started by hand that stay open on some way out of their function."""
        return list(self.project.balances.unbalanced(self.record))

    @property
    def swallowed_errors(self) -> Sequence[SwallowedError]:
        """Errors of queries that are caught inside a transaction which goes on, by an `except` of this module."""
        return self.project.swallowing.by_module.get(self.record, [])

    @cached_property
    def escaping_transactions(self) -> Sequence[EscapingTransaction]:
        """Transactions around `call_next` of a middleware, or the `yield` of a dependency."""
        return list(self.project.boundaries.escaping(self.record))

    @cached_property
    def dependent_writes(self) -> Sequence[DependentWrites]:
        """Writes that belong together, outside of a transaction; one pair a function."""
        return list(self.project.write_dependences.dependent(self.record))

    @cached_property
    def stale_writes(self) -> Sequence[StaleWrite]:
        """Values that are read, computed with and written back."""
        return list(self.project.stale_writes.stale(self.record))

    @cached_property
    def held_connections(self) -> Sequence[HeldConnection]:
        """Waits for something slow inside a transaction."""
        return list(self.project.waiting.held(self.record))

    @cached_property
    def lost_coroutines(self) -> Sequence[LostCoroutine]:
        """Coroutines of the database that nobody awaits."""
        found: list[LostCoroutine] = []
        for call in self.record.calls:
            made = self.project.coroutines.made_by(call)
            if made is not None:
                loss = self.project.coroutines.loss(call)
                if loss is not None:
                    found.append(self._lost(call, made, loss))
        return found

    def _lost(self, call: CallRecord, made: CoroutineCall, loss: Loss) -> LostCoroutine:
        consumer, to_scheduler = "", False
        if loss.kind is LossKind.INSPECTED and loss.use is not None and loss.use.call is not None:
            consumer = loss.use.call.module.parsed.code_of(loss.use.call.node.func)
            to_scheduler = self.project.coroutines.wants_function(loss.use)
        return LostCoroutine(
            call=call,
            function=made.function,
            is_query=made.is_query,
            loss=loss,
            role=next(iter(sorted(roles(made.function) & LIFECYCLE_ROLES)), ""),
            consumer=consumer,
            is_given_to_scheduler=to_scheduler,
            may_become_async=self._may_become_async(call.function),
        )

    def _may_become_async(self, function: FunctionRecord) -> bool:
        own = self.project.reach.own(function)
        return bool(own & {Origin.HANDLER, Origin.LIFECYCLE}) and not self.project.resolver.callers(function)


__all__ = [
    "Construction",
    "DependentWrites",
    "EscapedWork",
    "EscapingTransaction",
    "HeldConnection",
    "Interpolation",
    "LostCoroutine",
    "ModuleFacts",
    "OpenHole",
    "ProjectFacts",
    "SharedConnect",
    "StaleWrite",
    "SwallowedError",
    "Transaction",
    "Unbalanced",
    "UnguardedWrite",
]
