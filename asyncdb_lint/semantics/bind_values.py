"""The values that a query is given: which keys a dict has for certain, which it may have, or that it is no dict."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .calling import argument_for
from .flat_texts import Frame
from .records import CallRecord, ParameterKind, Use, UseKind
from .resolve import Resolver
from .terms import (
    Attribute,
    Awaited,
    Checked,
    Choice,
    Collection,
    Computed,
    Constant,
    GlobalName,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Term,
    last_name,
)
from .texts import Texts
from .value_types import Types
from .values import ClassValue, FunctionValue, InstanceValue

_DEEPEST = 12
_TAKING_AWAY = {"pop", "popitem", "clear"}
_READING = {"get", "keys", "values", "items", "copy"}
_COPYING = {"dict", "copy", "deepcopy"}


class Shape(enum.Enum):
    """What kind of object the values are."""

    NOTHING = "None"
    MAPPING = "a dict"
    SEQUENCE = "a list or tuple"
    MODEL = "a model"
    UNKNOWN = "unknown"


@dataclass(slots=True, eq=False)
class Given:
    """One thing that values may be."""

    shape: Shape
    keys: dict[str, Term] = field(default_factory=dict)
    """All that it may hold, by key."""
    certain: set[str] = field(default_factory=set)
    """The keys that it holds on every path."""
    is_complete: bool = True
    """It holds no further keys."""
    elements: tuple[Term, ...] = ()
    """What a list or tuple holds."""
    source: Term | None = None
    """The term it was read from, behind names and calls."""
    no_names: list[int] = field(default_factory=list)
    """The entries of a dict display whose key, put together from pieces, can be no name of a bind parameter."""

    @property
    def holds_something(self) -> bool:
        """Whether it is known not to be empty."""
        return bool(self.certain) or bool(self.elements) or self.shape is Shape.MODEL

    @classmethod
    def unknown(cls) -> Given:
        """Anything."""
        return cls(Shape.UNKNOWN, is_complete=False)


class BindValues:
    """Answers for the values of one project."""

    def __init__(self, resolver: Resolver, texts: Texts) -> None:
        self.resolver = resolver
        self.texts = texts
        self.types = Types(resolver)

    def of(self, term: Term | None, frame: Frame | None = None) -> list[Given]:
        """All that values may be; None stands for values that are not passed."""
        return self._of(term, frame, 0) if term is not None else [Given(Shape.NOTHING)]

    def _of(self, term: Term, frame: Frame | None, depth: int) -> list[Given]:
        deeper = depth + 1
        if depth > _DEEPEST:
            return [Given.unknown()]
        match term:
            case Constant(value=None):
                return [Given(Shape.NOTHING)]
            case Choice(options=options):
                return [given for option in options for given in self._of(option, frame, deeper)]
            case Checked(base=base) | Narrowed(base=base):
                return self._of(base, frame, deeper)
            case Mapping():
                return [self._changed(self._mapping(term, frame, deeper), term.uses, frame, deeper)]
            case Collection(kind=kind, elements=elements):
                if kind == "generator":
                    return [Given(Shape.SEQUENCE, elements=tuple(elements), is_complete=False, source=term)]
                return [Given(Shape.SEQUENCE, elements=tuple(elements), source=term)]
            case Computed(operator="|" | "BitOrAssign", operands=(left, right)):
                return [self._merged([*self._of(left, frame, deeper), *self._of(right, frame, deeper)])]
            case Parameter():
                return self._parameter(term, frame, deeper)
            case Result(call=call):
                return self._called(call, call.uses, frame, deeper, is_awaited=False)
            case Awaited(base=Result(call=call)):
                return self._called(call, call.awaited_uses, frame, deeper, is_awaited=True)
            case _:
                return self._resolved(term)

    # -- dicts ------------------------------------------------------------------------------------------------------

    def _mapping(self, term: Mapping, frame: Frame | None, depth: int) -> Given:
        found = Given(Shape.MAPPING, source=term)
        for number, (key, value) in enumerate(term.entries):
            if key is None:
                self._add_all(found, self._of(value, frame, depth), is_certain=number < term.written)
            else:
                self._add(found, key, value, frame, is_certain=number < term.written)
                if number < term.written and self._is_no_name(key, frame):
                    found.no_names.append(number)
        return found

    def _is_no_name(self, key: Term, frame: Frame | None) -> bool:
        """Whether a key that is put together holds what no name of a bind parameter does: a quote, a colon, a space."""
        return any(
            flat.literal is None
            and any(isinstance(part, str) and re.search(r"[\s'\":,={}]", part) for part in flat.parts)
            for flat in self.texts.flatten(key, frame)
        )

    def _add(self, found: Given, key: Term, value: Term, frame: Frame | None, *, is_certain: bool) -> None:
        names = [flat.literal for flat in self.texts.flatten(key, frame)]
        if not names or None in names:
            found.is_complete = False
        for name in names:
            if name is not None:
                found.keys[name] = value
                if is_certain and len(names) == 1:
                    found.certain.add(name)

    def _add_all(self, found: Given, others: Sequence[Given], *, is_certain: bool) -> None:
        """`**other`, `.update(other)`"""
        for other in others:
            found.keys.update(other.keys)
            if other.shape is not Shape.MAPPING or not other.is_complete:
                found.is_complete = found.is_complete and other.shape is Shape.NOTHING
        if is_certain and len(others) == 1:
            found.certain |= others[0].certain

    def _merged(self, others: Sequence[Given]) -> Given:
        """`a | b`; what is taken out of the result later is not seen, so no key is certain."""
        found = Given(Shape.MAPPING)
        for other in others:
            self._add_all(found, [other], is_certain=False)
        return found

    def _changed(self, found: Given, uses: Iterable[Use], frame: Frame | None, depth: int) -> Given:
        """A dict after all that statements may have done to it."""
        for use in uses:
            if use.contained or use.taken:
                continue  # that was done to the list it is in, or to one of its values
            match use:
                case Use(kind=UseKind.ITEM_SET, name=str() as name):
                    found.keys.setdefault(name, Constant(...))
                case Use(kind=UseKind.ITEM_SET):
                    found.is_complete = False
                case Use(kind=UseKind.DELETED):
                    found.certain.clear()
                case Use(kind=UseKind.ATTRIBUTE, attribute=name):
                    if name in _TAKING_AWAY:
                        found.certain.clear()
                    elif name not in _READING:
                        self._updated(found, use, frame, depth)
                case Use(kind=UseKind.ARGUMENT, call=CallRecord() as call):
                    if self._is_changed_by(call, use):
                        found.is_complete = False
                        found.certain.clear()
                case _:
                    continue
        return found

    def _updated(self, found: Given, use: Use, frame: Frame | None, depth: int) -> None:
        call = next((call for call in use.function.calls if call.node.func is use.node), None)
        if call is None or not isinstance(call.callee, Attribute) or call.callee.name not in ("update", "setdefault"):
            found.is_complete = False
            return
        if call.callee.name == "setdefault":
            if call.arguments:
                self._add(found, call.arguments[0].term, Constant(...), frame, is_certain=False)
            return
        for argument in call.arguments:
            if argument.keyword is not None:
                found.keys.setdefault(argument.keyword, argument.term)
            else:
                self._add_all(found, self._of(argument.term, frame, depth), is_certain=False)

    def _is_changed_by(self, call: CallRecord, use: Use) -> bool:
        """Whether a function of the project changes the dict that it is passed; libraries hardly ever do."""
        for function in self.resolver.targets_of(call):
            if function.module.is_stub:
                continue
            for parameter in function.parameters:
                argument = argument_for(self.resolver, call, function, parameter.name)
                if argument is None or argument is not call.arguments[use.argument].term:
                    continue
                for inner in function.parameter_uses.get(parameter.name, ()):
                    if inner.kind in (UseKind.ITEM_SET, UseKind.DELETED):
                        return True
                    if inner.kind is UseKind.ATTRIBUTE and inner.attribute not in _READING:
                        return True
        return False

    # -- parameters, calls, names -----------------------------------------------------------------------------------

    def _parameter(self, term: Parameter, frame: Frame | None, depth: int) -> list[Given]:
        uses = term.function.parameter_uses.get(term.name, [])
        current = frame
        while current is not None and current.function is not term.function:
            current = current.outer
        if current is None:
            return [self._changed(given, uses, frame, depth) for given in self._resolved(term)]
        passed = argument_for(self.resolver, current.call, current.function, term.name)
        if passed is not None:
            return [self._changed(given, uses, frame, depth) for given in self._of(passed, current.outer, depth)]
        record = term.function.parameter(term.name)
        if record is None or any(argument.star for argument in current.call.arguments):
            return [Given.unknown()]
        if record.kind is ParameterKind.KWARGS:
            return [self._changed(self._keywords(current, depth), uses, frame, depth)]
        if record.default is None:
            return [Given.unknown()]
        return [self._changed(given, uses, frame, depth) for given in self._of(record.default, None, depth)]

    def _keywords(self, frame: Frame, depth: int) -> Given:
        """What `**values` holds in a call."""
        found = Given(Shape.MAPPING)
        declared = {parameter.name for parameter in frame.function.parameters}
        for argument in frame.call.arguments:
            if argument.keyword is not None and argument.keyword not in declared:
                found.keys[argument.keyword] = argument.term
                found.certain.add(argument.keyword)
        return found

    def _called(
        self, call: CallRecord, uses: Sequence[Use], frame: Frame | None, depth: int, *, is_awaited: bool
    ) -> list[Given]:
        name = last_name(call.callee)
        if name in _COPYING and not is_awaited:
            copied = self._copied(call, frame, depth)
            if copied is not None:
                return [self._changed(copied, uses, frame, depth)]
        found: list[Given] = []
        for value in self.resolver.resolve(call.callee):
            if isinstance(value, ClassValue) and self._is_no_mapping(value):
                found.append(Given(Shape.MODEL, source=call.result))
                continue
            if not isinstance(value, FunctionValue) or value.function.module.is_stub or value.form:
                return [Given.unknown()]
            function = value.function
            if function.is_generator or function.is_async is not is_awaited or not function.returned:
                return [Given.unknown()]
            inner = Frame(call, function, frame)
            for term in function.returned:
                found.extend(self._of(term, inner, depth + 1))
        return [self._changed(given, uses, frame, depth) for given in found] or [Given.unknown()]

    def _copied(self, call: CallRecord, frame: Frame | None, depth: int) -> Given | None:
        """`dict(a=1, **other)`, `other.copy()`, `copy(other)`"""
        callee = call.callee
        if isinstance(callee, Attribute) and callee.name == "copy" and not call.arguments:
            given = self._merged_choice(self._of(callee.base, frame, depth))
            return Given(given.shape, dict(given.keys), set(given.certain), given.is_complete)
        if isinstance(callee, Attribute) and callee.name == "dict":
            return None  # a model's own
        if isinstance(callee, GlobalName) and callee.name == "dict" and callee.name in callee.module.bindings:
            return None
        found = Given(Shape.MAPPING)
        for argument in call.arguments:
            if argument.keyword is not None:
                found.keys[argument.keyword] = argument.term
                found.certain.add(argument.keyword)
            else:
                given = self._merged_choice(self._of(argument.term, frame, depth))
                if given.shape is not Shape.MAPPING:
                    given = Given.unknown()
                self._add_all(found, [given], is_certain=True)
        return found

    def _merged_choice(self, options: Sequence[Given]) -> Given:
        if len(options) == 1:
            return options[0]
        found = Given(Shape.MAPPING)
        for option in options:
            self._add_all(found, [option], is_certain=False)
        return found

    def _resolved(self, term: Term) -> list[Given]:
        values = self.resolver.resolve(term)
        if values and all(isinstance(value, InstanceValue) and self._is_no_mapping(value) for value in values):
            return [Given(Shape.MODEL, source=term)]
        return [Given.unknown()]

    def _is_no_mapping(self, value: ClassValue | InstanceValue) -> bool:
        """Whether objects of a class cannot be unpacked with `**`."""
        if value.cls.module.is_stub or not self.types.is_model(value.cls):
            return False
        return self.resolver.method(value.cls, "keys") is None
