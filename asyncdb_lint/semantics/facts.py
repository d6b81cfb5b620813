"""What rules ask: the facts of a module, known with the whole project around it.

A fact is computed when a rule first asks for it, once for the whole project where it crosses modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from .accidents import Accident, Accidents
from .backend import Backends
from .bind_mismatches import BindMismatch, BindMismatches
from .bound_queries import BoundQueries, BoundQuery, RunText
from .calling import roles
from .coroutines import LIFECYCLE_ROLES, CoroutineCall, Coroutines, Loss, LossKind
from .foreign_placeholders import ForeignPlaceholder, ForeignPlaceholders
from .interpolation import Interpolation, Interpolations, OpenHole
from .lifecycle import Lifecycle
from .misplaced_binds import MisplacedBind, MisplacedBinds
from .pools import Construction, Pools, SharedConnect
from .queries import Queries, shown
from .raw_transactions import RawTransaction, RawTransactions
from .reach import Origin, Reach
from .records import CallRecord, ContextKind, FunctionRecord, ModuleRecord
from .resolve import Resolver
from .sources import Sources
from .texts import Texts
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
        self.bound_queries = BoundQueries(self.queries, self.texts)
        self.bind_mismatches = BindMismatches(self.bound_queries)
        self.raw_transactions = RawTransactions(self.bound_queries)
        self.pools = Pools(self.queries, self.reach, self.texts)
        self.lifecycle = Lifecycle(resolver, self.reach)
        self.backends = Backends(self.lifecycle.makers, self.texts, self.reach)
        self.accidents = Accidents(self.backends)
        self.misplaced_binds = MisplacedBinds(resolver, self.backends)
        self.foreign_placeholders = ForeignPlaceholders(self.backends)
        self.writes = Writes(self.queries, self.reach, self.coroutines, self.texts, self.backends)

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

    @property
    def bound_queries(self) -> Sequence[BoundQuery]:
        """Queries with their texts and values, where text and values meet in this module."""
        return self.project.bound_queries.by_module.get(self.record, [])

    @property
    def run_texts(self) -> Sequence[RunText]:
        """Where a query takes its text from in this module."""
        return self.project.bound_queries.texts_by_module.get(self.record, [])

    @property
    def accidents(self) -> Sequence[Accident]:
        """What is read as a bind parameter by accident, or is kept from being read."""
        return self.project.accidents.of(self.run_texts)

    @property
    def foreign_placeholders(self) -> Sequence[ForeignPlaceholder]:
        """Placeholders in the style of another driver."""
        return self.project.foreign_placeholders.of(self.run_texts)

    @property
    def misplaced_binds(self) -> Sequence[MisplacedBind]:
        """Bind parameters where SQL wants a name, a keyword or a list."""
        return self.project.misplaced_binds.of(self.run_texts)

    @cached_property
    def raw_transactions(self) -> Sequence[RawTransaction]:
        """Transactions that are controlled by statements, on connections that are taken anew for each."""
        return self.project.raw_transactions.of(self.run_texts)

    @property
    def bind_mismatches(self) -> Sequence[BindMismatch]:
        """Queries whose values are not those that their text asks for."""
        return [found for query in self.bound_queries for found in self.project.bind_mismatches.of(query)]

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
    "Accident",
    "BindMismatch",
    "BoundQuery",
    "Construction",
    "ForeignPlaceholder",
    "Interpolation",
    "LostCoroutine",
    "MisplacedBind",
    "ModuleFacts",
    "OpenHole",
    "ProjectFacts",
    "RawTransaction",
    "RunText",
    "SharedConnect",
    "UnguardedWrite",
]
