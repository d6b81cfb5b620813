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
from .blocking import Blocking, BlockingCall
from .bound_queries import BoundQueries, BoundQuery, RunText
from .boundaries import Boundaries, EscapingTransaction
from .calling import roles
from .changes import RowChanges
from .clients import Clients, UnenteredClient
from .connections import Connections
from .coroutines import LIFECYCLE_ROLES, CoroutineCall, Coroutines, Loss, LossKind
from .credentials import Credentials, Passwords
from .databases import Databases
from .dead_clauses import DeadClause, DeadClauses
from .dependent_writes import DependentWrites, WriteDependences
from .driver_errors import DriverErrors
from .dropped_tasks import DroppedTask, DroppedTasks
from .entering import Entries
from .fetches import ExcessiveFetch, Fetches, UncheckedRow
from .file_urls import FileUrl, FileUrlKind, FileUrls
from .foreign_placeholders import ForeignPlaceholder, ForeignPlaceholders
from .handed_work import HandedWorks
from .interpolation import Interpolation, Interpolations, OpenHole
from .iterating import Iterations, WrongIteration
from .leaks import LeakedError, Leaks
from .lifecycle import Lifecycle
from .loop_calls import LoopCall, LoopCalls
from .loops import LoopQuery, Loops
from .misplaced_binds import MisplacedBind, MisplacedBinds
from .opening import Openings, UnclosedPool, UnopenedPool
from .options import IgnoredOption, Options
from .outcomes import Outcomes, UselessOutcome
from .pool_options import Bounds, PoolOptions, UnknownOption
from .pools import Construction, Pools, SharedConnect
from .queries import Queries, shown
from .raw_transactions import RawTransaction, RawTransactions
from .reach import Reach
from .records import CallRecord, ContextKind, FunctionRecord, ModuleRecord
from .resolve import Resolver
from .rows import Rows, RowTakenApart
from .sessions import LostSessionState, Sessions
from .shared_connections import SharedConnection, SharedConnections
from .sources import Sources
from .stale_writes import StaleWrite, StaleWrites
from .streams import BlockedQuery, LeftStream, Streams
from .swallowed_in_transactions import SwallowedInTransaction, SwallowedInTransactions
from .swallowing import SwallowedError, Swallowing
from .tasks import EscapedWork, Tasks
from .texts import Texts
from .transaction_decorators import WrongDecoration, wrong_decorations
from .transactions import Transaction, Transactions
from .tries import Tries
from .unbalanced import Balances, Unbalanced
from .unentered import UnenteredConnections, UnenteredUse
from .unrun import DatabaseEvents, MountedLifespan, Unrun
from .unsafe_closing import UnsafeClosing, UnsafeClosings
from .urls import Urls
from .waiting import HeldConnection, Waiting
from .writes import UnguardedWrite, Writes
from .wrong_entry import WrongEntry

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
        self.unsafe_closings = UnsafeClosings(self.lifecycle)
        self.openings = Openings(self.lifecycle, self.queries, self.backends)
        self.unrun = Unrun(self.lifecycle, self.openings)
        self.clients = Clients(self.lifecycle, self.openings, self.queries)
        self.writes = Writes(self.queries, self.reach, self.coroutines, self.texts)
        self.databases = Databases(self.queries, self.backends, self.lifecycle.makers)
        self.transactions = Transactions(self.queries, self.databases)
        self.tasks = Tasks(self.databases, self.transactions)
        self.balances = Balances(self.transactions, self.reach)
        self.swallowed_in_transactions = SwallowedInTransactions(
            self.databases, self.transactions, self.backends, self.reach
        )
        self.boundaries = Boundaries(self.transactions, self.reach)
        self.waiting = Waiting(self.transactions, self.reach)
        self.changes = RowChanges(self.databases, self.texts, self.writes)
        self.stale_writes = StaleWrites(self.changes, self.transactions, self.reach)
        self.write_dependences = WriteDependences(self.changes, self.transactions, self.boundaries, self.reach)
        self.tries = Tries(self.queries, DriverErrors(resolver))
        self.dead_clauses = DeadClauses(self.tries, self.backends)
        self.swallowing = Swallowing(self.tries, self.texts, self.reach)
        self.leaks = Leaks(self.tries, self.reach)
        self.outcomes = Outcomes(self.queries, self.texts, self.reach, self.backends)
        self.fetches = Fetches(self.queries, self.texts, self.reach)
        self.rows = Rows(self.queries, self.texts)
        self.loops = Loops(self.queries, self.texts, self.reach)
        self.blocking = Blocking(resolver, self.reach)
        self.urls = Urls(resolver, self.reach)
        self.options = Options(self.urls)
        self.passwords = Passwords(self.urls, self.reach)
        self.file_urls = FileUrls(self.urls, self.options)
        self.pool_options = PoolOptions(self.urls, self.options)
        self.raw_transactions = RawTransactions(self.connections)
        self.accidents = Accidents(self.backends)
        self.misplaced_binds = MisplacedBinds(resolver, self.backends)
        self.foreign_placeholders = ForeignPlaceholders(self.backends)

    @cached_property
    def shared_connections(self) -> SharedConnections:
        """Connections for one task at a time, in several."""
        return SharedConnections(self.resolver, self.reach, self.backends)

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

    @cached_property
    def unclosed_pools(self) -> Sequence[UnclosedPool]:
        """Pools that an application opens here at startup and that nothing closes."""
        return self.project.openings.unclosed(self.record)

    @cached_property
    def unsafe_closings(self) -> Sequence[UnsafeClosing]:
        """Context managers that skip closing their pool when an error comes out of their `yield`."""
        return self.project.unsafe_closings.of(self.record)

    @cached_property
    def unopened_pools(self) -> Sequence[UnopenedPool]:
        """Pools made here that handlers query and that nothing opens."""
        return self.project.openings.unopened(self.record)

    @cached_property
    def database_events(self) -> Sequence[DatabaseEvents]:
        """Applications that open or close a pool in startup and shutdown events registered here."""
        return self.project.unrun.events(self.record)

    @cached_property
    def mounted_lifespans(self) -> Sequence[MountedLifespan]:
        """Applications made here whose pool is never opened, since they are mounted in others."""
        return self.project.unrun.mounted(self.record)

    @cached_property
    def unentered_clients(self) -> Sequence[UnenteredClient]:
        """Test clients made here that send requests without the lifespan that opens the database."""
        return self.project.clients.unentered(self.record)

    @property
    def unguarded_writes(self) -> Sequence[UnguardedWrite]:
        """Writes of handlers that nothing guards, standing in this module."""
        return [write for write in self.project.writes.unguarded if write.call.module is self.record]

    @cached_property
    def blocking_calls(self) -> Sequence[BlockingCall]:
        """Calls of this module that stop the event loop while requests are served."""
        return self.project.blocking.in_module(self.record)

    @cached_property
    def loop_queries(self) -> Sequence[LoopQuery]:
        """Queries that loops of this module run for each of their items while requests are served."""
        return self.project.loops.in_module(self.record)

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
    def swallowed_in_transactions(self) -> Sequence[SwallowedInTransaction]:
        """Errors of queries that are caught inside a transaction which goes on, by an `except` of this module."""
        return self.project.swallowed_in_transactions.by_module.get(self.record, [])

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
                loss = self.project.coroutines.loss_of(made)
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
        """Event loops that are started for one call, where the application's runs or is about to.

        A connect that no request should do, in whatever loop, is not among them.
        """
        connects = {id(connect.node) for connect in self.request_connects}
        return [
            loop
            for loop in self.project.loop_calls.of(self.record)
            if loop.work.call is None or id(loop.work.call.node) not in connects
        ]

    @cached_property
    def shared_connections(self) -> Sequence[SharedConnection]:
        """Connections for one task at a time that several tasks use at once."""
        return self.project.shared_connections.of(self.record)

    @property
    def dropped_tasks(self) -> Sequence[DroppedTask]:
        """Tasks that work on a database and that nobody keeps; inside a transaction they are escaped work."""
        escaped = {id(work.tasks) for work in self.escaped_work}
        return [task for task in self.project.dropped_tasks.of(self.record) if id(task.call) not in escaped]

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
    "Accident",
    "BindMismatch",
    "BlockedQuery",
    "BlockingCall",
    "BoundQuery",
    "Bounds",
    "Construction",
    "Credentials",
    "DatabaseEvents",
    "DeadClause",
    "DependentWrites",
    "DroppedTask",
    "EscapedWork",
    "EscapingTransaction",
    "ExcessiveFetch",
    "FileUrl",
    "FileUrlKind",
    "ForeignPlaceholder",
    "HeldConnection",
    "IgnoredOption",
    "Interpolation",
    "LeakedError",
    "LeftStream",
    "LoopCall",
    "LoopQuery",
    "LostCoroutine",
    "LostSessionState",
    "MisplacedBind",
    "ModuleFacts",
    "MountedLifespan",
    "OpenHole",
    "ProjectFacts",
    "RawTransaction",
    "RowTakenApart",
    "RunText",
    "SharedConnect",
    "SharedConnection",
    "StaleWrite",
    "SwallowedError",
    "SwallowedInTransaction",
    "Transaction",
    "Unbalanced",
    "UncheckedRow",
    "UnclosedPool",
    "UnenteredClient",
    "UnenteredUse",
    "UnguardedWrite",
    "UnknownOption",
    "UnopenedPool",
    "UnsafeClosing",
    "UselessOutcome",
    "WrongDecoration",
    "WrongEntry",
    "WrongIteration",
]
