"""Where a value that becomes SQL text comes from: closed sets are harmless, what a client sends is not."""

from __future__ import annotations

import enum
import re
from functools import cached_property

from .annotated import type_name
from .calling import argument_for, dependency_of
from .flat_texts import Frame
from .reach import Origin, Reach
from .records import CallRecord, ClassRecord, ParameterKind, ParameterRecord
from .request_data import comes_from_request, is_request, is_security_scheme
from .resolve import Resolver
from .terms import (
    Attribute,
    Awaited,
    Checked,
    Choice,
    Collection,
    Computed,
    Constant,
    Element,
    GlobalName,
    Item,
    Joined,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Template,
    Term,
    arguments_of,
    last_name,
)
from .texts import Texts
from .value_types import Types
from .values import (
    ClassValue,
    CollectionValue,
    ConstantValue,
    ExternalInstance,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    MappingValue,
    TextValue,
    Value,
)


class Source(enum.IntEnum):
    """How far a value is under somebody else's control; the greater one wins where they meet."""

    CLOSED = 0
    CONVERTED = 1
    """A number, a date, a UUID: FastAPI has made it one from what a client sent."""
    UNCHECKED = 2
    """The same, in a function that says nothing of it: the next caller may pass any text."""
    UNKNOWN = 3
    OPEN = 4

    @property
    def is_harmless(self) -> bool:
        """Whether it cannot carry SQL, and the place where it is used can rely on that."""
        return self <= Source.CONVERTED


_CONVERTERS = {
    "int",
    "float",
    "bool",
    "len",
    "abs",
    "round",
    "ord",
    "hash",
    "id",
    "UUID",
    "Decimal",
    "quote_ident",
    "quote_identifier",
}
_TEXT_METHODS = {
    "strip", "lstrip", "rstrip", "lower", "upper", "replace", "title", "capitalize", "split", "encode", "decode",
    "format", "join", "casefold", "removeprefix", "removesuffix", "zfill", "ljust", "rjust", "center", "translate",
    "partition", "rsplit", "splitlines",
}  # fmt: skip
_SAME_SOURCE_CALLS = {
    "str",
    "list",
    "tuple",
    "set",
    "sorted",
    "reversed",
    "repr",
    "iter",
    "next",
    "map",
    "filter",
    "enumerate",
    "zip",
    "dict",
}
# What reads text gives parts of it.
_READERS = {
    "urllib.parse.parse_qs", "urllib.parse.parse_qsl", "urllib.parse.unquote", "urllib.parse.unquote_plus",
    "json.loads", "orjson.loads", "ujson.loads", "html.unescape", "base64.b64decode", "base64.urlsafe_b64decode",
}  # fmt: skip
_DATA_METHODS = {"get", "pop", "dict", "model_dump", "items", "keys", "values", "copy", "setdefault", "getlist", "json"}
_ANCHORED = re.compile(r"^(\^|\\A).*(\$|\\Z|\\z)$", re.DOTALL)
_DEEPEST = 20


