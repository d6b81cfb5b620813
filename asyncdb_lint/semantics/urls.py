"""Which URL a pool is built with, as far as the source says it, and where it says so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from .calling import argument_for, class_roles, roles
from .reach import Origin, Reach
from .records import CallRecord, FunctionRecord, ModuleRecord
from .resolve import Resolver
from .terms import (
    Attribute,
    Checked,
    Choice,
    Computed,
    Constant,
    GlobalName,
    Import,
    Narrowed,
    Result,
    Template,
    Term,
    last_name,
)
from .values import ClassValue, ExternalValue, FunctionValue, InstanceValue, ModuleValue, NamespaceValue, Value
from .written_urls import Piece, Spot, WrittenUrl

_DEEPEST = 12
_MOST = 8


class Urls:
    """Reads the URLs of one project's pools."""

    def __init__(self, resolver: Resolver, reach: Reach) -> None:
        self.resolver = resolver
        self.reach = reach

    @cached_property
    def constructions(self) -> tuple[CallRecord, ...]:
        """Every call outside of tests that builds a pool of a driver."""
        return tuple(
            call
            for module in self.resolver.modules
            if not module.is_stub and self.reach.module_kind(module) is not Origin.TEST
            for call in module.calls
            if self.initialiser(call) is not None
        )

    def initialiser(self, call: CallRecord) -> FunctionRecord | None:
        """The driver's own `__init__` that a call runs, if it builds a pool."""
        for value in self.resolver.resolve(call.callee):
            if isinstance(value, ClassValue) and "pool" in class_roles(self.resolver, value):
                found = self.resolver.method(value.cls, "__init__")
                return found if found is not None and found.module.is_stub else None
        return None

    @cached_property
    def all(self) -> tuple[WrittenUrl, ...]:
        """Every URL that the pools of the project may be built with, each literal once for each pool."""
        return tuple(url for call in self.constructions for url in self.of(call))

    def of(self, construction: CallRecord) -> Sequence[WrittenUrl]:
        """The URLs that one pool may be built with; one of a single unknown piece for what is decided elsewhere."""
        initialiser = self.initialiser(construction)
        if initialiser is None:
            return ()
        for parameter in initialiser.parameters:
            if parameter.annotation is not None and last_name(parameter.annotation) == "URL":
                passed = next(
                    (argument for argument in construction.arguments if argument.keyword == parameter.name), None
                )
                given = passed or construction.argument(0, parameter.name)
                return self.written_for(construction, given.term, Spot(given)) if given is not None else ()
        return ()

    def written_for(
        self, call: CallRecord, term: Term, spot: Spot, module: ModuleRecord | None = None
    ) -> Sequence[WrittenUrl]:
        """The texts that one argument of a call may be, which is written in its module or in another one."""
        reading = _Reading(self, call, spot)
        return tuple(
            WrittenUrl(call, found.pieces, found.reader, found.is_setting)
            for found in reading.of(term, module or call.module, 0)
        )[:_MOST]


class _Found(NamedTuple):
    pieces: tuple[Piece, ...]
    reader: CallRecord | None = None
    is_setting: bool = False


