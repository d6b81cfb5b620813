"""Where the pools of a project are opened and closed, surely or perhaps, and which of them are neither.

What a finding says is that something is done nowhere, so every place that may do it counts: a call on an object that
is not known, a method that is handed on, a pool that is passed to a library.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from .applications import Application, EventHandler, registers_events
from .backend import Backends
from .calling import class_roles, roles
from .lifecycle import Lifecycle, Noted, Place
from .queries import Queries
from .reach import Origin
from .records import CallRecord, ContextKind, FunctionRecord, ModuleRecord
from .terms import Attribute, Collection, Mapping, Term
from .values import ClassValue, ExternalInstance, ExternalValue, FunctionValue, InstanceValue, ModuleValue, Value

_LOOKS_ONLY = {"print", "repr", "str", "isinstance", "id", "bool", "type", "debug", "info", "Depends"}


class UnclosedPool(NamedTuple):
    """A pool that an application opens and nothing closes."""

    construction: CallRecord
    app: Application
    opening: Place
    reopening: EventHandler | None = None
    """The shutdown handler that opens the pool once more."""

    @property
    def reopened_by(self) -> str | None:
        """The name of the function that opens it once more."""
        function = self.reopening.function if self.reopening is not None else None
        return function.name if function is not None else None

    @property
    def place(self) -> Place:
        """Where something is to be changed."""
        if self.reopening is None:
            return self.opening
        return Place(self.reopening.call.function, self.reopening.call, True)


class UnopenedPool(NamedTuple):
    """A pool that handlers query and nothing opens."""

    construction: CallRecord
    query: CallRecord


class Openings:
    """Answers about the pools of one project."""

    def __init__(self, lifecycle: Lifecycle, queries: Queries, backends: Backends) -> None:
        self.lifecycle = lifecycle
        self.queries = queries
        self.backends = backends
        self.resolver = lifecycle.resolver
        self.reach = lifecycle.reach
        self.makers = lifecycle.makers

    # -- what there is ----------------------------------------------------------------------------------------------

    @cached_property
    def constructions(self) -> list[CallRecord]:
        """The calls that make the pools of the project itself: not those of its tests and scripts."""
        return [call for module in self.resolver.modules for call in self._made_in(module)]

    def _made_in(self, module: ModuleRecord) -> list[CallRecord]:
        made = self.backends.constructions_in(module)
        return made if made and self.reach.module_kind(module) is not Origin.SCRIPT else []

    def places(self, construction: CallRecord, role: str) -> Iterator[Place]:
        """Every place outside of tests that opens ("opens") or closes ("closes") a pool, or may."""
        for place in self._all_places(construction, role):
            if self.reach.module_kind(place.function.module) is not Origin.TEST:
                yield place

    def in_tests(self, construction: CallRecord, role: str) -> bool:
        """Whether a test opens or closes a pool, or may."""
        return any(
            self.reach.module_kind(place.function.module) is Origin.TEST
            for place in self._all_places(construction, role)
        )

    def _all_places(self, construction: CallRecord, role: str) -> Iterator[Place]:
        """The likely places first: most pools are opened and closed by plain calls."""
        names = self.lifecycle.methods(construction, role)
        for name in names:
            for call in self.resolver.calls_named(name):
                if not call.module.is_stub and isinstance(call.callee, Attribute) and not call.arguments:
                    yield from self._place(construction, call.function, call, call.callee.base)
        modules = [module for module in self.resolver.modules if not module.is_stub]
        for module in modules:
            for function in self._functions(module):
                for context in function.withs:
                    for item in context.items if context.kind is ContextKind.ASYNC_WITH else ():
                        is_certain = construction in self.makers.of(item)
                        if is_certain or self._is_pool_of_unknown_make(item):
                            yield Place(function, context, is_certain)
        for module in modules:
            for call in module.calls:
                for argument in call.arguments:
                    yield from self._handed_on(construction, call.function, call, argument.term, names)
                    if self._is_given_away(construction, argument.term, call):
                        yield Place(call.function, call, False)
            for store in module.stores:
                yield from self._handed_on(construction, store.function, store, store.value, names)
            for function in self._functions(module):
                for term in [*function.returned, *(term for terms in function.bindings.values() for term in terms)]:
                    yield from self._handed_on(construction, function, function, term, names)
            for collection in module.collections:
                if module.body is not None:
                    yield from self._handed_on(construction, module.body, module.body, collection, names)

    def _functions(self, module: ModuleRecord) -> list[FunctionRecord]:
        return [*module.functions, module.body] if module.body is not None else module.functions

    def _place(self, construction: CallRecord, function: FunctionRecord, noted: Noted, base: Term) -> Iterator[Place]:
        made = self.makers.of(base)
        if construction in made:
            yield Place(function, noted, True)
        elif None in made and self._may_be_pool(base):
            yield Place(function, noted, False)

    def _handed_on(
        self,
        construction: CallRecord,
        function: FunctionRecord,
        noted: Noted,
        term: Term,
        names: Sequence[str],
    ) -> Iterator[Place]:
        """`[database.connect]`, `add_event_handler(..., database.connect)`, `app.state.close = database.disconnect`."""
        elements: Sequence[Term] = [term]
        if isinstance(term, Collection | Mapping):
            elements = term.elements if isinstance(term, Collection) else [value for _, value in term.entries]
        for element in elements:
            if isinstance(element, Attribute) and element.name in names:
                yield from self._place(construction, function, noted, element.base)

    def _is_given_away(self, construction: CallRecord, term: Term, call: CallRecord) -> bool:
        """Whether a pool, or a list with it, is passed to what is not the project's own, and may open or close it."""
        elements = term.elements if isinstance(term, Collection) else [term]
        return any(
            self._is_pool(element) and construction in self.makers.of(element) for element in elements
        ) and not self._is_seen_through(call)

    def _is_pool(self, term: Term) -> bool:
        return any(
            isinstance(value, InstanceValue) and "pool" in class_roles(self.resolver, value)
            for value in self.resolver.resolve(term)
        )

    def _is_seen_through(self, call: CallRecord) -> bool:
        """Whether a call goes to the project's own code, or to something that only looks."""
        values = self.resolver.resolve(call.callee)
        return bool(values) and all(self._is_own(value) for value in values)

    def _is_own(self, value: Value) -> bool:
        match value:
            case FunctionValue(function=function):
                return not function.module.is_stub or function.name in _LOOKS_ONLY
            case ClassValue(cls=cls) | InstanceValue(cls=cls):
                return not cls.module.is_stub and self.resolver.mro(cls)[1]
            case ExternalValue(dotted=dotted) | ExternalInstance(dotted=dotted):
                return dotted.removesuffix("()").rpartition(".")[2] in _LOOKS_ONLY
            case _:
                return False

    def _may_be_pool(self, term: Term) -> bool:
        """Whether an object that is not known may be a pool."""
        return any(self._value_may_be_pool(value) for value in self.resolver.resolve(term))

    def _value_may_be_pool(self, value: Value) -> bool:
        match value:
            case InstanceValue():
                return "pool" in class_roles(self.resolver, value) or not self.resolver.mro(value.cls)[1]
            case ModuleValue() | ClassValue() | FunctionValue():
                return False
            case _:
                return True

    def _is_pool_of_unknown_make(self, term: Term) -> bool:
        return self._is_pool(term) and None in self.makers.of(term)

    # -- opened and never closed ------------------------------------------------------------------------------------

    def unclosed(self, module: ModuleRecord) -> Sequence[UnclosedPool]:
        """Pools that an application opens at startup and nothing closes, by the module that opens them."""
        # Asked first: where nothing can open a pool, no application of the project need be looked at.
        if not self._may_open(module):
            return []
        return [pool for pool in self._unclosed if pool.place.function.module is module]

    @cached_property
    def _opening(self) -> frozenset[str]:
        """The names of the methods by which drivers open pools."""
        return frozenset(
            method.name
            for stub in self.resolver.index.driver_stubs()
            for cls in stub.classes
            for method in cls.methods.values()
            if "opens" in roles(method)
        )

    def _may_open(self, module: ModuleRecord) -> bool:
        """Whether a module has anything that opens pools, as far as names tell."""
        entered = (context.kind for function in module.functions for context in function.withs)
        return (
            ContextKind.ASYNC_WITH in entered
            or any(isinstance(call.callee, Attribute) and call.callee.name in self._opening for call in module.calls)
            or registers_events(module)
        )

    @cached_property
    def _unclosed(self) -> list[UnclosedPool]:
        found: dict[Noted, UnclosedPool] = {}
        for app in self.lifecycle.applications.all:
            for construction in self.constructions:
                opening = next(self.lifecycle.openings(app, construction), None)
                if opening is None:
                    continue
                reopened = self._reopened(app, construction)
                if reopened is not None or not self._is_closed(app, construction):
                    pool = UnclosedPool(construction, app, opening, reopened)
                    found.setdefault(pool.place.noted, pool)
        return list(found.values())

    def _is_closed(self, app: Application, construction: CallRecord) -> bool:
        """Whether anything may close a pool for an application; what only other applications run does not."""
        of_others = {
            function
            for other in self.lifecycle.applications.all
            if other is not app
            for function in other.functions
            if function not in app.functions
        }
        # What a request closes is closed for all others as well, not at shutdown.
        return any(
            place.function not in of_others and not self.reach.surely_from_requests(place.function)
            for place in self.places(construction, "closes")
        )

    def _reopened(self, app: Application, construction: CallRecord) -> EventHandler | None:
        """The handler by which an application opens a pool at shutdown, where no handler of its closes it."""
        opens = [
            handler
            for handler in app.handlers("shutdown")
            if handler.function is not None and self.lifecycle.does(handler.function, construction, "opens")
        ]
        for handler in app.handlers("shutdown"):
            if handler.function is None or self.lifecycle.does(handler.function, construction, "closes"):
                return None
        return opens[0] if opens else None

    def needs_opening(self, construction: CallRecord) -> bool:
        """Whether queries fail on a pool that is not opened: SQLite has none to open."""
        backend = self.backends.built_by(construction)
        return backend is None or backend.dialect != "sqlite"

    def needs_opening_in_tests(self, construction: CallRecord) -> bool:
        """The same where the settings are what they are by default, and no test opens it."""
        by_default = self.backends.by_default(construction)
        if not self.needs_opening(construction) or (by_default is not None and by_default.dialect == "sqlite"):
            return False
        return not self.in_tests(construction, "opens")

    # -- queried and never opened -----------------------------------------------------------------------------------

    def unopened(self, module: ModuleRecord) -> Sequence[UnopenedPool]:
        """Pools made in a module that handlers of an application query, and that nothing opens."""
        made = self._made_in(module)
        if not made or not self.lifecycle.applications.all:
            return []
        return [
            UnopenedPool(construction, query)
            for construction in made
            if self.needs_opening(construction)
            and (query := self._query_of_handler(construction)) is not None
            and next(self.places(construction, "opens"), None) is None
        ]

    def _query_of_handler(self, construction: CallRecord) -> CallRecord | None:
        for other in self.resolver.modules:
            if other.is_stub or self.reach.module_kind(other) in (Origin.TEST, Origin.SCRIPT):
                continue
            for call in other.calls:
                if not isinstance(call.callee, Attribute) or self.queries.sql_argument(call) is None:
                    continue
                if self.makers.of(call.callee.base) == {construction}:
                    if self.reach.surely_from_requests(call.function):
                        return call
        return None
