"""The pools that functions open and close: where, in which application's name, and where a shared one is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from .applications import Application, Applications
from .calling import roles
from .import_graph import ImportGraph
from .makers import Makers
from .reach import Origin, Reach
from .records import CallRecord, Context, ContextKind, FunctionRecord, ModuleRecord, Store, outwards
from .resolve import Resolver
from .terms import UNKNOWN, Attribute, GlobalName, Import, Term
from .values import FunctionValue, InstanceValue

if TYPE_CHECKING:
    import libcst as cst


Noted: TypeAlias = "CallRecord | Context | Store | FunctionRecord"
"""What a walk notes of a place."""


class Place(NamedTuple):
    """A place that opens or closes a pool, or may: a call, an `async with`, or what hands the method on."""

    function: FunctionRecord
    noted: Noted
    """Its node is asked for only where one is to be shown."""
    is_sure: bool
    """Whether it is this pool and no other on every path."""

    @property
    def node(self) -> cst.CSTNode:
        """What stands there; of an `async with`, the expression that it enters."""
        if isinstance(self.noted, Context) and self.noted.entered is not None:
            return self.noted.entered
        return self.noted.node


class Binding(NamedTuple):
    """How a shared object is written where it is kept: a module's name, or a path such as `app.state.database`."""

    module: ModuleRecord
    expression: str
    app: CallRecord | None = None
    """The application on which it is kept, for a path that leads through one."""
    path: str = ""
    """What to write behind the application: `state.database`."""

    @property
    def is_name(self) -> bool:
        """Whether other modules can import it."""
        return "." not in self.expression