class _Reading:
    """Follows one expression to the texts it may be."""

    def __init__(self, urls: Urls, construction: CallRecord, spot: Spot) -> None:
        self.resolver = urls.resolver
        self.construction = construction
        self.spot = spot

    def _unknown(self, module: ModuleRecord, spot: Spot | None = None) -> list[_Found]:
        return [_Found((Piece(None, module, spot or self.spot),))]

    def of(self, term: Term, module: ModuleRecord, depth: int) -> list[_Found]:
        """All that a term, written in a module, may be."""
        if depth > _DEEPEST:
            return self._unknown(module)
        deeper = depth + 1
        match term:
            case Constant(value=str() as text):
                return [_Found((Piece(text, module, Spot(term, otherwise=self.spot)),))]
            case Constant(value=None):
                return []
            case Template():
                return self._template(term, module, deeper)
            case Computed(operator="+", operands=(left, right)):
                return self._joined(
                    self._at(left, Spot(term, 0), module, deeper), self._at(right, Spot(term, 1), module, deeper)
                )
            case Choice(options=options):
                return [found for option in options for found in self.of(option, module, deeper)][:_MOST]
            case Checked(base=base) | Narrowed(base=base):
                return self.of(base, module, deeper)
            case GlobalName(module=own, name=name) if name in own.bindings:
                return self._all(own.bindings[name], own, deeper)
            case Import(module=own, level=level, dotted=dotted, name=str() as name):
                found = self.resolver.index.find(own.path, level, dotted)
                if isinstance(found, ModuleRecord) and name in found.bindings:
                    return self._all(found.bindings[name], found, deeper)
            case Attribute(base=base, name=name):
                return self._attribute(base, name, module, deeper)
            case Result(call=call):
                return self._result(call, deeper)
            case _:
                pass
        return self._unknown(module)

    def _at(self, term: Term, spot: Spot, module: ModuleRecord, depth: int) -> list[_Found]:
        outer, self.spot = self.spot, spot
        try:
            return self.of(term, module, depth) or self._unknown(module)
        finally:
            self.spot = outer

    def _all(self, terms: Iterable[Term], module: ModuleRecord, depth: int) -> list[_Found]:
        return [found for term in terms for found in self.of(term, module, depth)][:_MOST]

    def _template(self, template: Template, module: ModuleRecord, depth: int) -> list[_Found]:
        spot = Spot(template)
        variants = [_Found(())]
        for part in template.parts:
            if isinstance(part, str):
                filled = [_Found((Piece(part, module, spot),))]
            else:
                filled = [
                    # What fills a hole is shown where it is filled in.
                    _Found(
                        tuple(Piece(piece.text, module, spot) for piece in found.pieces), found.reader, found.is_setting
                    )
                    for found in self._at(part.term, Spot(part), module, depth)
                ]
            variants = self._joined(variants, filled)
        return variants

    def _joined(self, before: list[_Found], after: list[_Found]) -> list[_Found]:
        return [
            _Found(
                (*first.pieces, *second.pieces), first.reader or second.reader, first.is_setting or second.is_setting
            )
            for first in before
            for second in after
        ][:_MOST]

    def _attribute(self, base: Term, name: str, module: ModuleRecord, depth: int) -> list[_Found]:
        found: list[_Found] = []
        for value in self.resolver.resolve(base):
            match value:
                case ModuleValue(module=own) if name in own.bindings:
                    found += self._all(own.bindings[name], own, depth)
                case InstanceValue(cls=cls) | ClassValue(cls=cls):
                    found += self._member(value, cls.module, name, depth)
                case NamespaceValue():
                    continue
                case _:
                    return self._unknown(module)
        return found or self._unknown(module)

    def _member(self, value: InstanceValue | ClassValue, module: ModuleRecord, name: str, depth: int) -> list[_Found]:
        for cls in self.resolver.mro(value.cls)[0]:
            record = cls.attributes.get(name)
            if record is not None and not cls.module.is_stub:
                return [
                    _Found(found.pieces, found.reader, is_setting=True)
                    for found in self._all(record.values, cls.module, depth)
                ]
        return self._unknown(module)

    def _result(self, call: CallRecord, depth: int) -> list[_Found]:
        found: list[_Found] = []
        for value in self.resolver.resolve(call.callee):
            found += self._called(value, call, depth)
        return found or self._unknown(call.module, Spot(call))

    def _called(self, value: Value, call: CallRecord, depth: int) -> list[_Found]:
        match value:
            case ClassValue() if "url" in class_roles(self.resolver, value) and call.arguments:
                return self.of(call.arguments[0].term, call.module, depth)
            case FunctionValue(function=function) if "reads_environment" in roles(function):
                default = argument_for(self.resolver, call, function, "default")
                return [_Found(found.pieces, call) for found in self._default(default, call, depth)]
            case InstanceValue(cls=cls):
                # `config = Config(".env")`, then `config("DATABASE_URL", default=...)`.
                method = self.resolver.method(cls, "__call__")
                if method is not None and "reads_environment" in roles(method):
                    named = call.argument(2, "default")
                    default = named.term if named is not None else None
                    return [_Found(found.pieces, call) for found in self._default(default, call, depth)]
            case ExternalValue(dotted=dotted) if dotted.startswith("pydantic") and dotted.endswith(".Field"):
                given = call.argument(0, "default")
                return self.of(given.term, call.module, depth) if given is not None else []
            case FunctionValue(function=function) if not function.module.is_stub and function.returned:
                if not function.is_async:
                    return self._all(function.returned, function.module, depth + 2)
            case _:
                pass
        return self._unknown(call.module, Spot(call))

    def _default(self, default: Term | None, call: CallRecord, depth: int) -> list[_Found]:
        given = self.of(default, call.module, depth) if default is not None else []
        return given or self._unknown(call.module, Spot(call))
