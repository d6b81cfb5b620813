"""What is known about a whole project: one attribute a subject, each made when it is first asked for."""

from __future__ import annotations

from functools import cached_property

from .accidents import Accidents
from .app_wide_leaks import AppWideLeaks
from .backend import Backends
from .bind_mismatches import BindMismatches
from .blocking import Blocking
from .bound_queries import BoundQueries
from .boundaries import Boundaries
from .changes import RowChanges
from .clients import Clients
from .connections import Connections
from .coroutines import Coroutines
from .credentials import Passwords
from .databases import Databases
from .dead_clauses import DeadClauses
from .dependent_writes import WriteDependences
from .driver_errors import DriverErrors
from .dropped_tasks import DroppedTasks
from .entering import Entries
from .fetches import Fetches
from .file_urls import FileUrls
from .foreign_placeholders import ForeignPlaceholders
from .handed_work import HandedWorks
from .interpolation import Interpolations
from .iterating import Iterations
from .late_errors import LateErrors
from .leaks import Leaks
from .lifecycle import Lifecycle
from .logins import Logins
from .loop_calls import LoopCalls
from .loops import Loops
from .lost_coroutines import LostCoroutines
from .misplaced_binds import MisplacedBinds
from .only_reading import OnlyReading
from .opening import Openings
from .options import Options
from .outcomes import Outcomes
from .pool_options import PoolOptions
from .pools import Pools
from .queries import Queries
from .raw_transactions import RawTransactions
from .reach import Reach
from .resolve import Resolver
from .rows import Rows
from .sessions import Sessions
from .shared_connections import SharedConnections
from .sources import Sources
from .stale_writes import StaleWrites
from .streams import Streams
from .swallowed_in_transactions import SwallowedInTransactions
from .swallowing import Swallowing
from .tasks import Tasks
from .texts import Texts
from .transactions import Transactions
from .tries import Tries
from .unbalanced import Balances
from .unentered import UnenteredConnections
from .unrun import Unrun
from .unsafe_closing import UnsafeClosings
from .urls import Urls
from .waiting import Waiting
from .writes import Writes


