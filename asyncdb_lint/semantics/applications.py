"""Applications: what they run at startup and shutdown, and which of them serves a function."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from ..lazy import cst
from .calling import class_roles, dependency_of
from .import_graph import ImportGraph
from .makers import Makers
from .reach import Origin, Reach
from .records import CallRecord, FunctionRecord, ModuleRecord, UseKind
from .resolve import Resolver
from .terms import Attribute, Collection, Constant, GlobalName, Import, Item, Result, Term, arguments_of, last_name
from .values import ClassValue, FunctionValue

_MOUNTED = {"include_router": (0, "router"), "mount": (1, "app"), "host": (1, "app")}
_LISTS = {"on_startup": "startup", "on_shutdown": "shutdown"}


class EventForm(enum.Enum):
    """How a function is made to run at startup or shutdown."""

    DECORATED = "@app.on_event"
    ADDED = "app.add_event_handler"
    LISTED = "FastAPI(on_startup=[...])"


class EventHandler(NamedTuple):
    """Something that runs at startup or shutdown."""

    event: str
    form: EventForm
    term: Term
    function: FunctionRecord | None
    """The project's own function, where it is one."""
    call: CallRecord
    """The call that registers it; of a list, the one that makes the application."""
    listed_in: cst.List | None = None


@dataclass(slots=True, eq=False)
class Application:
    """An application and what it does at startup and shutdown."""

    call: CallRecord
    has_lifespan: bool = False
    lifespan: FunctionRecord | None = None
    """Its lifespan function, where that is the project's."""
    events: list[EventHandler] = field(default_factory=list)
    own_events: list[EventHandler] = field(default_factory=list)
    """Those that are registered with the application itself, not with a router or with who knows what."""

    @property
    def module(self) -> ModuleRecord:
        """Where it is made."""
        return self.call.module

    @property
    def functions(self) -> list[FunctionRecord]:
        """The project's functions that it runs at startup and shutdown."""
        own = [self.lifespan, *(handler.function for handler in self.events)]
        return [function for function in own if function is not None]

    def handlers(self, event: str) -> list[EventHandler]:
        """What runs at one event."""
        return [handler for handler in self.events if handler.event == event]


def registers_events(module: ModuleRecord) -> bool:
    """Whether a module has a call that makes something run at startup or shutdown, as far as names tell."""
    return any(
        last_name(call.callee) in ("on_event", "add_event_handler")
        or any(argument.keyword in _LISTS for argument in call.arguments)
        for call in module.calls
    )