class Sources:
    """Judges where values come from, in one project."""

    def __init__(self, resolver: Resolver, reach: Reach, texts: Texts) -> None:
        self.resolver = resolver
        self.reach = reach
        self.texts = texts
        self.types = Types(resolver)
        self._active: set[tuple[int, int]] = set()

    def of(self, term: Term, frame: Frame | None = None) -> Source:
        """Where a value comes from."""
        if id(term) in self._validated:
            return Source.CLOSED
        key = (id(term), id(frame))
        if key in self._active or len(self._active) > _DEEPEST:
            # A value that feeds on itself is judged by its other parts.
            return Source.CLOSED
        self._active.add(key)
        try:
            return self._of(term, frame)
        finally:
            self._active.discard(key)

    @cached_property
    def _validated(self) -> frozenset[int]:
        """What a function is given that raises unless it is one of certain texts: `check_key(key)`."""
        found: set[int] = set()
        for module in self.resolver.modules:
            for function in module.functions:
                for call in self.resolver.callers(function) if function.checks else ():
                    passed = [argument_for(self.resolver, call, function, name) for name in function.checks]
                    found.update(id(term) for term in passed if term is not None and not isinstance(term, Constant))
        return frozenset(found)

    def _worst(self, terms: list[Term], frame: Frame | None) -> Source:
        return max((self.of(term, frame) for term in terms), default=Source.CLOSED)

    def _of(self, term: Term, frame: Frame | None) -> Source:
        match term:
            case Constant() | Checked():
                return Source.CLOSED
            case Choice(options=options):
                return self._worst(list(options), frame)
            case Narrowed(base=base, type=narrowed):
                closed = all(self.types.is_closed(item) for item in arguments_of(narrowed))
                return Source.CLOSED if closed else self.of(base, frame)
            case Template(parts=parts):
                return self._worst([part.term for part in parts if not isinstance(part, str)], frame)
            case Joined(items=items):
                return self.of(items, frame)
            case Collection(elements=elements):
                return self._worst(list(elements), frame)
            case Mapping(entries=entries):
                return self._worst([value for _, value in entries], frame)
            case Computed(operator=operator, operands=operands):
                return self._computed(operator, list(operands), frame)
            case Parameter():
                return self._parameter(term, frame)
            case Attribute():
                return self._attribute(term, frame)
            case Element(base=base):
                return self._element(base, frame)
            case Item():
                return self._item(term, frame)
            case Result(call=call):
                return self._call(call, frame)
            case Awaited(base=Result(call=call)):
                return self._call(call, frame)
            case GlobalName():
                return self._named(term, frame)
            case _:
                return Source.UNKNOWN

    def _computed(self, operator: str, operands: list[Term], frame: Frame | None) -> Source:
        if operator in ("compare", "not"):
            return Source.CLOSED
        sources = [self.of(operand, frame) for operand in operands]
        if operator in ("+", "%"):
            return max(sources, default=Source.CLOSED)
        # Other arithmetic with a number gives a number, or fails.
        return min(sources, default=Source.CLOSED)

    def _named(self, term: Term, frame: Frame | None) -> Source:
        values = self.resolver.resolve(term)
        return max((self._value(value, frame) for value in values), default=Source.UNKNOWN)

    def _value(self, value: Value, frame: Frame | None) -> Source:
        match value:
            case ConstantValue():
                return Source.CLOSED
            case TextValue(term=term) | CollectionValue(term=term) | MappingValue(term=term):
                return self.of(term, None)
            case InstanceValue(cls=cls):
                return Source.CLOSED if self.types.is_enum(cls) else Source.UNKNOWN
            case ClassValue():
                return Source.CLOSED
            case _:
                return Source.UNKNOWN

    # -- parameters -------------------------------------------------------------------------------------------------

    def _parameter(self, term: Parameter, frame: Frame | None) -> Source:
        passed = self.texts.argument(term, frame)
        if passed is not None:
            return self.of(*passed)
        function = term.function
        record = function.parameter(term.name)
        if record is None or record.kind in (ParameterKind.ARGS, ParameterKind.KWARGS):
            return Source.UNKNOWN
        if function.is_method and record is function.parameters[0]:
            return Source.UNKNOWN
        own = self.reach.own(function)
        if own & {Origin.HANDLER, Origin.DEPENDENCY}:
            return self._from_request(record)
        if record.annotation is not None and self.types.names_its_values(record.annotation):
            return Source.CLOSED
        callers = self.resolver.callers(function)
        sources: list[Source] = []
        for call in callers:
            argument = argument_for(self.resolver, call, function, term.name)
            if argument is not None:
                sources.append(self.of(argument))
            elif record.default is not None:
                sources.append(self.of(record.default))
            else:
                sources.append(Source.UNKNOWN)
        if sources:
            return self._as_declared(max(sources), record)
        if Origin.UNKNOWN not in self.reach.origins(function) or function.is_lambda or function.parent is not None:
            return Source.UNKNOWN
        if self.resolver.has_unseen_callers(function):
            return Source.UNKNOWN
        if record.annotation is None or self.types.is_text(record.annotation):
            return Source.OPEN
        # An annotation checks nothing: only FastAPI and callers that are known do.
        is_number = type_name(self.resolver, record.annotation) in ("int", "float")
        return Source.UNCHECKED if is_number else Source.UNKNOWN

    def _as_declared(self, passed: Source, record: ParameterRecord) -> Source:
        """What callers pass, as the function itself may take it."""
        if passed not in (Source.CONVERTED, Source.UNCHECKED):
            return passed
        is_declared = record.annotation is not None and self.types.is_closed(record.annotation)
        return Source.CONVERTED if is_declared else Source.UNCHECKED

    def _of_closed_type(self, annotation: Term) -> Source:
        """What FastAPI gives for a type that no SQL fits into."""
        return Source.CLOSED if self.types.names_its_values(annotation) else Source.CONVERTED

    def _from_request(self, record: ParameterRecord) -> Source:
        """A parameter of a handler: FastAPI fills it from the request, converted to its type."""
        annotation = record.annotation
        if isinstance(record.default, Result):
            dependency = dependency_of(self.resolver, record.default.call)
            if dependency is not None:
                return self._from_dependency(dependency)
            if _has_anchored_pattern(record.default.call):
                return Source.CLOSED
        if annotation is None:
            return Source.OPEN
        if self.types.is_closed(annotation):
            return self._of_closed_type(annotation)
        if isinstance(annotation, Item) and type_name(self.resolver, annotation.base) == "Annotated":
            return self._from_annotated(annotation)
        return Source.OPEN if self.types.is_text(annotation) else Source.UNKNOWN

    def _from_dependency(self, dependency: Term) -> Source:
        """What a dependency returns or yields."""
        for value in self.resolver.resolve(dependency):
            if is_security_scheme(value):
                return Source.OPEN
            if isinstance(value, FunctionValue) and not value.function.module.is_stub:
                given = value.function.yielded if value.function.is_generator else value.function.returned
                return self._worst(list(given), None) if given else Source.UNKNOWN
        return Source.UNKNOWN

    def _from_annotated(self, annotation: Item) -> Source:
        declared, *extras = arguments_of(annotation.key)
        for extra in extras:
            if isinstance(extra, Result):
                dependency = dependency_of(self.resolver, extra.call)
                if dependency is not None:
                    return self._from_dependency(dependency)
                if _has_anchored_pattern(extra.call):
                    return Source.CLOSED
        if self.types.is_closed(declared):
            return self._of_closed_type(declared)
        return Source.OPEN if self.types.is_text(declared) else Source.UNKNOWN

    # -- attributes, items, calls -----------------------------------------------------------------------------------

    def _attribute(self, term: Attribute, frame: Frame | None) -> Source:
        if is_request(self.resolver, term.base):
            return (
                Source.OPEN
                if term.name in ("query_params", "path_params", "headers", "cookies", "body", "form", "json", "url")
                else Source.UNKNOWN
            )
        base = term.base
        for value in self.resolver.resolve(base):
            if isinstance(value, InstanceValue | ClassValue):
                found = self._member(value.cls, term.name, base, frame)
                if found is not None:
                    return found
        values = [value for value in self.resolver.resolve(term) if value != ConstantValue(None)]
        if values and all(not isinstance(value, ExternalInstance) for value in values):
            source = max(self._value(value, frame) for value in values)
            if source is not Source.UNKNOWN:
                return source
        if isinstance(base, Attribute | Item | Result | Awaited | Element):
            return self.of(base, frame) if comes_from_request(self.resolver, base) else Source.UNKNOWN
        return Source.UNKNOWN

    def _member(self, cls: ClassRecord, name: str, base: Term, frame: Frame | None) -> Source | None:
        """An attribute of a project class: of an enum, of a request body, or assigned in the class."""
        if self.types.is_enum(cls):
            return Source.CLOSED
        for other in self.resolver.mro(cls)[0]:
            record = other.attributes.get(name)
            if record is None:
                continue
            if record.annotation is not None:
                if self.types.is_closed(record.annotation):
                    return self._of_closed_type(record.annotation) if self.types.is_model(cls) else Source.CLOSED
                if self.types.is_model(cls):
                    if not self._is_body(base, frame):
                        return Source.UNKNOWN
                    if any(isinstance(value, Result) and _has_anchored_pattern(value.call) for value in record.values):
                        return Source.CLOSED
                    return Source.OPEN if self.types.is_text(record.annotation) else Source.UNKNOWN
            return self._worst(record.values, None) if record.values else Source.UNKNOWN
        return None

    def _is_body(self, base: Term, frame: Frame | None) -> bool:
        """Whether a model instance was filled from a request."""
        match base:
            case Parameter(function=function):
                passed = self.texts.argument(base, frame)
                if passed is not None:
                    return self._is_body(*passed)
                if self.reach.own(function) & {Origin.HANDLER, Origin.DEPENDENCY}:
                    return True
                callers = self.resolver.callers(function)
                if not callers:
                    is_alone = Origin.UNKNOWN in self.reach.origins(function)
                    return is_alone and not self.resolver.has_unseen_callers(function)
                arguments = [argument_for(self.resolver, call, function, base.name) for call in callers]
                return any(
                    isinstance(argument, Parameter) and argument is not base and self._is_body(argument, None)
                    for argument in arguments
                )
            case Checked(base=inner) | Narrowed(base=inner):
                return self._is_body(inner, frame)
            case _:
                return False

    def _element(self, base: Term, frame: Frame | None) -> Source:
        if isinstance(base, Result) and isinstance(base.call.callee, Attribute) and base.call.callee.name == "keys":
            return self._keys(base.call.callee.base, frame)
        values = self.resolver.resolve(base)
        if any(isinstance(value, MappingValue) for value in values) or _is_dump(base):
            return self._keys(base, frame)
        return self.of(base, frame)

    def _item(self, term: Item, frame: Frame | None) -> Source:
        base, key = term.base, term.key
        # `for name, value in data.items()`
        if isinstance(base, Element) and isinstance(base.base, Result) and isinstance(base.base.call.callee, Attribute):
            callee = base.base.call.callee
            if callee.name == "items":
                if isinstance(key, Constant) and key.value == 0:
                    return self._keys(callee.base, frame)
                return self.of(callee.base, frame)
        if (
            (
                isinstance(base, Element)
                and isinstance(base.base, Result)
                and last_name(base.base.call.callee) == "enumerate"
            )
            and isinstance(key, Constant)
            and key.value == 0
        ):
            return Source.CLOSED
        for value in self.resolver.resolve(base):
            if isinstance(value, MappingValue):
                return self._worst([entry for _, entry in value.term.entries], frame)
            if isinstance(value, CollectionValue):
                return self._worst(list(value.term.elements), frame)
        if isinstance(base, Awaited) and not comes_from_request(self.resolver, base):
            return Source.UNKNOWN
        return self.of(base, frame)

    def _keys(self, mapping: Term, frame: Frame | None) -> Source:
        """Where the keys of a mapping come from; those of a model or a dict written out are closed."""
        match mapping:
            case Mapping(entries=entries):
                keys = [key for key, _ in entries]
                unpacked = [value for key, value in entries if key is None]
                return max(
                    self._worst([key for key in keys if key is not None], frame),
                    max((self._keys(value, frame) for value in unpacked), default=Source.CLOSED),
                )
            case Result() if _is_dump(mapping):
                return Source.CLOSED
            case Choice(options=options):
                return max(self._keys(option, frame) for option in options)
            case _:
                for value in self.resolver.resolve(mapping):
                    if isinstance(value, MappingValue) and value.term is not mapping:
                        return self._keys(value.term, frame)
                    if isinstance(value, InstanceValue):
                        return Source.CLOSED
                return self.of(mapping, frame)

    def _call(self, call: CallRecord, frame: Frame | None) -> Source:
        callee = call.callee
        name = last_name(callee)
        if isinstance(callee, Attribute) and comes_from_request(self.resolver, callee):
            return Source.OPEN
        arguments = [argument.term for argument in call.arguments]
        if isinstance(callee, Attribute):
            if callee.name in _TEXT_METHODS:
                return max(self.of(callee.base, frame), self._worst(arguments, frame))
            if callee.name in _DATA_METHODS:
                return self._data_method(callee, arguments, frame)
        if name in _CONVERTERS:
            return Source.CLOSED
        if name in _SAME_SOURCE_CALLS and not isinstance(callee, Attribute):
            return self._worst(arguments, frame)
        if name == "range":
            return Source.CLOSED
        for value in self.resolver.resolve(callee):
            if _name_of(value) in _READERS:
                return self._worst(arguments[:1], frame)
            if isinstance(value, FunctionValue) and not value.function.module.is_stub and value.function.returned:
                inner = Frame(call, value.function, frame)
                return self._worst(list(value.function.returned), inner)
            if isinstance(value, ClassValue) and self.types.is_enum(value.cls):
                return Source.CLOSED
        return Source.UNKNOWN

    def _data_method(self, callee: Attribute, arguments: list[Term], frame: Frame | None) -> Source:
        for value in self.resolver.resolve(callee.base):
            if isinstance(value, MappingValue):
                defaults = arguments[1:] if callee.name in ("get", "pop", "setdefault") else []
                return self._worst([*(entry for _, entry in value.term.entries), *defaults], frame)
            if isinstance(value, InstanceValue) and self.types.is_model(value.cls):
                return Source.OPEN if self._is_body(callee.base, frame) else Source.UNKNOWN
        if callee.name in ("get", "pop", "setdefault"):
            return max(self.of(callee.base, frame), self._worst(arguments[1:], frame))
        return self.of(callee.base, frame)


def _name_of(value: Value) -> str | None:
    """The dotted name of something of a library."""
    match value:
        case ExternalValue(dotted=dotted):
            return dotted
        case FunctionValue(function=function) if function.module.is_stub:
            return f"{function.module.path.stem}.{function.qualname}"
        case _:
            return None


def _is_dump(term: Term) -> bool:
    """`payload.model_dump()` and its like: a dict whose keys are the fields of a class."""
    if not isinstance(term, Result):
        return False
    callee = term.call.callee
    if isinstance(callee, Attribute):
        return callee.name in ("dict", "model_dump", "_asdict")
    return last_name(callee) in ("asdict", "jsonable_encoder")


def _has_anchored_pattern(call: CallRecord) -> bool:
    """`Query(regex="^(asc|desc)$")`: anchored at both ends, so it really limits the value."""
    for argument in call.arguments:
        if argument.keyword in ("regex", "pattern") and isinstance(argument.term, Constant):
            return isinstance(argument.term.value, str) and bool(_ANCHORED.match(argument.term.value))
    return False
