"""Says what terms are: follows names, imports, attributes, parameters and calls through the whole project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from . import annotated, calling, decorating, fixtures, injection, lifespans, members, metaclasses
from .callgraph import UNCUT, CallGraph
from .hints import Hints, driver_classes_of, usual_driver_class
from .linking import ModuleIndex
from .records import CallRecord, ClassRecord, FunctionRecord, ModuleRecord, ParameterKind, ParameterRecord, Store
from .terms import (
    UNKNOWN,
    Attribute,
    Awaited,
    Checked,
    Choice,
    ClassTerm,
    Collection,
    Computed,
    Constant,
    Element,
    Entered,
    FunctionTerm,
    GlobalName,
    Import,
    Injected,
    Item,
    Joined,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Template,
    Term,
    last_name,
)
from .values import (
    NONE,
    NOTHING_KNOWN,
    ClassValue,
    CollectionValue,
    ConstantValue,
    ExternalInstance,
    ExternalValue,
    FunctionValue,
    GenericValue,
    InstanceValue,
    MappingValue,
    ModuleValue,
    NamespaceValue,
    ProviderValue,
    TextValue,
    UnknownValue,
    Value,
    Values,
    is_known,
    united,
)

_DEEPEST = 60
# What takes longer than this to find out is unknown. Of 160,000 terms of public repositories five took more; where
# everything hangs on everything, as in Django, every tenth would take ten times as many, and then be unknown as well.
_MOST_STEPS = 500


class Resolver(CallGraph):
    """Resolves terms over a set of walked modules; answers are kept.

    A cycle (`a = b; b = a`, recursion between functions) yields nothing on the path that closes it, and what was
    computed on the way is not kept, so that the answer does not depend on who asked first.
    """

    def __init__(
        self,
        modules: Sequence[ModuleRecord],
        index: ModuleIndex,
        is_called_out_of_sight: Callable[[str], bool] = lambda name: False,
        hints: Hints | None = None,
    ) -> None:
        super().__init__(modules, is_called_out_of_sight)
        self.index = index
        self._answers: dict[int, Values] = {}
        self._kept: list[Term] = []
        self._active: dict[int, int] = {}
        self._provisional: dict[int, tuple[Values, int]] = {}
        self._steps = 0
        self._stores: dict[str, list[Store]] = {}
        self._declared: dict[int, Term] = {}
        self._supplied: dict[tuple[FunctionRecord, str], list[Term]] = {}
        self._providing: set[int] = set()
        self._mro: dict[ClassRecord, tuple[tuple[ClassRecord, ...], bool]] = {}
        self._class_roles: dict[ClassRecord, tuple[tuple[ClassRecord, ...], frozenset[str]]] = {}
        self._subclasses: dict[ClassRecord, list[ClassRecord]] | None = None
        self._made: dict[ClassRecord, list[ClassRecord]] | None = None
        for module in modules:
            for store in module.stores:
                self._stores.setdefault(store.name, []).append(store)
            self._declared.update((key, annotation) for key, (_, annotation) in module.declared.items())
        self.hints = hints or Hints()
        self._hinted: dict[ClassRecord, tuple[ClassRecord, ...]] = {}
        if self.hints.database_types:
            self._hinted = driver_classes_of(self, self.hints)
            # What was found out on the way knew nothing of the hints.
            self._mro.clear()
            self._answers.clear()
            self._targets.clear()

    @property
    def is_resolving(self) -> bool:
        """Whether somebody is in the middle of resolving a term."""
        return bool(self._active)

    # -- terms ------------------------------------------------------------------------------------------------------

    def resolve(self, term: Term) -> Values:
        """All that a term may be; empty only while a cycle is being cut."""
        key = id(term)
        known = self._answers.get(key)
        if known is not None:
            return known
        depth = len(self._active)
        if depth == 0:
            self._steps = 0
        provisional = self._provisional.get(key)
        if provisional is not None:
            self._cut = min(self._cut, provisional[1])
            return provisional[0]
        if key in self._active:
            self._cut = min(self._cut, self._active[key])
            return ()
        if depth >= _DEEPEST or self._steps > _MOST_STEPS:
            self._cut = -1
            return ()
        self._steps += 1
        self._active[key] = depth
        outer_cut, self._cut = self._cut, UNCUT
        try:
            values = self._resolve(term)
            if key in self._declared and all(isinstance(value, UnknownValue | ExternalInstance) for value in values):
                values = self._as_declared(term) or values
        finally:
            del self._active[key]
        self._kept.append(term)
        if depth == 0 and self._steps > _MOST_STEPS:
            values = NOTHING_KNOWN
        if self._cut >= depth or depth == 0:
            if self._cut <= depth:
                self._provisional.clear()
            self._answers[key] = values or NOTHING_KNOWN
            self._cut = outer_cut
            return self._answers[key]
        if self._cut >= 0:
            # True only as long as the cycle above is being resolved, but there is no need to ask twice until then.
            self._provisional[key] = values, self._cut
        self._cut = min(self._cut, outer_cut)
        return values

    def _as_declared(self, term: Term) -> Values:
        """What the local variable that a term is assigned to is annotated with; nothing where that is unknown, too."""
        annotation = self._declared.get(id(term))
        values = annotated.instances(self, annotation) if annotation is not None else ()
        return values if is_known(values) and not any(isinstance(value, ExternalInstance) for value in values) else ()

    def callees(self, call: CallRecord) -> Values:
        """All that a call may call.

        `Database = None` stands for an import that failed; where something else is called, it is not that.
        """
        found = self.resolve(call.callee)
        return tuple(value for value in found if value != NONE) or found

    def declared_elements(self, collection: Collection) -> Values:
        """What the items of a list are, by the annotation of its variable."""
        return united([calling.element(self, value) for value in self._as_declared(collection)])

    def _resolve(self, term: Term) -> Values:
        match term:
            case Constant(value=value):
                return (ConstantValue(value),)
            case GlobalName(module=module, name=name):
                return self.global_name(module, name)
            case Import(module=module, level=level, dotted=dotted, name=name):
                return self.imported(module, level, dotted, name)
            case Attribute(base=base, name=name):
                return members.attribute(self, self.resolve(base), name)
            case Parameter(function=function, name=name):
                return self.parameter(function, name)
            case Result(call=call):
                return united([calling.result(self, value, call) for value in self.callees(call)])
            case Awaited(base=base):
                return united([calling.awaited(self, value) for value in self.resolve(base)])
            case Entered(base=base, is_async=is_async):
                return calling.all_entered(self, self.resolve(base), is_async)
            case Element(base=base):
                return self._element(base)
            case Injected(base=base):
                return injection.given(self, self.resolve(base))
            case Item(base=base, key=key):
                return united([calling.item(self, value, key) for value in self.resolve(base)])
            case Choice(options=options):
                return united([self.resolve(option) for option in options])
            case Checked(base=base):
                return self.resolve(base)
            case Narrowed(base=base, type=narrowed):
                values = annotated.instances(self, narrowed)
                return values if is_known(values) else self.resolve(base)
            case FunctionTerm(function=function):
                return (decorating.decorated(self, function),)
            case ClassTerm(cls=cls):
                return (ClassValue(cls),)
            case Collection():
                return (CollectionValue(term),)
            case Mapping():
                return (MappingValue(term),)
            case Template() | Joined():
                return (TextValue(term),)
            case Computed():
                return NOTHING_KNOWN
            case _:
                return NOTHING_KNOWN

    def _element(self, base: Term) -> Values:
        """What iterating gives; `enumerate`, `zip` and the views of a dict are seen through."""
        if isinstance(base, Result):
            call = base.call
            inner = [
                Element(argument.term, False)
                for argument in call.arguments
                if not argument.star and argument.keyword is None
            ]
            if isinstance(call.callee, Attribute) and not call.arguments:
                held = Item(call.callee.base, UNKNOWN)
                if call.callee.name == "values":
                    return self.resolve(held)
                if call.callee.name == "items":
                    return (CollectionValue(Collection("tuple", [UNKNOWN, held])),)
            elif isinstance(call.callee, GlobalName) and call.callee.name not in call.callee.module.bindings and inner:
                if call.callee.name == "enumerate":
                    return (CollectionValue(Collection("tuple", [UNKNOWN, inner[0]])),)
                if call.callee.name == "zip":
                    return (CollectionValue(Collection("tuple", list(inner))),)
                if call.callee.name in ("list", "tuple", "set", "sorted", "reversed", "iter"):
                    return self.resolve(inner[0])
        return united([calling.element(self, value) for value in self.resolve(base)])

    def global_name(self, module: ModuleRecord, name: str) -> Values:
        """A name of a module: bound there, star-imported, stored from elsewhere, or a builtin."""
        groups: list[Values] = []
        annotation = module.annotations.get(name)
        if annotation is not None:
            declared = annotated.instances(self, annotation)
            if is_known(declared):
                return declared
        bound = module.bindings.get(name, ())
        groups.extend(self.resolve(term) for term in bound)
        groups.extend(self._stored_on_module(module, name))
        if not bound and annotation is None:
            for star in module.stars:
                groups.extend(
                    self.global_name(value.module, name)
                    for value in self.resolve(star)
                    if isinstance(value, ModuleValue) and self.binds(value.module, name)
                )
        if not groups and not bound and not module.is_stub:
            return self.builtin(name)
        return united(groups)

    def binds(self, module: ModuleRecord, name: str, depth: int = 0) -> bool:
        """Whether a module offers a name, also through its own star imports."""
        if name in module.bindings or name in module.annotations:
            return True
        return depth < 8 and any(
            isinstance(value, ModuleValue) and self.binds(value.module, name, depth + 1)
            for star in module.stars
            for value in self.resolve(star)
        )

    def bound_terms(self, term: Term, depth: int = 0) -> list[Term]:
        """What a name is bound to in its own module, unresolved, for type aliases."""
        if depth > 8:
            return []
        match term:
            case GlobalName(module=module, name=name):
                bound = self._bound_in(module, name)
            case Import(module=module, level=level, dotted=dotted, name=str() as name):
                found = self.index.find(module.path, level, dotted)
                bound = self._bound_in(found, name) if isinstance(found, ModuleRecord) else []
            case _:
                return [term]
        return [inner for other in bound for inner in self.bound_terms(other, depth + 1)]

    def _bound_in(self, module: ModuleRecord, name: str) -> list[Term]:
        """What a module binds a name to, itself or through its star imports."""
        if name in module.bindings:
            return module.bindings[name]
        return [
            GlobalName(value.module, name)
            for star in module.stars
            for value in self.resolve(star)
            if isinstance(value, ModuleValue) and self.binds(value.module, name)
        ]

    def builtin(self, name: str) -> Values:
        """A built-in function or class."""
        stub = self.index.stub("builtins")
        if stub is not None and name in stub.bindings:
            return united([self.resolve(term) for term in stub.bindings[name]])
        return (ExternalValue(f"builtins.{name}"),)

    def _stored_on_module(self, module: ModuleRecord, name: str) -> Iterable[Values]:
        for store in self._stores.get(name, ()):
            if any(value == ModuleValue(module) for value in self.resolve(store.base)):
                yield self.resolve(store.value)

    def imported(self, module: ModuleRecord, level: int, dotted: str, name: str | None) -> Values:
        """What an import binds."""
        found = self.index.find(module.path, level, dotted)
        if name is None:
            return (self._module_value(found, dotted),)
        if found is None:
            return (self.external(f"{dotted}.{name}"),)
        if found is module:
            # `from . import state` in a package's own `__init__` binds the module of that name.
            child = self.index.child(module.path.parent, name)
            if child is not None:
                return (self._module_value(child, name),)
        return members.attribute(self, (self._module_value(found, dotted),), name)

    def external(self, dotted: str) -> Value:
        """Something of a library without a stub; what settings call a database is one."""
        cls = usual_driver_class(self) if dotted in self.hints.database_types else None
        return ClassValue(cls) if cls is not None else ExternalValue(dotted)

    def _module_value(self, found: ModuleRecord | Path | None, dotted: str) -> Value:
        if found is None:
            return ExternalValue(dotted)
        return NamespaceValue(found) if isinstance(found, Path) else ModuleValue(found)

    # -- parameters and callers -------------------------------------------------------------------------------------

    def parameter(self, function: FunctionRecord, name: str) -> Values:
        """What a parameter is: its instance, its annotation, its dependency, or what callers pass."""
        record = function.parameter(name)
        if record is None:
            return NOTHING_KNOWN
        if function.owner is not None and function.is_method and record is function.parameters[0]:
            kinds = {last_name(decorator) for decorator in function.decorators}
            if "staticmethod" not in kinds and not self._is_declared_otherwise(function.owner, record.annotation):
                of_class = "classmethod" in kinds or function.name in _GIVEN_CLASS
                return (ClassValue(function.owner) if of_class else InstanceValue(function.owner),)
        if record.kind in (ParameterKind.ARGS, ParameterKind.KWARGS):
            kind = "iterable" if record.kind is ParameterKind.ARGS else "mapping"
            return (GenericValue(kind, record.annotation),) if record.annotation is not None else NOTHING_KNOWN
        declared: Values = ()
        if record.annotation is not None:
            declared = annotated.instances(self, record.annotation)
            if any(isinstance(value, InstanceValue) for value in declared):
                return self._as_provided(declared, record)
        provided = calling.provided(self, record)
        if is_known(provided):
            return provided
        if declared and is_known(declared):
            return declared
        passed = self._passed(function, record.name)
        if not passed:
            given = fixtures.given(self, function, record.name) or lifespans.given(self, function, record.name)
            if given is not None:
                return given
            return provided or declared or NOTHING_KNOWN
        default = record.default
        if default is not None and self.resolve(default) != (NONE,):
            passed.append(self.resolve(default))
        if any(self._is_driver_object(value) for group in passed for value in group):
            # One caller passes a database and nothing else is known to be passed: the others will hardly differ.
            passed = [group for group in passed if group != NOTHING_KNOWN]
        return united(passed)

    def _as_provided(self, declared: Values, record: ParameterRecord) -> Values:
        """What is passed to a parameter that is declared as an interface: the class that implements it."""
        if record.default is None:
            return declared
        provided = calling.provided(self, record)
        interfaces = {value.cls for value in declared if isinstance(value, InstanceValue)}
        implements = bool(provided) and all(
            isinstance(value, InstanceValue) and interfaces & set(self.mro(value.cls)[0][1:]) for value in provided
        )
        return provided if implements else declared

    def _is_declared_otherwise(self, owner: ClassRecord, annotation: Term | None) -> bool:
        """Whether a method's first parameter is declared as an object of another class: `@staticmethod` left out."""
        if annotation is None:
            return False
        declared = [value.cls for value in annotated.instances(self, annotation) if isinstance(value, InstanceValue)]
        return bool(declared) and not any(cls in self.mro(owner)[0] or owner in self.mro(cls)[0] for cls in declared)

    def _is_driver_object(self, value: Value) -> bool:
        return isinstance(value, InstanceValue) and any(cls.module.is_stub for cls in self.mro(value.cls)[0])

    def _passed(self, function: FunctionRecord, name: str) -> list[Values]:
        return [self.resolve(argument) for argument in self.arguments_for(function, name)]

    def arguments_for(self, function: FunctionRecord, name: str) -> list[Term]:
        """What the known callers pass for a parameter."""
        passed = [calling.argument_for(self, call, function, name) for call in self.callers(function)]
        return [argument for argument in passed if argument is not None] + self._supplied_for(function, name)

    def _supplied_for(self, function: FunctionRecord, name: str) -> list[Term]:
        """What providers of containers pass for a parameter."""
        known = self._supplied.get((function, name))
        if known is not None:
            return known
        cut_before, self._cut = self._cut, UNCUT
        found = injection.supplied(self, function, name)
        if self._cut >= UNCUT:
            self._supplied[function, name] = found
        self._cut = min(self._cut, cut_before)
        return found

    # -- what the floors below ask one another through -----------------------------------------------------------------

    def instances(self, annotation: Term) -> Values:
        """What an object of an annotated type is."""
        return annotated.instances(self, annotation)

    def attribute(self, values: Values, name: str) -> Values:
        """`value.name` for every alternative."""
        return members.attribute(self, values, name)

    def method(self, cls: ClassRecord, name: str) -> FunctionRecord | None:
        """The method that a class has or inherits."""
        return members.method(self, cls, name)

    def decorated(self, function: FunctionRecord) -> Value:
        """A function as its decorators leave it."""
        return decorating.decorated(self, function)

    def called(self, value: FunctionValue, call: CallRecord | None) -> Values:
        """What calling a function gives."""
        return calling.called(self, value, call)

    def awaited(self, value: Value) -> Values:
        """What `await value` gives."""
        return calling.awaited(self, value)

    def yielded(self, function: FunctionRecord) -> Values:
        """What a generator function yields."""
        return calling.yielded(self, function)

    def dependency_value(self, call: CallRecord) -> Values | None:
        """What a `Depends(...)` default gives the handler; None if the call is no dependency."""
        if id(call) in self._providing:
            # `Current = Annotated[User, Depends(current)]`, and `current` itself is annotated `-> Current`.
            self._cut = -1
            return None
        self._providing.add(id(call))
        try:
            return calling.dependency_value(self, call)
        finally:
            self._providing.remove(id(call))

    def built(self, provider: ProviderValue) -> Values:
        """What calling a provider of a container gives."""
        return injection.built(self, provider)

    def injected(self, base: Term, key: Term) -> Values | None:
        """What a container passes for a parameter marked `base[key]`; None if that is no such mark."""
        return injection.marked(self, base, key)

    # -- classes ----------------------------------------------------------------------------------------------------

    def mro(self, cls: ClassRecord) -> tuple[tuple[ClassRecord, ...], bool]:
        """The class and its known bases in order, and whether all bases are known."""
        known = self._mro.get(cls)
        if known is not None:
            return known
        self._mro[cls] = ((cls,), False)
        order, complete = [cls], True
        for declared in cls.bases:
            base = declared
            while isinstance(base, Item):
                base = base.base
            for value in self.resolve(base):
                if isinstance(value, ClassValue):
                    above, whole = self.mro(value.cls)
                    order.extend(other for other in above if other not in order)
                    complete = complete and whole
                elif not (isinstance(value, ExternalValue) and value.dotted in _PLAIN_BASES):
                    complete = False
        order.extend(other for other in self._hinted.get(cls, ()) if other not in order)
        self._mro[cls] = (tuple(order), complete)
        return self._mro[cls]

    def roles_of(self, cls: ClassRecord) -> frozenset[str]:
        """The roles that stubs give a class and those above it."""
        order = self.mro(cls)[0]
        known = self._class_roles.get(cls)
        # What lies above may have been on its way to be found out.
        if known is None or known[0] is not order:
            stubs = (other for other in order if other.module.is_stub)
            names = frozenset(name for stub in stubs for term in stub.decorators if (name := last_name(term)))
            known = self._class_roles[cls] = order, names
        return known[1]

    def lookup_order(self, cls: ClassRecord) -> tuple[ClassRecord, ...]:
        """The classes that a member of an instance is looked up in; what settings say of a class goes before it."""
        order = self.mro(cls)[0]
        hinted = [other for above in order for other in self._hinted.get(above, ())] if self._hinted else []
        return (*hinted, *order) if hinted else order

    def subclasses(self, cls: ClassRecord) -> list[ClassRecord]:
        """The project's classes below a class."""
        if self._subclasses is None:
            self._subclasses = {}
            for module in self.modules:
                for other in module.classes:
                    for above in self.mro(other)[0][1:]:
                        self._subclasses.setdefault(above, []).append(other)
        return self._subclasses.get(cls, [])

    def made_by(self, maker: ClassRecord) -> list[ClassRecord]:
        """The project's classes that have a metaclass."""
        if self._made is None:
            self._made = {}
            for module in self.modules:
                for cls in module.classes:
                    above = metaclasses.metaclass(self, cls)
                    for other in self.mro(above)[0] if above is not None else ():
                        self._made.setdefault(other, []).append(cls)
        return self._made.get(maker, [])

    def stores_of(self, cls: ClassRecord, name: str) -> list[Values]:
        """What is assigned to an attribute of a class's instances from outside the class."""
        found: list[Values] = []
        for store in self._stores.get(name, ()):
            for value in self.resolve(store.base):
                if isinstance(value, InstanceValue | ClassValue) and (
                    value.cls is cls or value.cls in self.mro(cls)[0] or cls in self.mro(value.cls)[0]
                ):
                    found.append(self.resolve(store.value))
                    break
        return found


# Methods that Python gives the class without being told to.
_GIVEN_CLASS = {"__new__", "__init_subclass__", "__class_getitem__"}
_PLAIN_BASES = {"builtins.object", "typing.Protocol", "typing.Generic", "abc.ABC", "typing.NamedTuple", "enum.Enum"}
