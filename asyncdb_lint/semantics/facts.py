"""What rules ask: the facts of a module, known with the whole project around it.

A fact is computed when a rule first asks for it, once for the whole project where it crosses modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from .accidents import Accident
from .app_wide_leaks import AppWideLeak
from .bind_mismatches import BindMismatch
from .blocking import BlockingCall
from .bound_queries import BoundQuery, RunText
from .boundaries import EscapingTransaction
from .clients import UnenteredClient
from .credentials import Credentials
from .dead_clauses import DeadClause
from .dependent_writes import DependentWrites
from .dropped_tasks import DroppedTask
from .fetches import ExcessiveFetch, UncheckedRow
from .file_urls import FileUrl, FileUrlKind
from .foreign_placeholders import ForeignPlaceholder
from .interpolation import Interpolation, OpenHole
from .iterating import WrongIteration
from .late_errors import LateError
from .leaks import LeakedError
from .loop_calls import LoopCall
from .loops import LoopQuery
from .lost_coroutines import LostCoroutine
from .misplaced_binds import MisplacedBind
from .opening import UnclosedPool, UnopenedPool
from .options import IgnoredOption
from .outcomes import UselessOutcome
from .pool_options import Bounds, UnknownOption
from .pools import Construction, SharedConnect
from .project_facts import ProjectFacts
from .raw_transactions import RawTransaction
from .records import ModuleRecord
from .rows import RowTakenApart
from .sessions import LostSessionState
from .shared_connections import SharedConnection
from .stale_writes import StaleWrite
from .streams import BlockedQuery, LeftStream
from .swallowed_in_transactions import SwallowedInTransaction
from .swallowing import SwallowedError
from .tasks import EscapedWork
from .transaction_decorators import WrongDecoration, wrong_decorations
from .transactions import Transaction
from .unbalanced import Unbalanced
from .unentered import UnenteredUse
from .unrun import DatabaseEvents, MountedLifespan
from .unsafe_closing import UnsafeClosing
from .waiting import HeldConnection
from .writes import UnguardedWrite
from .wrong_entry import WrongEntry

if TYPE_CHECKING:
    from ..parsing import ParsedModule


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
        """Passwords of databases that are written in this module."""
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
        return self.project.swallowed_in_transactions.of(self.record)

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
    def late_errors(self) -> Sequence[LateError]:
        """Queries that are returned unstarted from a `try`, whose clauses never see their errors."""
        return list(self.project.late_errors.of(self.record))

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
    def app_wide_leaks(self) -> Sequence[AppWideLeak]:
        """Exception handlers of the application that answer with the text of database errors."""
        return list(self.project.app_wide_leaks.of(self.record))

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
        return list(self.project.lost_coroutines.of(self.record))

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
    "LateError",
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
