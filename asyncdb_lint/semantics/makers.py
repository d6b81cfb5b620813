"""Which call made an object: follows names, attributes, parameters and dependencies back to `Database(...)`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from .calling import argument_for, class_roles
from .provided import provider
from .records import CallRecord, ClassRecord, FunctionRecord, ModuleRecord
from .resolve import Resolver
from .terms import (
    Attribute,
    Awaited,
    Checked,
    Choice,
    Constant,
    Element,
    Entered,
    GlobalName,
    Import,
    Narrowed,
    Parameter,
    Result,
    Term,
)
from .values import ClassValue, FunctionValue, InstanceValue, ModuleValue, PartialValue, Value, Values

Made: TypeAlias = frozenset[CallRecord | None]
"""The calls that may have made an object; None among them for whatever else it may be."""

_NOTHING: Made = frozenset()
_ELSE: Made = frozenset({None})
_MADE_ONCE = {"pool", "app", "router", "serves_app"}
_DEEPEST = 24


class Makers:
    """Answers which call made a pool, an application, a router or a test client.

    A resolver says what class an object has; two databases of one class differ by the call that made them.
    """

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self._known: dict[int, tuple[Term, Made]] = {}
        self._active: set[int] = set()

    def of(self, term: Term) -> Made:
        """The calls that may have made what a term stands for; empty while a cycle is being cut."""
        key = id(term)
        if key in self._known:
            return self._known[key][1]
        if key in self._active or len(self._active) > _DEEPEST:
            return _NOTHING
        self._active.add(key)
        try:
            made = self._of(term)
        finally:
            self._active.discard(key)
        if not self._active:
            self._known[key] = (term, made)
        return made

    def one(self, term: Term) -> CallRecord | None:
        """The one call that made an object; None when there are several, or others."""
        made = self.of(term)
        return next(iter(made)) if len(made) == 1 else None

    def _of(self, term: Term) -> Made:
        match term:
            case Result(call=call):
                return self._called(call)
            case GlobalName(module=module, name=name):
                return self._name(module, name)
            case Import(module=module, level=level, dotted=dotted, name=str() as name):
                found = self.resolver.index.find(module.path, level, dotted)
                return self._name(found, name) if isinstance(found, ModuleRecord) else _ELSE
            case Attribute(base=base, name=name):
                return self._joined(self._attribute(value, name) for value in self.resolver.resolve(base))
            case Parameter(function=function, name=name):
                return self._parameter(function, name)
            case Choice(options=options):
                return self._all(options)
            case Awaited(base=base) | Checked(base=base) | Narrowed(base=base) | Entered(base=base):
                return self.of(base)
            case Element(base=Result(call=call)):
                return self._called(call)
            case Constant(value=None):
                return _NOTHING
            case _:
                return _ELSE

    def _called(self, call: CallRecord) -> Made:
        return self._joined(self._call_of(value, call) for value in self.resolver.callees(call))

    def _call_of(self, value: Value, call: CallRecord) -> Made:
        match value:
            case ClassValue() if class_roles(self.resolver, value) & _MADE_ONCE:
                return frozenset({call})
            case PartialValue(function=inner):
                return self._call_of(inner, call)
            case FunctionValue(function=function) if not function.module.is_stub:
                return self._all([*function.returned, *function.yielded]) or _ELSE
            case _:
                return _ELSE

    def _name(self, module: ModuleRecord, name: str) -> Made:
        terms = module.bindings.get(name)
        if terms:
            return self._all(terms)
        for star in module.stars:
            for value in self.resolver.resolve(star):
                if isinstance(value, ModuleValue) and self.resolver.binds(value.module, name):
                    return self._name(value.module, name)
        return _ELSE

    def _attribute(self, value: Value, name: str) -> Made:
        match value:
            case ModuleValue(module=module):
                return self._name(module, name)
            case InstanceValue(cls=cls) | ClassValue(cls=cls):
                return self._member(cls, name)
            case _:
                return _ELSE

    def _member(self, cls: ClassRecord, name: str) -> Made:
        order = self.resolver.mro(cls)[0]
        terms = [term for other in order if name in other.attributes for term in other.attributes[name].values]
        for module in self.resolver.modules:
            terms += [
                store.value
                for store in module.stores
                if store.name == name and self._is_of(self.resolver.resolve(store.base), order)
            ]
        return self._all(terms) or _ELSE

    def _is_of(self, values: Values, order: tuple[ClassRecord, ...]) -> bool:
        return any(isinstance(value, InstanceValue | ClassValue) and value.cls in order for value in values)

    def _parameter(self, function: FunctionRecord, name: str) -> Made:
        record = function.parameter(name)
        if record is None:
            return _ELSE
        dependency = provider(self.resolver, record)
        if dependency is not None:
            return self._joined(self._given_by(value) for value in self.resolver.resolve(dependency)) or _ELSE
        passed = [argument_for(self.resolver, call, function, name) for call in self.resolver.callers(function)]
        return self._all([term for term in [*passed, record.default] if term is not None]) or _ELSE

    def _given_by(self, value: Value) -> Made:
        if isinstance(value, FunctionValue) and not value.function.module.is_stub:
            return self._all([*value.function.yielded, *value.function.returned])
        return _ELSE

    def _all(self, terms: Iterable[Term]) -> Made:
        return self._joined(self.of(term) for term in terms)

    def _joined(self, groups: Iterable[Made]) -> Made:
        return frozenset(call for group in groups for call in group)
