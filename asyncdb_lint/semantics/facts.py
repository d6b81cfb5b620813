"""The records that rules read: lost coroutines, constructions, connects, unguarded writes, interpolated SQL.

A fact is computed when a rule first asks for it, once for the whole project where it crosses modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import libcst as cst

from .backend import Backends
from .calling import argument_for, class_roles, roles
from .coroutines import CoroutineCall, Coroutines, Loss, LossKind
from .guards import Guards
from .lifecycle import Lifecycle
from .reach import Origin, Reach
from .records import CallRecord, Context, ContextKind, FunctionRecord, ModuleRecord, ParameterKind, UseKind
from .resolve import Resolver
from .sources import Source, Sources
from .sql import Hole, HolePlace, Place, Statement, bind, places, read
from .terms import Attribute, Choice, GlobalName, Import, Parameter, Result, Term, last_name
from .texts import FlatText, Frame, Gap, Texts
from .values import ExternalValue, FunctionValue, InstanceValue, Value

if TYPE_CHECKING:
    from ..parsing import ParsedModule

_WRITING_VERBS = {"insert", "update", "delete", "replace", "merge", "truncate"}


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
        return _shown(self.call)

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


@dataclass(frozen=True, slots=True)
class Construction:
    """A pool of connections built while a request is served, or by a function that only requests are known to reach."""

    call: CallRecord
    is_known_handler: bool


@dataclass(frozen=True, slots=True)
class SharedConnect:
    """`connect()`, `disconnect()` or `async with` of a shared database while a request is served."""

    function: FunctionRecord
    node: cst.CSTNode
    """The call, or the expression that `async with` enters."""
    call: CallRecord | None
    """None for `async with`."""
    opens: bool
    closes: bool
    partner: CallRecord | None
    """The `disconnect()` beside a `connect()`."""

    @property
    def source(self) -> str:
        """The call or statement as messages show it."""
        if self.call is not None:
            return _shown(self.call)
        return "async with " + self.function.module.parsed.code_of(self.node)


@dataclass(frozen=True, slots=True)
class UnguardedWrite:
    """The first write of a handler that nothing guards, and the others behind it."""

    call: CallRecord
    handlers: tuple[FunctionRecord, ...]
    others: tuple[CallRecord, ...]


@dataclass(frozen=True, slots=True)
class OpenHole:
    """A value from outside that becomes SQL text, and the grammatical place where it lands."""

    gap: Gap
    place: HolePlace


@dataclass(frozen=True, slots=True)
class Interpolation:
    """SQL text with values from outside in it, and the query that runs it."""

    sink: CallRecord
    text: FlatText
    holes: tuple[OpenHole, ...]
    statement: Statement
    module: ModuleRecord
    """Where the first open hole stands."""

    @property
    def is_wrapped(self) -> bool:
        """Whether the query is handed `text(...)`, which takes no values beside it."""
        return any(
            isinstance(argument.term, Result) and last_name(argument.term.call.callee) == "text"
            for argument in self.sink.arguments
        )

    @property
    def obstacle(self) -> str | None:
        """What in the text does not go with bind parameters, in plain words."""
        parts = _numbered(self.text.parts)
        gaps = [part for part in self.text.parts if not isinstance(part, str)]
        is_open = [any(gap is hole.gap for hole in self.holes) for gap in gaps]
        names = [f"p{number}" if is_open[number] else None for number in range(len(gaps))]
        bound = bind(parts, names, passed=self.statement.placeholders)
        return bound.refusals[0].reason if bound.refusals else None

    def source_of(self, hole: OpenHole) -> str:
        """What fills a hole, as written."""
        return " ".join(cst.Module([]).code_for_node(hole.gap.node).split())

    def stands_in(self, node: cst.CSTNode) -> bool:
        """Whether the first open hole is inside a node, so that pointing at it says nothing new."""
        if self.sink.module is not self.module:
            return False
        outer, inner = self.module.parsed.range_of(node), self.module.parsed.range_of(self.holes[0].gap.node)
        return outer.start <= inner.start and inner.end <= outer.end


class ProjectFacts:
    """Everything that is known about a set of modules, worked out on demand."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.reach = Reach(resolver)
        self.coroutines = Coroutines(resolver, self.reach)
        self.texts = Texts(resolver)
        self.sources = Sources(resolver, self.reach, self.texts)
        self.guards = Guards(resolver, self.reach)
        self.lifecycle = Lifecycle(resolver, self.reach)
        self.backends = Backends(self.lifecycle.makers, self.texts, self.reach)

    def module(self, record: ModuleRecord) -> ModuleFacts:
        """The facts of one module."""
        return ModuleFacts(record, self)

    # -- queries ----------------------------------------------------------------------------------------------------

    def driver_method(self, call: CallRecord) -> FunctionRecord | None:
        """The driver's method that a call runs; None unless every alternative is one."""
        methods = [
            value.function
            for value in self.resolver.resolve(call.callee)
            if isinstance(value, FunctionValue) and value.function.module.is_stub and value.receiver is not None
        ]
        return methods[0] if methods and roles(methods[0]) else None

    def sql_argument(self, call: CallRecord) -> Term | None:
        """The expression that a query runs."""
        method = self.driver_method(call)
        if method is None or "query" not in roles(method):
            return None
        for parameter in method.parameters:
            if parameter.annotation is not None and last_name(parameter.annotation) == "SQL":
                return argument_for(self.resolver, call, method, parameter.name)
        return None

    def writes(self, call: CallRecord, frame: Frame | None) -> bool:
        """Whether a query is known to change rows in a way that can fail on a duplicate or a constraint."""
        term = self.sql_argument(call)
        return term is not None and self._is_write(term, frame, 0)

    def _is_write(self, term: Term, frame: Frame | None, depth: int) -> bool:
        if depth > 12:
            return False
        flat = self.texts.flatten(term, frame)
        if flat:
            statements = [read(_numbered(text.parts)) for text in flat]
            return all(statement.writes and not statement.has_on_conflict for statement in statements)
        match term:
            case Parameter():
                passed = self.texts.argument(term, frame)
                return passed is not None and self._is_write(*passed, depth + 1)
            case Choice(options=options):
                return all(self._is_write(option, frame, depth + 1) for option in options)
            case Result(call=call):
                return self._is_core_write(call, frame, depth)
            case GlobalName() | Import():
                return False
            case _:
                return False

    def _is_core_write(self, call: CallRecord, frame: Frame | None, depth: int) -> bool:
        """`users.insert().values(...)`, `insert(users)`: the innermost call of the chain decides."""
        callee = call.callee
        if isinstance(callee, Attribute):
            if callee.name in (
                "on_conflict_do_nothing",
                "on_conflict_do_update",
                "on_duplicate_key_update",
                "prefix_with",
            ):
                return False
            if callee.name in ("insert", "update", "delete") and not isinstance(callee.base, Result):
                return True
            if isinstance(callee.base, Result):
                return self._is_core_write(callee.base.call, frame, depth + 1) if depth < 12 else False
        for value in self.resolver.resolve(callee):
            if isinstance(value, ExternalValue) and value.dotted.startswith("sqlalchemy"):
                return value.dotted.rpartition(".")[2] in ("insert", "update", "delete")
            if isinstance(value, FunctionValue) and not value.function.module.is_stub and value.function.returned:
                inner = Frame(call, value.function, frame)
                return all(self._is_write(term, inner, depth + 2) for term in value.function.returned)
        return False

    # -- unguarded writes -------------------------------------------------------------------------------------------

    @cached_property
    def unguarded_writes(self) -> tuple[UnguardedWrite, ...]:
        """One fact a place: the first unguarded write of each handler, handlers with the same place together."""
        if self.guards.app_wide():
            return ()
        found: dict[CallRecord, tuple[list[FunctionRecord], list[CallRecord]]] = {}
        for module in self.resolver.modules:
            if module.is_stub:
                continue
            for function in module.functions:
                if not self._is_entry(function):
                    continue
                writes = self._exposed(function, None, set(), 0)
                if writes:
                    handlers, others = found.setdefault(writes[0], ([], []))
                    handlers.append(function)
                    others.extend(write for write in writes[1:] if write not in others)
        return tuple(UnguardedWrite(call, tuple(handlers), tuple(others)) for call, (handlers, others) in found.items())

    def _is_entry(self, function: FunctionRecord) -> bool:
        """Whether requests enter the project here: a handler, a dependency, a function without known callers."""
        if function.is_lambda or not function.is_async:
            return False
        own = self.reach.own(function)
        if Origin.HANDLER in own:
            return True
        if Origin.DEPENDENCY in own:
            return True
        if own or self.resolver.callers(function) or function.parent is not None:
            return False
        if Origin.UNKNOWN not in self.reach.origins(function):
            return False
        return not self._may_be_called_out_of_sight(function)

    def _may_be_called_out_of_sight(self, function: FunctionRecord) -> bool:
        """A method, or a function whose name is called on something unknown, may well have a guarded caller."""
        return any(self.resolver.calls_named(name) for name in self.resolver.names_of(function))

    def _exposed(
        self, function: FunctionRecord, frame: Frame | None, seen: set[FunctionRecord], depth: int
    ) -> list[CallRecord]:
        """The writes that running a function reaches without a guard on the way, in the order of the source."""
        if function in seen or depth > 12 or self.guards.by_decorator(function):
            return []
        seen.add(function)
        found: list[CallRecord] = []
        for call in function.calls:
            found.extend(write for write in self._exposed_by(call, frame, seen, depth) if write not in found)
        seen.discard(function)
        return found

    def _exposed_by(
        self, call: CallRecord, frame: Frame | None, seen: set[FunctionRecord], depth: int
    ) -> list[CallRecord]:
        """The writes that one call is, or leads to, without a guard on the way."""
        if self.guards.in_place(call) or any(use.kind is UseKind.DISCARDED for use in call.uses):
            return []
        if self.sql_argument(call) is not None:
            # A query that nobody awaits writes nothing: that is another rule's finding.
            return [call] if self.writes(call, frame) and self.coroutines.loss(call) is None else []
        found: list[CallRecord] = []
        for value in self.resolver.resolve(call.callee):
            for target in self.resolver.targets(value):
                if not target.module.is_stub and not target.is_generator:
                    found.extend(
                        write
                        for write in self._exposed(target, Frame(call, target, frame), seen, depth + 1)
                        if write not in found
                    )
        return found

    def exposing_calls(self, function: FunctionRecord) -> list[CallRecord]:
        """The calls in a function's own body that write without a guard, or lead to such a write."""
        return [call for call in function.calls if self._exposed_by(call, None, {function}, 0)]

    # -- interpolated SQL -------------------------------------------------------------------------------------------

    @cached_property
    def interpolations(self) -> dict[ModuleRecord, list[Interpolation]]:
        """SQL texts with open holes, by the module in which the first open hole stands."""
        found: dict[ModuleRecord, list[Interpolation]] = {}
        seen: set[int] = set()
        for module in self.resolver.modules:
            for call in module.calls:
                term = self.sql_argument(call) if not module.is_stub else None
                if term is None:
                    continue
                for frame, sql in self._seen_from_callers(term, call.function, None, 0):
                    for interpolation in self._open_texts(call, sql, frame):
                        place = interpolation.holes[0].gap.node
                        if id(place) not in seen:
                            seen.add(id(place))
                            found.setdefault(interpolation.module, []).append(interpolation)
        return found

    def _seen_from_callers(
        self, term: Term, function: FunctionRecord, frame: Frame | None, depth: int
    ) -> list[tuple[Frame | None, Term]]:
        """A query that a wrapper is given as a parameter, as each of its callers sees it."""
        if not isinstance(term, Parameter) or depth > 4:
            return [(frame, term)]
        record = term.function.parameter(term.name)
        if record is None or (record.kind is not ParameterKind.POSITIONAL and record.kind is not ParameterKind.KEYWORD):
            return []
        found: list[tuple[Frame | None, Term]] = []
        for call in self.resolver.callers(term.function):
            passed = argument_for(self.resolver, call, term.function, term.name)
            if passed is not None:
                found.extend(self._seen_from_callers(passed, call.function, frame, depth + 1))
        return found

    def _open_texts(self, call: CallRecord, term: Term, frame: Frame | None) -> list[Interpolation]:
        found: list[Interpolation] = []
        for flat in self.texts.flatten(term, frame):
            gaps = [part for part in flat.parts if not isinstance(part, str)]
            if not gaps or not any(self._is_open(gap) for gap in gaps):
                continue
            parts = _numbered(flat.parts)
            statement = read(parts)
            holes = [
                OpenHole(gap, place)
                for gap, place in zip(gaps, places(parts), strict=True)
                if self._is_open(gap) and place.place is not Place.PLACEHOLDER
            ]
            if holes:
                found.append(
                    Interpolation(call, flat, tuple(holes), statement, self._owner_of(holes[0].gap.node, call.module))
                )
        return found

    def _is_open(self, gap: Gap) -> bool:
        if gap.spec and gap.spec[-1] in "dfeEgGnxXbo%":
            return False
        return self.sources.of(gap.term, gap.frame) is Source.OPEN

    def _owner_of(self, node: cst.CSTNode, guess: ModuleRecord) -> ModuleRecord:
        """The module in whose tree a node stands."""
        for module in [guess, *self.resolver.modules]:
            try:
                module.parsed.range_of(node)
            except LookupError:
                continue
            return module
        return guess


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
            role=next(iter(sorted(roles(made.function) & {"opens", "closes", "starts", "commits", "rolls_back"})), ""),
            consumer=consumer,
            is_given_to_scheduler=to_scheduler,
            may_become_async=self._may_become_async(call.function),
        )

    def _may_become_async(self, function: FunctionRecord) -> bool:
        own = self.project.reach.own(function)
        return bool(own & {Origin.HANDLER, Origin.LIFECYCLE}) and not self.project.resolver.callers(function)

    # -- lifecycle --------------------------------------------------------------------------------------------------

    @cached_property
    def request_constructions(self) -> Sequence[Construction]:
        """Pools that are built anew for every request."""
        found: list[Construction] = []
        for call in self.record.calls:
            if not self._builds_pool(call) or self._is_kept(call):
                continue
            function = call.function
            origins = self.project.reach.origins(function)
            if origins & {Origin.HANDLER, Origin.DEPENDENCY, Origin.BACKGROUND}:
                if not self._is_cached(function):
                    found.append(Construction(call, True))
            elif Origin.UNKNOWN in origins and self._works_with(call):
                found.append(Construction(call, False))
        return found

    def _builds_pool(self, call: CallRecord) -> bool:
        values = self.project.resolver.resolve(call.result)
        return any(self._is_pool(value) and isinstance(value, InstanceValue) and value.call is call for value in values)

    def _is_pool(self, value: Value) -> bool:
        return isinstance(value, InstanceValue) and "pool" in class_roles(self.project.resolver, value)

    def _is_kept(self, call: CallRecord) -> bool:
        """Stored where the next request finds it again: a global, an attribute, a container."""
        if any(use.kind is UseKind.STORED and not self._is_of_request(use.node) for use in call.uses):
            return call.function.name != "__init__" or not self.project.reach.surely_from_requests(call.function)
        return call.function.is_module

    def _is_of_request(self, target: cst.CSTNode) -> bool:
        """Whether a store goes to `request.state`, which ends with the request."""
        for store in self.record.stores:
            if store.node is target and isinstance(store.base, Attribute) and store.base.name == "state":
                return any(
                    isinstance(value, InstanceValue) and "request" in class_roles(self.project.resolver, value)
                    for value in self.project.resolver.resolve(store.base.base)
                )
        return False

    def _is_cached(self, function: FunctionRecord) -> bool:
        names = {last_name(item.call.callee if isinstance(item, Result) else item) for item in function.decorators}
        return bool(names & {"lru_cache", "cache", "cached", "singleton", "alru_cache", "fixture"})

    def _works_with(self, construction: CallRecord) -> bool:
        """Whether the function that builds a pool also queries it: then it is no factory."""
        for call in construction.function.calls:
            method = self.project.driver_method(call)
            if method is None or "query" not in roles(method):
                continue
            receivers = [
                value.receiver
                for value in self.project.resolver.resolve(call.callee)
                if isinstance(value, FunctionValue)
            ]
            if any(isinstance(value, InstanceValue) for value in receivers) and not self._only_defines(
                construction.function
            ):
                return True
        return False

    def _only_defines(self, function: FunctionRecord) -> bool:
        """Whether every query of a function is DDL: it sets a database up."""
        verbs = [
            read(_numbered(flat.parts)).verb
            for call in function.calls
            if (term := self.project.sql_argument(call)) is not None
            for flat in self.project.texts.flatten(term)
        ]
        return bool(verbs) and all(verb in ("ddl", "pragma", "maintenance", "set") for verb in verbs)

    @cached_property
    def request_connects(self) -> Sequence[SharedConnect]:
        """Connects and disconnects of a shared database while a request is served; a pair counts once."""
        found: list[SharedConnect] = []
        for function in self.record.functions:
            found.extend(self._connects_in(function))
        return found

    def _connects_in(self, function: FunctionRecord) -> Sequence[SharedConnect]:
        calls = [
            (call, self._lifecycle_role(call, "opens"), self._lifecycle_role(call, "closes")) for call in function.calls
        ]
        entered = [node for context in function.withs for node in self._shared_pools_entered(context)]
        if not (entered or any(opens or closes for _, opens, closes in calls)) or not self._serves_requests(function):
            return []
        found: list[SharedConnect] = [SharedConnect(function, node, None, True, True, None) for node in entered]
        closers = [call for call, _, closes in calls if closes]
        for call, opens, closes in calls:
            if opens:
                partner = closers.pop(0) if closers else None
                found.append(SharedConnect(function, call.node, call, True, partner is not None, partner))
            elif closes and call in closers:
                found.append(SharedConnect(function, call.node, call, False, True, None))
        return found

    def _shared_pools_entered(self, context: Context) -> Sequence[cst.CSTNode]:
        """The items of an `async with` that are pools made elsewhere."""
        if context.kind is not ContextKind.ASYNC_WITH or context.entered is None:
            return []
        values = [value for item in context.items for value in self.project.resolver.resolve(item)]
        made_here = any(isinstance(item, Result) for item in context.items)
        return [context.entered] if values and not made_here and all(self._is_pool(value) for value in values) else []

    def _lifecycle_role(self, call: CallRecord, role: str) -> bool:
        method = self.project.driver_method(call)
        if method is None or role not in roles(method):
            return False
        values = [value for value in self.project.resolver.resolve(call.callee) if isinstance(value, FunctionValue)]
        receivers = [value.receiver for value in values]
        return all(
            isinstance(receiver, InstanceValue)
            and self._is_pool(receiver)
            and not (
                receiver.call is not None and receiver.call.function is call.function and not call.function.is_module
            )
            for receiver in receivers
        )

    def _serves_requests(self, function: FunctionRecord) -> bool:
        """Whether a function runs per request; one that nobody is known to call must also query to count."""
        if any(self._builds_pool(call) and self._is_kept(call) for call in function.calls):
            # What is built and kept here is opened here once.
            return False
        origins = self.project.reach.origins(function)
        if origins & {Origin.HANDLER, Origin.DEPENDENCY}:
            return Origin.LIFECYCLE not in self.project.reach.own(function)
        if Origin.UNKNOWN not in origins or origins & {Origin.LIFECYCLE, Origin.SCRIPT, Origin.IMPORT, Origin.TEST}:
            return False
        return self._queries(function) and not self._only_defines(function)

    def _queries(self, function: FunctionRecord) -> bool:
        methods = (self.project.driver_method(call) for call in function.calls)
        return any(method is not None and "query" in roles(method) for method in methods)

    # -- errors and SQL ---------------------------------------------------------------------------------------------

    @property
    def unguarded_writes(self) -> Sequence[UnguardedWrite]:
        """Writes of handlers that nothing guards, standing in this module."""
        return [write for write in self.project.unguarded_writes if write.call.module is self.record]

    @property
    def interpolations(self) -> Sequence[Interpolation]:
        """SQL texts with values from outside in them, whose first open hole stands in this module."""
        return self.project.interpolations.get(self.record, [])


def _shown(call: CallRecord) -> str:
    return call.module.parsed.code_of(call.node.func) + ("(...)" if call.node.args else "()")


def _numbered(parts: Sequence[str | Gap]) -> list[str | Hole]:
    """Parts as the SQL floor takes them: holes by number."""
    numbered: list[str | Hole] = []
    count = 0
    for part in parts:
        if isinstance(part, str):
            numbered.append(part)
        else:
            numbered.append(Hole(count))
            count += 1
    return numbered