class Applications:
    """Answers which applications a project has, and which of them serves a function."""

    def __init__(self, resolver: Resolver, reach: Reach, makers: Makers, imports: ImportGraph) -> None:
        self.resolver = resolver
        self.reach = reach
        self.makers = makers
        self.imports = imports

    # -- what there is -----------------------------------------------------------------------------------------------

    @cached_property
    def all(self) -> list[Application]:
        """Every application of the project."""
        found = {
            call: Application(call) for module in self._modules() for call in module.calls if self._makes_app(call)
        }
        for app in found.values():
            self._read_arguments(app)
        for event, owners in self._registered():
            served: set[CallRecord | None] = set()
            for owner in owners:
                # A router's events become those of its application; those of a mounted application stay its own.
                served |= {owner} if owner is None or owner in found else self._roots(owner)
            for app in found.values():
                # What cannot be told to belong to another application may belong to this one.
                if app.call in served or None in served or not served:
                    app.events.append(event)
                if owners == {app.call}:
                    app.own_events.append(event)
        return list(found.values())

    def has_made_in(self, module: ModuleRecord) -> bool:
        """Whether a module makes an application."""
        return any(map(self._makes_app, module.calls))

    def serving(self, function: FunctionRecord) -> Application | None:
        """The one application whose requests reach a function; None when that is not known."""
        roots = {root for entry in self._entries(function) for root in self._roots(entry)}
        served = [app for app in self.all if app.call in roots]
        if not served:
            # Not seen from any route: the only application around that has the function's module.
            served = [
                app
                for app in self.all
                if app.call not in self._mounted
                and (app.module is function.module or self.imports.reaches(app.module, function.module))
            ]
        return served[0] if len(served) == 1 else None

    def roots(self, app: Application) -> set[CallRecord]:
        """The calls that make the applications in which one is mounted, outermost; itself where it is in none."""
        return self._roots(app.call)

    def _modules(self) -> Iterator[ModuleRecord]:
        for module in self.resolver.modules:
            if not module.is_stub and self.reach.module_kind(module) is not Origin.TEST:
                yield module

    def _makes_app(self, call: CallRecord) -> bool:
        return any(
            isinstance(value, ClassValue) and "app" in class_roles(self.resolver, value)
            for value in self.resolver.resolve(call.callee)
        )

    def _read_arguments(self, app: Application) -> None:
        for argument in app.call.arguments:
            if argument.star == "**":
                # It may hold a lifespan; giving another would be an error.
                app.has_lifespan = True
            elif argument.keyword == "lifespan":
                app.has_lifespan = True
                functions = self._functions(argument.term)
                app.lifespan = functions[0] if len(functions) == 1 and functions[0].is_generator else None
            elif argument.keyword in _LISTS and isinstance(argument.term, Collection):
                literal = argument.node if isinstance(argument.node, cst.List) else None
                for element in argument.term.elements:
                    event = self._event(_LISTS[argument.keyword], EventForm.LISTED, element, app.call, literal)
                    app.events.append(event)
                    app.own_events.append(event)

    def _registered(self) -> Iterator[tuple[EventHandler, frozenset[CallRecord | None]]]:
        """Event handlers by decorator or call, and the calls that made what they are registered with."""
        for module in self._modules():
            for function in module.functions:
                for decorator in function.decorators:
                    if isinstance(decorator, Result) and isinstance(decorator.call.callee, Attribute):
                        event = self._event_name(decorator.call)
                        if event is not None and decorator.call.callee.name == "on_event":
                            owner = self.makers.of(decorator.call.callee.base)
                            yield EventHandler(event, EventForm.DECORATED, decorator, function, decorator.call), owner
        for call in self.resolver.calls_named("add_event_handler"):
            event, handler = self._event_name(call), call.argument(1, "func")
            if event is None or handler is None or not isinstance(call.callee, Attribute) or call.module.is_stub:
                continue
            if self.reach.module_kind(call.module) is not Origin.TEST:
                owner = self.makers.of(call.callee.base)
                yield self._event(event, EventForm.ADDED, handler.term, call), owner

    def _event(
        self, event: str, form: EventForm, term: Term, call: CallRecord, listed_in: cst.List | None = None
    ) -> EventHandler:
        functions = self._functions(term)
        return EventHandler(event, form, term, functions[0] if len(functions) == 1 else None, call, listed_in)

    def _event_name(self, call: CallRecord) -> str | None:
        argument = call.argument(0, "event_type")
        if argument is None or not isinstance(argument.term, Constant):
            return None
        return next((event for event in ("startup", "shutdown") if event == argument.term.value), None)

    def _functions(self, term: Term) -> list[FunctionRecord]:
        """The project's functions that a term may be."""
        values = self.resolver.resolve(term)
        return [
            value.function for value in values if isinstance(value, FunctionValue) and not value.function.module.is_stub
        ]

    # -- from a function to the application it serves ---------------------------------------------------------------

    def _entries(self, function: FunctionRecord) -> Iterator[CallRecord]:
        """The calls that made the applications and routers through which requests come to a function."""
        seen = {function}
        pending = [function]
        while pending:
            current = pending.pop()
            for decorator in current.decorators:
                if isinstance(decorator, Result):
                    yield from self._registering(decorator.call)
            next_ones = [call.function for call in self.resolver.callers(current)]
            for use in self.resolver.references(current):
                if use.call is None or use.kind is not UseKind.ARGUMENT:
                    continue
                if dependency_of(self.resolver, use.call) is not None:
                    users, calls = self._dependents.get(use.call, ([], []))
                    next_ones += users
                    for call in calls:
                        yield from self._registering(call)
                else:
                    yield from self._registering(use.call)
                    next_ones.append(use.function)
            if current.parent is not None:
                next_ones.append(current.parent)
            for other in next_ones:
                if other not in seen and not other.is_module:
                    seen.add(other)
                    pending.append(other)

    def _registering(self, call: CallRecord) -> Iterator[CallRecord]:
        """What a route's decorator or `add_api_route` belongs to; a call that makes a router is itself it."""
        if call.result is not None and call in self.makers.of(call.result):
            yield call
        elif isinstance(call.callee, Attribute):
            yield from (made for made in self.makers.of(call.callee.base) if made is not None)

    @cached_property
    def _dependents(self) -> dict[CallRecord, tuple[list[FunctionRecord], list[CallRecord]]]:
        """Who uses each `Depends(...)`: functions with such a parameter, and calls given it in `dependencies=[...]`."""
        found: dict[CallRecord, tuple[list[FunctionRecord], list[CallRecord]]] = {}
        for module in self._modules():
            for function in module.functions:
                for parameter in function.parameters:
                    for call in [*self._calls_in(parameter.default), *self._calls_in(parameter.annotation)]:
                        found.setdefault(call, ([], []))[0].append(function)
            for outer in module.calls:
                for argument in outer.arguments:
                    if argument.keyword == "dependencies":
                        for call in self._calls_in(argument.term):
                            found.setdefault(call, ([], []))[1].append(outer)
        return found

    def _calls_in(self, term: Term | None, depth: int = 0) -> Iterator[CallRecord]:
        """The calls that a default, an annotation or a list is made of."""
        if depth > 6:
            return
        match term:
            case Result(call=call):
                yield call
            case Item(key=key):
                for argument in arguments_of(key):
                    yield from self._calls_in(argument, depth + 1)
            case Collection(elements=elements):
                for element in elements:
                    yield from self._calls_in(element, depth + 1)
            case GlobalName() | Import():
                for bound in self.resolver.bound_terms(term):
                    yield from self._calls_in(bound, depth + 1)
            case _:
                return

    @cached_property
    def _mounted(self) -> dict[CallRecord, set[CallRecord]]:
        """What each router or application is included in."""
        found: dict[CallRecord, set[CallRecord]] = {}
        for name, (position, keyword) in _MOUNTED.items():
            for call in self.resolver.calls_named(name):
                argument = call.argument(position, keyword)
                if call.module.is_stub or argument is None or not isinstance(call.callee, Attribute):
                    continue
                outer = {made for made in self.makers.of(call.callee.base) if made is not None}
                for inner in self.makers.of(argument.term):
                    if inner is not None:
                        found.setdefault(inner, set()).update(outer)
        return found

    def _roots(self, call: CallRecord) -> set[CallRecord]:
        """The outermost of what a router is included in: the lifespan of a mounted application never runs."""
        roots: set[CallRecord] = set()
        seen = {call}
        pending = [call]
        while pending:
            current = pending.pop()
            outer = self._mounted.get(current)
            if not outer:
                roots.add(current)
            for other in outer or ():
                if other not in seen:
                    seen.add(other)
                    pending.append(other)
        return roots
