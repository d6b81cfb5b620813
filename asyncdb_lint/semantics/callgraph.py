"""Who calls, mentions or passes on what: looked up by name first, and resolved only then."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from .records import CallRecord, ClassRecord, FunctionRecord, ModuleRecord, Use
from .terms import Term, last_name
from .values import ClassValue, FunctionValue, InstanceValue, Value, Values

UNCUT = 1_000
"""Deeper than any resolution goes: no cycle was cut."""
# A name that is called more often says nothing; its callers stay unknown.
_MOST_CALLS = 400


class CallGraph(ABC):
    """The calls and references of a set of modules; whoever resolves terms completes it."""

    def __init__(self, modules: Sequence[ModuleRecord], is_called_out_of_sight: Callable[[str], bool]) -> None:
        self.modules = modules
        self.is_called_out_of_sight = is_called_out_of_sight
        """Whether a file that was not walked calls something of a name."""
        self._cut = UNCUT
        """The depth of the outermost term that a cycle was cut at, while terms are being resolved."""
        self._calls: dict[str, list[CallRecord]] = {}
        self._aliases: dict[str, set[str]] = {}
        self._bare_dependencies: dict[str, list[Term]] = {}
        self._callers: dict[FunctionRecord, list[CallRecord]] = {}
        self._targets: dict[CallRecord, tuple[FunctionRecord, ...]] = {}
        for module in modules:
            for call in module.calls:
                name = last_name(call.callee)
                if name is not None:
                    self._calls.setdefault(name, []).append(call)
            for name, others in module.aliases.items():
                self._aliases.setdefault(name, set()).update(others)
            for annotation in module.bare_dependencies:
                self._bare_dependencies.setdefault(last_name(annotation) or "", []).append(annotation)

    # What few runs ask for: of a module that was restored, its uses are not.

    @cached_property
    def _references(self) -> dict[str, list[Use]]:
        return _together(module.references for module in self.modules)

    @cached_property
    def _attribute_uses(self) -> dict[str, list[Use]]:
        return _together(module.attribute_uses for module in self.modules)

    @cached_property
    def _item_uses(self) -> dict[str, list[Use]]:
        return _together(module.item_uses for module in self.modules)

    @property
    @abstractmethod
    def is_resolving(self) -> bool:
        """Whether somebody is in the middle of resolving a term."""

    @abstractmethod
    def resolve(self, term: Term) -> Values:
        """All that a term may be."""

    @abstractmethod
    def method(self, cls: ClassRecord, name: str) -> FunctionRecord | None:
        """The method that a class has or inherits."""

    @abstractmethod
    def mro(self, cls: ClassRecord) -> tuple[tuple[ClassRecord, ...], bool]:
        """The class and its known bases in order, and whether all bases are known."""

    @abstractmethod
    def subclasses(self, cls: ClassRecord) -> list[ClassRecord]:
        """The project's classes below a class."""

    def names_of(self, function: FunctionRecord) -> set[str]:
        """Every name under which calls of a function may stand."""
        names = {function.name}
        if function.name == "__init__" and function.owner is not None:
            names = {function.owner.name} | {cls.name for cls in self.subclasses(function.owner)}
        elif function.name == "__call__" and function.owner is not None:
            return names
        for name in list(names):
            names |= self._aliases.get(name, set())
        return names

    def callers(self, function: FunctionRecord) -> list[CallRecord]:
        """Every call in the project that is known to call a function."""
        known = self._callers.get(function)
        if known is not None:
            return known
        cut_before, self._cut = self._cut, UNCUT
        meant = {function, *self.overridden_by(function)}
        found = [
            call
            for call in self._calls_that_may_run(function)
            if any(target in meant for value in self.resolve(call.callee) for target in self.targets(value))
        ]
        if self._cut >= UNCUT:
            self._callers[function] = found
        self._cut = min(self._cut, cut_before)
        return found

    def _calls_that_may_run(self, function: FunctionRecord) -> Iterator[CallRecord]:
        """The calls that by their names alone may run a function."""
        for name in self.names_of(function):
            calls = self._calls.get(name, ())
            if len(calls) <= _MOST_CALLS:
                yield from calls
        if function.name == "__init__" and function.owner is not None:
            # `super().__init__(...)` in the classes below.
            below = self.subclasses(function.owner)
            yield from (call for call in self._calls.get("__init__", ()) if call.function.owner in below)

    def has_unseen_callers(self, function: FunctionRecord) -> bool:
        """Whether so many calls bear a function's name that nobody has looked which of them run it."""
        return any(len(self._calls.get(name, ())) > _MOST_CALLS for name in self.names_of(function))

    def overridden_by(self, function: FunctionRecord) -> list[FunctionRecord]:
        """The project's methods that a method overrides: a call of an interface runs what implements it."""
        owner = function.owner
        if owner is None or not owner.bases or not function.is_member or function.name.startswith("__"):
            return []
        above = (cls.methods.get(function.name) for cls in self.mro(owner)[0][1:] if not cls.module.is_stub)
        return [method for method in above if method is not None]

    def calls_named(self, name: str) -> list[CallRecord]:
        """Every call whose callee's last name is `name`, known or not."""
        return self._calls.get(name, [])

    def is_bare_dependency(self, function: FunctionRecord) -> bool:
        """Whether `Depends()` without argument stands for a constructor, through its parameter's annotation."""
        for name in self.names_of(function):
            for annotation in self._bare_dependencies.get(name, ()):
                if any(function in self.targets(value) for value in self.resolve(annotation)):
                    return True
        return False

    def targets_of(self, call: CallRecord) -> tuple[FunctionRecord, ...]:
        """The functions that a call runs, as far as they are known."""
        known = self._targets.get(call)
        if known is None:
            known = tuple([function for value in self.resolve(call.callee) for function in self.targets(value)])
            # What is found while a cycle is being cut holds only there.
            if not self.is_resolving:
                self._targets[call] = known
        return known

    def attribute_uses(self, name: str) -> list[Use]:
        """Every use of an attribute of some name, whatever object it is asked of."""
        return self._attribute_uses.get(name, [])

    def item_uses(self, key: str) -> list[Use]:
        """Every use of what is found under some key, whatever is asked for it."""
        return self._item_uses.get(key, [])

    def targets(self, value: Value) -> list[FunctionRecord]:
        """The functions that calling a value runs."""
        match value:
            case FunctionValue(function=function):
                return [function]
            case ClassValue(cls=cls):
                found = self.method(cls, "__init__")
                return [found] if found is not None else []
            case InstanceValue(cls=cls):
                found = self.method(cls, "__call__")
                return [found] if found is not None else []
            case _:
                inner = getattr(value, "function", None)
                return self.targets(inner) if isinstance(inner, FunctionValue) else []

    def references(self, function: FunctionRecord) -> list[Use]:
        """Where a function is passed on, stored or returned as a value."""
        found = list(function.uses)
        for name in self.names_of(function):
            for use in self._references.get(name, ()):
                if use not in found:
                    found.append(use)
        return [use for use in found if use.call is None or self._passes(use.call, use.argument, function)]

    def _passes(self, call: CallRecord, position: int, function: FunctionRecord) -> bool:
        if position >= len(call.arguments):
            return False
        term = call.arguments[position].term
        return any(function in self.targets(value) for value in self.resolve(term))


def _together(of_modules: Iterable[Mapping[str, Sequence[Use]]]) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for uses_by_name in of_modules:
        for name, uses in uses_by_name.items():
            found.setdefault(name, []).extend(uses)
    return found
