# The roles that rules ask for, so that no rule names a library: a new driver is a new stub that uses these.
# Classes are annotations (of parameters and results), functions are decorators (of classes and methods).
# A parameter without one of these annotations is one of which nothing is known: the linter stays quiet about it.

from typing import Generic, TypeVar

_T = TypeVar("_T")

# A driver's parameters and results.

class SQL: ...  # query text, or a Core expression
class Binds: ...  # one mapping of bind values
class ManyBinds: ...  # an iterable of such mappings, one statement each
class Value: ...  # one scalar from the database, or None
class RawConnection: ...  # the connection of the library underneath
class URL: ...  # where the database is and how to reach it, as text or as an object of a class that is a `url`
class User: ...  # who logs in
class Password: ...  # what whoever knows it logs in with
class Host: ...  # the machine that the database is on
class DatabaseName: ...  # which database of that machine
class Startable(Generic[_T]): ...  # a coroutine that gives T, which `async with` awaits just as well
class FileName: ...  # not read as options: it becomes part of the name of the database file
class Replaces(Generic[_T]): ...  # `Replaces[Literal["a", "b"]]`: the option that other libraries call `a` or `b`

# What other libraries do with what they are given.

class Awaits: ...  # awaits or schedules it: an awaitable, or a collection of awaitables
class Inspects: ...  # looks at it and never awaits it; says nothing of the members of a collection
class Rejects: ...  # looks at it and raises when it is a coroutine; says nothing of the members of a collection
class RejectsMembers: ...  # the same of the members of a collection, which it computes with
class Iterates: ...  # iterates it, and awaits each member where it is an async iterator
class CallsAndAwaits: ...  # calls it and awaits what the call returns
class CallsByKind: ...  # awaits what an async function (or a partial of one) returns; what others return it never awaits
class CallsPlain: ...  # calls it and never awaits what the call returns
class Lifespan: ...  # an async context manager function, entered at startup and left at shutdown

# Classes.

def pool(cls: type[_T]) -> type[_T]: ...  # constructing it makes a pool of connections, to be opened and closed once
def connection(cls: type[_T]) -> type[_T]: ...  # one connection
def transaction(cls: type[_T]) -> type[_T]: ...
def bare_transaction(cls: type[_T]) -> type[_T]: ...  # nothing is begun before it is entered or started; no more is said
def binds_by_name(cls: type[_T]) -> type[_T]: ...  # `:name` is a bind parameter as text() reads it; values are a mapping
def binds_by_number(cls: type[_T]) -> type[_T]: ...  # `$1`; values follow the text as arguments
def binds_by_percent(cls: type[_T]) -> type[_T]: ...  # `%s`; values are one sequence
def binds_by_question_mark(cls: type[_T]) -> type[_T]: ...  # `?`; values are one sequence
def binds_in_text(cls: type[_T]) -> type[_T]: ...  # `:name` in text(); values are one mapping
def one_task(cls: type[_T]) -> type[_T]: ...  # works for one task at a time: a second one gets an error, or worse
def makes_class(cls: type[_T]) -> type[_T]: ...  # calling one gives an object of what it was given as `class_`
def makes_text(cls: type[_T]) -> type[_T]: ...  # text() of a str; beside an expression, values go to its `.values()`
def prepares(cls: type[_T]) -> type[_T]: ...  # prepares what it runs, so a text holds one statement
def logs_with_percent(cls: type[_T]) -> type[_T]: ...  # on SQLite it puts values into the text with `%`, for its log
def row(cls: type[_T]) -> type[_T]: ...  # one record of a result
def raises_driver_errors(cls: type[_T]) -> type[_T]: ...  # errors of the database arrive as the driver underneath made them
def url(cls: type[_T]) -> type[_T]: ...  # where the database is and how to reach it
def backend(cls: type[_T]) -> type[_T]: ...  # what a pool hands its URL and options to, by the scheme of the URL
def app(cls: type[_T]) -> type[_T]: ...  # an application: has routes, a lifespan, exception handlers, a state
def router(cls: type[_T]) -> type[_T]: ...  # a part of an application: has routes
def owns_tasks(cls: type[_T]) -> type[_T]: ...  # keeps the tasks that are made through it, and waits for them
def state(cls: type[_T]) -> type[_T]: ...  # takes any attribute, one namespace for the whole application
def request(cls: type[_T]) -> type[_T]: ...  # what a handler is called with
def response(cls: type[_T]) -> type[_T]: ...  # what a handler answers with
def http_error(cls: type[_T]) -> type[_T]: ...  # raising it is an answer, not a failure
def serves_app(cls: type[_T]) -> type[_T]: ...  # sends requests to an application; its lifespan runs if it is entered
def provider(cls: type[_T]) -> type[_T]: ...  # calling it calls its first argument, with the others, built where they are providers
def value_provider(cls: type[_T]) -> type[_T]: ...  # calling it gives its first argument
def injects(cls: type[_T]) -> type[_T]: ...  # a parameter marked with an item of it is given what that provider gives
def sync_database(cls: type[_T]) -> type[_T]: ...  # what a synchronous driver runs its queries through
def suppresses(cls: type[_T]) -> type[_T]: ...  # swallows the exceptions it is given while it is entered

