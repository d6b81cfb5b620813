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
from .calling import roles
from .coroutines import LIFECYCLE_ROLES, CoroutineCall, Coroutines, Loss, LossKind
from .dead_clauses import DeadClause, DeadClauses
from .driver_errors import DriverErrors
from .fetches import ExcessiveFetch, Fetches, UncheckedRow
from .interpolation import Interpolation, Interpolations, OpenHole
from .leaks import LeakedError, Leaks
from .lifecycle import Lifecycle
from .outcomes import Outcomes, UselessOutcome
from .pools import Construction, Pools, SharedConnect
from .queries import Queries, shown
from .reach import Origin, Reach
from .records import CallRecord, ContextKind, FunctionRecord, ModuleRecord
from .resolve import Resolver
from .rows import Rows, RowTakenApart
from .sources import Sources
from .swallowing import SwallowedError, Swallowing
from .texts import Texts
from .tries import Tries
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
        self.tries = Tries(self.queries, DriverErrors(resolver))
        self.dead_clauses = DeadClauses(self.tries, self.backends)
        self.swallowing = Swallowing(self.tries, self.texts, self.reach)
        self.leaks = Leaks(self.tries, self.reach)
        self.outcomes = Outcomes(self.queries, self.texts, self.reach, self.backends)
        self.fetches = Fetches(self.queries, self.texts, self.reach)
        self.rows = Rows(self.queries, self.texts)
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

    @cached_property
    def rows_taken_apart(self) -> Sequence[RowTakenApart]:
        """Rows whose columns' names are taken for their values."""
        return self.project.rows.taken_apart(self.record)

    @cached_property
    def dead_clauses(self) -> Sequence[DeadClause]:
        """Clauses for errors that nothing in their `try` can raise."""
        return list(self.project.dead_clauses.of(self.record))

    @cached_property
    def swallowed_errors(self) -> Sequence[SwallowedError]:
        """Errors of the database that nobody gets to know of."""
        return list(self.project.swallowing.of(self.record))

    @cached_property
    def leaked_errors(self) -> Sequence[LeakedError]:
        """Texts of database errors that become part of a response."""
        return list(self.project.leaks.of(self.record))

    @cached_property
    def useless_outcomes(self) -> Sequence[UselessOutcome]:
        """Results of statements that are used and do not hold what they are used for."""
        return list(self.project.outcomes.useless(self.record))

    @cached_property
    def unchecked_rows(self) -> Sequence[UncheckedRow]:
        """Rows that are asked for their columns though the query may give None."""
        return list(self.project.fetches.unchecked(self.record))

    @cached_property
    def excessive_fetches(self) -> Sequence[ExcessiveFetch]:
        """Queries that fetch every row where one row, or their number, is all that is used."""
        return list(self.project.fetches.excessive(self.record))

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
    "DeadClause",
    "ExcessiveFetch",
    "Interpolation",
    "LeakedError",
    "LostCoroutine",
    "ModuleFacts",
    "OpenHole",
    "ProjectFacts",
    "RowTakenApart",
    "SharedConnect",
    "SwallowedError",
    "UncheckedRow",
    "UnguardedWrite",
    "UselessOutcome",
]