class ProjectFacts:
    """Everything that is known about a set of modules, worked out on demand."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    @cached_property
    def reach(self) -> Reach:
        """From where a function is reached: handlers, dependencies, startup, scripts, tests, or nobody knows."""
        return Reach(self.resolver)

    @cached_property
    def queries(self) -> Queries:
        """Which calls run a query of a driver, and the SQL they are given."""
        return Queries(self.resolver)

    @cached_property
    def texts(self) -> Texts:
        """Flattens string expressions to literal text with holes, through names, helpers and modules."""
        return Texts(self.resolver)

    @cached_property
    def coroutines(self) -> Coroutines:
        """Which calls make a coroutine of the database, and which of those coroutines are lost."""
        return Coroutines(self.resolver, self.reach)

    @cached_property
    def lost_coroutines(self) -> LostCoroutines:
        """Coroutines of the database that nobody awaits."""
        return LostCoroutines(self.coroutines, self.reach)

    @cached_property
    def iterations(self) -> Iterations:
        """Rows that are iterated the wrong way."""
        return Iterations(self.resolver, self.reach, self.coroutines)

    @cached_property
    def entries(self) -> Entries:
        """Blocks that are entered the wrong way."""
        return Entries(self.resolver, self.reach, self.coroutines)

    @cached_property
    def sources(self) -> Sources:
        """Where a value that becomes SQL text comes from: closed sets are harmless, what a client sends is not."""
        return Sources(self.resolver, self.reach, self.texts)

    @cached_property
    def interpolations(self) -> Interpolations:
        """SQL texts with values from outside in them."""
        return Interpolations(self.queries, self.texts, self.sources)

    @cached_property
    def bound_queries(self) -> BoundQueries:
        """Queries whose SQL text is known, with the values they are given, seen from where text and values meet."""
        return BoundQueries(self.queries, self.texts)

    @cached_property
    def pools(self) -> Pools:
        """Pools of connections that are built, connected or disconnected while a request is served."""
        return Pools(self.queries, self.reach, self.texts)

    @cached_property
    def lifecycle(self) -> Lifecycle:
        """The pools that functions open and close."""
        return Lifecycle(self.resolver, self.reach)

    @cached_property
    def connections(self) -> Connections:
        """Which pool a query runs on, whatever name it goes by, and which block holds one of its connections."""
        return Connections(self.queries, self.lifecycle.makers)

    @cached_property
    def streams(self) -> Streams:
        """Loops over the rows of a query that is still running."""
        return Streams(self.queries, self.connections)

    @cached_property
    def sessions(self) -> Sessions:
        """Statements for one connection that are run on a pool, which may take another connection for each query."""
        return Sessions(self.queries, self.connections, self.texts, self.reach)

    @cached_property
    def shared_connections(self) -> SharedConnections:
        """Connections for one task at a time, in several."""
        return SharedConnections(self.resolver, self.reach, self.backends)

    @cached_property
    def unentered(self) -> UnenteredConnections:
        """Connections that are used while nothing has entered them."""
        return UnenteredConnections(self.queries, self.connections)

    @cached_property
    def handed_works(self) -> HandedWorks:
        """The coroutines of the database that are handed to an event loop, or made into a task."""
        return HandedWorks(self.resolver, self.coroutines)

    @cached_property
    def loop_calls(self) -> LoopCalls:
        """Event loops that are started for one call, where the application's own loop runs or is about to."""
        return LoopCalls(self.resolver, self.reach, self.handed_works, self.lifecycle)

    @cached_property
    def dropped_tasks(self) -> DroppedTasks:
        """Tasks that work on a database and that nobody keeps."""
        return DroppedTasks(self.resolver, self.reach, self.handed_works)

    @cached_property
    def backends(self) -> Backends:
        """Which database a query runs on, and what its driver raises: read from the URL that the pool is built with."""
        return Backends(self.lifecycle.makers, self.texts, self.reach)

    @cached_property
    def unsafe_closings(self) -> UnsafeClosings:
        """Context managers that close a pool behind their `yield`, and not where an error comes out of it."""
        return UnsafeClosings(self.lifecycle)

    @cached_property
    def openings(self) -> Openings:
        """Where the pools of a project are opened and closed, surely or perhaps, and which of them are neither."""
        return Openings(self.lifecycle, self.queries, self.backends)

    @cached_property
    def unrun(self) -> Unrun:
        """What an application was meant to do at startup and does not, or does in a way that is deprecated."""
        return Unrun(self.lifecycle, self.openings)

    @cached_property
    def clients(self) -> Clients:
        """Test clients that send requests to an application without its lifespan, which would open the database."""
        return Clients(self.lifecycle, self.openings, self.queries)

    @cached_property
    def writes(self) -> Writes:
        """Writes that handlers reach without anything on the way that answers their errors."""
        return Writes(self.queries, self.reach, self.coroutines, self.texts)

    @cached_property
    def databases(self) -> Databases:
        """Which database object a call of a driver works on, and whether two calls work on the same one."""
        return Databases(self.queries, self.backends, self.lifecycle.makers)

    @cached_property
    def transactions(self) -> Transactions:
        """Transactions: the calls that make them, and how each is started, entered, ended and handed on."""
        return Transactions(self.queries, self.databases)

    @cached_property
    def tasks(self) -> Tasks:
        """Database work that runs in tasks of its own while a transaction of another task is open."""
        return Tasks(self.databases, self.transactions)

    @cached_property
    def balances(self) -> Balances:
        """Transactions that are started by hand and stay open on some way out of their function."""
        return Balances(self.transactions, self.reach)

    @cached_property
    def swallowed_in_transactions(self) -> SwallowedInTransactions:
        """Errors of queries that are caught inside a transaction which goes on: PostgreSQL has given it up by then."""
        return SwallowedInTransactions(self.databases, self.transactions, self.backends, self.reach)

    @cached_property
    def boundaries(self) -> Boundaries:
        """Transactions around code that others run: a middleware's `call_next`, the `yield` of a dependency."""
        return Boundaries(self.transactions, self.reach)

    @cached_property
    def waiting(self) -> Waiting:
        """Waits for other services and clocks while a transaction is open."""
        return Waiting(self.transactions, self.reach)

    @cached_property
    def changes(self) -> RowChanges:
        """What a query reads and changes."""
        return RowChanges(self.databases, self.texts, self.writes)

    @cached_property
    def stale_writes(self) -> StaleWrites:
        """Values that are read, computed with and written back, while another request may do the same."""
        return StaleWrites(self.changes, self.transactions, self.reach)

    @cached_property
    def write_dependences(self) -> WriteDependences:
        """Writes that depend on one another, and that no transaction holds together."""
        return WriteDependences(self.changes, self.transactions, self.boundaries, self.reach)

    @cached_property
    def tries(self) -> Tries:
        """Queries inside a `try` or `contextlib.suppress`, whose errors reach its clauses."""
        return Tries(self.queries, DriverErrors(self.resolver))

    @cached_property
    def dead_clauses(self) -> DeadClauses:
        """Clauses for errors that nothing in their `try` can raise: SQLAlchemy's, around a driver's own calls."""
        return DeadClauses(self.tries, self.backends)

    @cached_property
    def late_errors(self) -> LateErrors:
        """Clauses around queries that are handed on unstarted, and fail somewhere else."""
        return LateErrors(self.tries)

    @cached_property
    def swallowing(self) -> Swallowing:
        """Errors of the database that nobody gets to know of."""
        return Swallowing(self.tries, self.texts, self.reach)

    @cached_property
    def leaks(self) -> Leaks:
        """Texts of database errors that become part of a response."""
        return Leaks(self._all_tries, self.reach, OnlyReading(self.queries, self.texts))

    @cached_property
    def app_wide_leaks(self) -> AppWideLeaks:
        """Exception handlers of an application that answer with the text of database errors."""
        return AppWideLeaks(self._all_tries, self.reach)

    @cached_property
    def _all_tries(self) -> tuple[Tries, ...]:
        """The attempts at queries of `databases`, and at those of other drivers."""
        errors = DriverErrors(self.resolver, through_sqlalchemy=True)
        # A session writes what was added to it when it commits.
        return self.tries, Tries(self.queries, errors, frozenset({"bare_query", "commits"}))

    @cached_property
    def outcomes(self) -> Outcomes:
        """What running a statement gives on the database it runs on, and whether that is what the code takes it for."""
        return Outcomes(self.queries, self.texts, self.reach, self.backends)

    @cached_property
    def fetches(self) -> Fetches:
        """What is used of the rows that a query fetches: all of them, the first, their number, or that there is one."""
        return Fetches(self.queries, self.texts, self.reach)

    @cached_property
    def rows(self) -> Rows:
        """Rows of a result: which values are rows, and what it means to take one apart."""
        return Rows(self.queries, self.texts)

    @cached_property
    def loops(self) -> Loops:
        """Queries that run once for every item of a loop while a request is served."""
        return Loops(self.queries, self.texts, self.reach)

    @cached_property
    def blocking(self) -> Blocking:
        """Calls that keep the event loop waiting while requests are served."""
        return Blocking(self.resolver, self.reach)

    @cached_property
    def urls(self) -> Urls:
        """Which URL a pool is built with, as far as the source says it, and where it says so."""
        return Urls(self.resolver, self.reach)

    @cached_property
    def options(self) -> Options:
        """What the driver behind a URL takes: in the URL itself, and as keywords; read from the driver's stub."""
        return Options(self.urls)

    @cached_property
    def passwords(self) -> Passwords:
        """Passwords of databases that are written in the source, as far as they look like real ones."""
        return Passwords(Logins(self.urls), self.reach)

    @cached_property
    def file_urls(self) -> FileUrls:
        """URLs of database files that lead to another file, or to none at all."""
        return FileUrls(self.urls, self.options)

    @cached_property
    def pool_options(self) -> PoolOptions:
        """Options that a pool is built with and that its driver refuses."""
        return PoolOptions(self.urls, self.options)

    @cached_property
    def bind_mismatches(self) -> BindMismatches:
        """Values that are not those their text asks for."""
        return BindMismatches(self.bound_queries)

    @cached_property
    def raw_transactions(self) -> RawTransactions:
        """Transactions that are controlled by statements."""
        return RawTransactions(self.connections)

    @cached_property
    def accidents(self) -> Accidents:
        """What is read as a bind parameter by accident."""
        return Accidents(self.backends)

    @cached_property
    def misplaced_binds(self) -> MisplacedBinds:
        """Bind parameters where SQL wants a name or a list."""
        return MisplacedBinds(self.resolver, self.backends)

    @cached_property
    def foreign_placeholders(self) -> ForeignPlaceholders:
        """Placeholders in the style of another driver."""
        return ForeignPlaceholders(self.backends)
