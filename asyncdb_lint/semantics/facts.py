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
from .bind_mismatches import BindMismatch, BindMismatches
from .bound_queries import BoundQueries, BoundQuery
from .calling import roles
from .connections import Connections
from .coroutines import LIFECYCLE_ROLES, CoroutineCall, Coroutines, Loss, LossKind
from .credentials import Credentials, Passwords
from .databases import Databases
from .dead_clauses import DeadClause, DeadClauses
from .driver_errors import DriverErrors
from .dropped_tasks import DroppedTask, DroppedTasks
from .entering import Entries, WrongEntry
from .fetches import ExcessiveFetch, Fetches, UncheckedRow
from .file_urls import FileUrl, FileUrlKind, FileUrls
from .handed_work import HandedWorks
from .interpolation import Interpolation, Interpolations, OpenHole
from .iterating import Iterations, WrongIteration
from .leaks import LeakedError, Leaks
from .lifecycle import Lifecycle
from .loop_calls import LoopCall, LoopCalls
from .options import IgnoredOption, Options
from .outcomes import Outcomes, UselessOutcome
from .pool_options import Bounds, PoolOptions, UnknownOption
from .pools import Construction, Pools, SharedConnect
from .queries import Queries, shown
from .reach import Reach
from .records import CallRecord, ContextKind, FunctionRecord, ModuleRecord
from .resolve import Resolver
from .rows import Rows, RowTakenApart
from .sessions import LostSessionState, Sessions
from .sources import Sources
from .streams import BlockedQuery, LeftStream, Streams
from .swallowing import SwallowedError, Swallowing
from .tasks import EscapedWork, Tasks
from .texts import Texts
from .transaction_decorators import WrongDecoration, wrong_decorations
from .transactions import Transaction, Transactions
from .tries import Tries
from .unbalanced import Balances, Unbalanced
from .unentered import UnenteredConnections, UnenteredUse
from .urls import Urls
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
        self.iterations = Iterations(resolver, self.reach, self.coroutines)
        self.entries = Entries(resolver, self.reach, self.coroutines)
        self.sources = Sources(resolver, self.reach, self.texts)
        self.interpolations = Interpolations(self.queries, self.texts, self.sources)
        self.bound_queries = BoundQueries(self.queries, self.texts)
        self.bind_mismatches = BindMismatches(self.bound_queries)
        self.pools = Pools(self.queries, self.reach, self.texts)
        self.lifecycle = Lifecycle(resolver, self.reach)
        self.connections = Connections(self.queries, self.lifecycle.makers)
        self.streams = Streams(self.queries, self.connections)
        self.sessions = Sessions(self.queries, self.connections, self.texts, self.reach)
        self.unentered = UnenteredConnections(self.queries, self.connections)
        works = HandedWorks(resolver, self.coroutines)
        self.loop_calls = LoopCalls(resolver, self.reach, works, self.lifecycle)
        self.dropped_tasks = DroppedTasks(resolver, self.reach, works)
        self.backends = Backends(self.lifecycle.makers, self.texts, self.reach)
        self.writes = Writes(self.queries, self.reach, self.coroutines, self.texts)
        self.databases = Databases(self.queries, self.backends, self.lifecycle.makers)
        self.transactions = Transactions(self.queries, self.databases)
        self.tasks = Tasks(self.databases, self.transactions)
        self.balances = Balances(self.transactions, self.reach)
        self.tries = Tries(self.queries, DriverErrors(resolver))
        self.dead_clauses = DeadClauses(self.tries, self.backends)
        self.swallowing = Swallowing(self.tries, self.texts, self.reach)
        self.leaks = Leaks(self.tries, self.reach)
        self.outcomes = Outcomes(self.queries, self.texts, self.reach, self.backends)
        self.fetches = Fetches(self.queries, self.texts, self.reach)
        self.rows = Rows(self.queries, self.texts)
        self.urls = Urls(resolver, self.reach)
        self.options = Options(self.urls)
        self.passwords = Passwords(self.urls, self.reach)
        self.file_urls = FileUrls(self.urls, self.options)
        self.pool_options = PoolOptions(self.urls, self.options)

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

    @cached_property
    def unentered_uses(self) -> Sequence[UnenteredUse]:
        """Queries on connections that nothing has entered there."""
        return self.project.unentered.of(self.record)

    @cached_property
    def blocked_queries(self) -> Sequence[BlockedQuery]:
        """Queries in the body of a loop that keeps their connection busy."""
        return self.project.streams.blocked(self.record)

    @cached_property
    def left_streams(self) -> Sequence[LeftStream]:
        """Loops over running queries that are left early, and the query that comes next."""
        return self.project.streams.left(self.record)

    @cached_property
    def lost_session_states(self) -> Sequence[LostSessionState]:
        """Statements that speak to one connection, run on a pool."""
        return self.project.sessions.lost(self.record)

    @property
    def unguarded_writes(self) -> Sequence[UnguardedWrite]:
        """Writes of handlers that nothing guards, standing in this module."""
        return [write for write in self.project.writes.unguarded if write.call.module is self.record]

    @property
    def credentials(self) -> Sequence[Credentials]:
        """URLs of databases with a password, written in this module."""
        return self.project.passwords.in_module(self.record)

    @property
    def ignored_url_options(self) -> Sequence[IgnoredOption]:
        """Options in URLs, written in this module, that no driver gets to see."""
        return self.project.options.in_module(self.record)

    @property
    def file_urls(self) -> Sequence[FileUrl]:
        """URLs of database files, written in this module, that lead elsewhere."""
        return self.project.file_urls.in_module(self.record)

    @property
    def unknown_pool_options(self) -> Sequence[UnknownOption]:
        """Keywords of pools built in this module that their drivers do not have."""
        return self.project.pool_options.unknown(self.record)

    @property
    def contradictory_pools(self) -> Sequence[Bounds]:
        """Pools built in this module whose smallest size is above their largest."""
        return self.project.pool_options.contradictions(self.record)

    @property
    def interpolations(self) -> Sequence[Interpolation]:
        """SQL texts with values from outside in them, whose first open hole stands in this module."""
        return self.project.interpolations.by_module.get(self.record, [])

    @property
    def bound_queries(self) -> Sequence[BoundQuery]:
        """Queries with their texts and values, where text and values meet in this module."""
        return self.project.bound_queries.by_module.get(self.record, [])

    @property
    def bind_mismatches(self) -> Sequence[BindMismatch]:
        """Queries whose values are not those that their text asks for."""
        return [found for query in self.bound_queries for found in self.project.bind_mismatches.of(query)]

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

    @property
    def wrong_iterations(self) -> Sequence[WrongIteration]:
        """Rows that are iterated the wrong way, or not at all."""
        return list(self.project.iterations.wrong(self.record))

    @property
    def wrong_entries(self) -> Sequence[WrongEntry]:
        """Blocks of the database that are entered the wrong way."""
        return list(self.project.entries.wrong(self.record))

    @property
    def wrong_decorations(self) -> Sequence[WrongDecoration]:
        """Transactions that decorate what they cannot run."""
        return list(wrong_decorations(self.project.resolver, self.record))

    @property
    def loop_calls(self) -> Sequence[LoopCall]:
        """Event loops that are started for one call, where the application's loop runs or is about to."""
        return list(self.project.loop_calls.of(self.record))

    @property
    def dropped_tasks(self) -> Sequence[DroppedTask]:
        """Tasks that work on a database and that nobody keeps."""
        return list(self.project.dropped_tasks.of(self.record))

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
            may_become_async=self.project.reach.may_become_async(call.function),
        )


__all__ = [
    "BindMismatch",
    "BlockedQuery",
    "BoundQuery",
    "Bounds",
    "Construction",
    "Credentials",
    "DeadClause",
    "DroppedTask",
    "EscapedWork",
    "ExcessiveFetch",
    "FileUrl",
    "FileUrlKind",
    "IgnoredOption",
    "Interpolation",
    "LeakedError",
    "LeftStream",
    "LoopCall",
    "LostCoroutine",
    "LostSessionState",
    "ModuleFacts",
    "OpenHole",
    "ProjectFacts",
    "RowTakenApart",
    "SharedConnect",
    "SwallowedError",
    "Transaction",
    "Unbalanced",
    "UncheckedRow",
    "UnenteredUse",
    "UnguardedWrite",
    "UnknownOption",
    "UselessOutcome",
    "WrongDecoration",
    "WrongEntry",
    "WrongIteration",
]