class Lifecycle:
    """Answers about pools and the applications that open them."""

    def __init__(self, resolver: Resolver, reach: Reach) -> None:
        self.resolver = resolver
        self.reach = reach
        self.makers = Makers(resolver)
        self.imports = ImportGraph(resolver)
        self.applications = Applications(resolver, reach, self.makers, self.imports)

    def _modules(self) -> Iterator[ModuleRecord]:
        for module in self.resolver.modules:
            if not module.is_stub and self.reach.module_kind(module) is not Origin.TEST:
                yield module

    def method(self, construction: CallRecord, role: str) -> str | None:
        """The name of the method that opens or closes a pool."""
        return next((name for name in self.methods(construction, role) if not name.startswith("__")), None)

    def methods(self, construction: CallRecord, role: str) -> list[str]:
        """The names of the methods that open or close a pool."""
        return [
            method.name
            for value in self.resolver.resolve(construction.result or UNKNOWN)
            if isinstance(value, InstanceValue)
            for cls in self.resolver.mro(value.cls)[0]
            for method in cls.methods.values()
            if role in roles(method)
        ]

    def opened_or_closed(self, construction: CallRecord) -> Iterator[Term]:
        """What is opened or closed anywhere by methods of the names that a pool has for it."""
        yield from (base for _, base in self._calls_of(construction))

    def _calls_of(self, construction: CallRecord) -> Iterator[tuple[CallRecord, Term]]:
        names = {*self.methods(construction, "opens"), *self.methods(construction, "closes")}
        for name in sorted(names):
            for call in self.resolver.calls_named(name):
                if not call.module.is_stub and isinstance(call.callee, Attribute):
                    yield call, call.callee.base

    def touches(self, construction: CallRecord) -> list[Place]:
        """Every place outside of tests and scripts that opens or closes a pool."""
        found: list[Place] = []
        for call, base in self._calls_of(construction):
            found += self._touch(construction, call.function, call, base)
        for module in self._modules():
            for function in module.functions:
                for context in function.withs:
                    for term in context.items if context.kind is ContextKind.ASYNC_WITH else ():
                        found += self._touch(construction, function, context, term)
        return [
            touch
            for touch in found
            if self.reach.module_kind(touch.function.module) not in (Origin.TEST, Origin.SCRIPT)
        ]

    def _touch(self, construction: CallRecord, function: FunctionRecord, noted: Noted, term: Term) -> list[Place]:
        made = self.makers.of(term)
        return [Place(function, noted, made == {construction})] if construction in made else []

    def opens_at_startup(self, app: Application, construction: CallRecord) -> bool:
        """Whether an application's lifespan, or one of its startup handlers, opens a pool."""
        return next(self.openings(app, construction), None) is not None

    def openings(self, app: Application, construction: CallRecord) -> Iterator[Place]:
        """Where an application's lifespan and its startup handlers open a pool."""
        opening, closing = set(self.methods(construction, "opens")), set(self.methods(construction, "closes"))
        for handler in app.handlers("startup"):
            if self._calls(handler.term, opening, construction):
                yield Place(handler.call.function, handler.call, True)
        started = [handler.function for handler in app.handlers("startup")]
        pending = [function for function in [app.lifespan, *started] if function is not None]
        seen = set(pending)
        while pending:
            function = pending.pop()
            calls = _before_yield(function)
            only_tried = any(self._calls(call.callee, closing, construction) for call in calls)
            for call in calls:
                callee = call.callee
                if self._calls(callee, opening, construction) and not only_tried:
                    yield Place(function, call, True)
                for value in self.resolver.resolve(callee):
                    for target in self.resolver.targets(value):
                        if target not in seen and not target.module.is_stub:
                            seen.add(target)
                            pending.append(target)
            for context in _around_yield(function):
                entered = context.items if context.kind is ContextKind.ASYNC_WITH else ()
                if any(construction in self.makers.of(term) for term in entered):
                    yield Place(function, context, True)

    def serves_without(self, app: Application, construction: CallRecord) -> bool:
        """Whether an application's lifespan tries to open or close a pool, and goes on where that fails."""
        if app.lifespan is None:
            return False
        touched = [place.noted for place in self.touches(construction) if place.function is app.lifespan]
        return any(
            call in touched and any(outer.kind is ContextKind.TRY and outer.clauses for outer in outwards(call.context))
            for call in app.lifespan.calls
        )

    def driver_method(self, term: Term) -> FunctionRecord | None:
        """The driver's method that a term is, not called."""
        values = [value for value in self.resolver.resolve(term) if isinstance(value, FunctionValue)]
        return values[0].function if len(values) == 1 and values[0].function.module.is_stub else None

    def is_method(self, term: Term, construction: CallRecord, role: str) -> bool:
        """Whether a term is one of a pool's own methods of a role, not called."""
        return self._calls(term, set(self.methods(construction, role)), construction)

    def runs(self, call: CallRecord, construction: CallRecord, role: str) -> bool:
        """Whether a call is one of a pool's own methods of a role: it opens the pool, it closes it."""
        return self._calls(call.callee, set(self.methods(construction, role)), construction)

    def does(self, function: FunctionRecord, construction: CallRecord, role: str) -> bool:
        """Whether a function, or anything of the project that it calls, opens or closes a pool."""
        seen = {function}
        pending = [function]
        while pending:
            for call in pending.pop().calls:
                if self.runs(call, construction, role):
                    return True
                for target in self.resolver.targets_of(call):
                    if target not in seen and not target.module.is_stub:
                        seen.add(target)
                        pending.append(target)
        return False

    def _calls(self, callee: Term, names: set[str], construction: CallRecord) -> bool:
        if not isinstance(callee, Attribute) or callee.name not in names:
            return False
        return construction in self.makers.of(callee.base)

    def binding(self, construction: CallRecord) -> Binding | None:
        """Where a shared pool is kept; None when that is not known, or there are several places."""
        found: list[Binding] = []
        for module in self._modules():
            for name, terms in module.bindings.items():
                made = [term for term in terms if not isinstance(term, Import | GlobalName)]
                if made and any(construction in self.makers.of(term) for term in made):
                    found.append(Binding(module, name))
            for store in module.stores:
                if store.function.is_module and construction in self.makers.of(store.value):
                    holder = store.base.base if isinstance(store.base, Attribute) else store.base
                    path = f"{store.base.name}.{store.name}" if isinstance(store.base, Attribute) else store.name
                    found.append(Binding(module, module.parsed.code_of(store.node), self.makers.one(holder), path))
        names = [binding for binding in found if binding.is_name] or found
        return names[0] if len(names) == 1 else None

    def name_of(self, construction: CallRecord) -> str:
        """What a shared pool is called, as far as one can say."""
        binding = self.binding(construction)
        return binding.expression if binding is not None else "database"

    def is_local(self, function: FunctionRecord, name: str) -> bool:
        """Whether a function, or one around it, gives a name a meaning of its own."""
        scope: FunctionRecord | None = function
        while scope is not None and not scope.is_module:
            if name in scope.bindings or scope.parameter(name) is not None:
                return True
            scope = scope.parent
        return False


def _before_yield(function: FunctionRecord) -> list[CallRecord]:
    """The calls that a lifespan makes before the application serves; all of a plain startup handler's."""
    return function.calls[: function.calls_before_yield] if function.yields_in else function.calls


def _around_yield(function: FunctionRecord) -> list[Context]:
    """The `with` blocks that are still entered while the application serves."""
    if not function.is_generator:
        return function.withs
    held = [outer for context in function.yields_in for outer in outwards(context)]
    return [context for context in function.withs if context in held]