# Methods and functions of drivers.

def query(method: _T) -> _T: ...  # runs SQL
def bare_query(method: _T) -> _T: ...  # as `query`, or fetches rows of one; of values, results and commits nothing is said
def writes(method: _T) -> _T: ...  # meant for statements that change data; the verb of known SQL decides first
def streams(method: _T) -> _T: ...  # gives the rows of a query one by one, and keeps its connection until the last
def gives_rows(method: _T) -> _T: ...  # every row of the result
def gives_row(method: _T) -> _T: ...  # the first row, or None
def gives_value(method: _T) -> _T: ...  # one value of the first row, or None
def gives_outcome(method: _T) -> _T: ...  # an id, a count, a value of a row or nothing: every database has its own idea
def gives_status(method: _T) -> _T: ...  # the text of what was done, "UPDATE 2": no row, and never empty
def opens(method: _T) -> _T: ...
def closes(method: _T) -> _T: ...
def starts(method: _T) -> _T: ...
def commits(method: _T) -> _T: ...
def rolls_back(method: _T) -> _T: ...

# Methods and functions of other libraries.

def passes_result(method: _T) -> _T: ...  # awaiting (or running) it gives what awaiting its argument gives
def makes_task(method: _T) -> _T: ...  # its awaitable runs whether or not the result of the call is awaited
def own_task(method: _T) -> _T: ...  # runs each awaitable (or function) that it is given in a task of its own
def own_task_before_3_12(method: _T) -> _T: ...  # the same, on a Python older than 3.12
def asks_for_loop(method: _T) -> _T: ...  # says whether an event loop runs here
def slow(method: _T) -> _T: ...  # awaiting it waits for something outside: another service, a clock
def runs_event_loop(method: _T) -> _T: ...  # runs an awaitable to its end from synchronous code
def route(method: _T) -> _T: ...  # decorates a handler, or takes one as `endpoint`
def exception_handler(method: _T) -> _T: ...  # decorates what answers an exception, or takes it as `handler`
def event_handler(method: _T) -> _T: ...  # decorates what runs at "startup" or "shutdown", or takes it as `func`
def middleware(method: _T) -> _T: ...  # decorates or takes what stands around every handler
def mounts(method: _T) -> _T: ...  # takes the routes of another router or application
def dependency(method: _T) -> _T: ...  # a parameter with this default is given what its argument returns or yields
def caches(method: _T) -> _T: ...  # decorates a function whose body runs once for given arguments
def partial(method: _T) -> _T: ...  # a call of its first argument with the arguments that follow, to be completed
def maps(method: _T) -> _T: ...  # iterating what it makes gives what calls of its first argument give
def blocks(method: _T) -> _T: ...  # keeps its thread waiting, for a database, a server or a clock
def sleeps(method: _T) -> _T: ...  # only lets the time pass that its first argument says, in seconds
def reads_environment(method: _T) -> _T: ...  # what the environment says under its first argument, or else `default`
def context_manager(method: _T) -> _T: ...  # decorates a generator function, makes it one for `with`
def async_context_manager(method: _T) -> _T: ...  # decorates an async generator function, makes it one for `async with`
