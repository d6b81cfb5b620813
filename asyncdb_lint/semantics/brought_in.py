"""Whether a value is what a client sends, as sent or merely converted: numbers count, hashes and rows do not."""

from __future__ import annotations

from .calling import argument_for, dependency_of
from .reach import Origin, Reach
from .resolve import Resolver
from .terms import (
    Attribute,
    Checked,
    Choice,
    Collection,
    Computed,
    Element,
    Hole,
    Item,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Template,
    Term,
    last_name,
)
from .texts import Frame, Texts

# Calls that hand on what they are given, in another form.
_CONVERT = {
    "str", "int", "float", "bool", "dict", "list", "model_dump", "get", "items", "strip", "lower", "upper", "title",
}  # fmt: skip
_DEEPEST = 16


class BroughtIn:
    """Judges the values of one project."""

    def __init__(self, resolver: Resolver, reach: Reach, texts: Texts) -> None:
        self.resolver = resolver
        self.reach = reach
        self.texts = texts

    def of(self, term: Term, frame: Frame | None, depth: int = 0) -> bool:
        """Whether a client decides what a value is."""
        if depth > _DEEPEST:
            return False
        match term:
            case Parameter():
                return self._parameter(term, frame, depth)
            case Attribute(base=base) | Item(base=base) | Element(base=base) | Checked(base=base) | Narrowed(base=base):
                return self.of(base, frame, depth + 1)
            case Choice(options=parts) | Computed(operands=parts):
                return any(self.of(part, frame, depth + 1) for part in parts)
            case Template(parts=pieces):
                return any(self.of(piece.term, frame, depth + 1) for piece in pieces if isinstance(piece, Hole))
            case Collection(elements=elements):
                return any(self.of(element, frame, depth + 1) for element in elements)
            case Mapping(entries=entries):
                return any(self.of(value, frame, depth + 1) for _, value in entries)
            case Result(call=call) if last_name(call.callee) in _CONVERT:
                given = [argument.term for argument in call.arguments]
                if isinstance(call.callee, Attribute):
                    given.append(call.callee.base)
                return any(self.of(value, frame, depth + 1) for value in given)
            case _:
                return False

    def _parameter(self, term: Parameter, frame: Frame | None, depth: int) -> bool:
        passed = self.texts.argument(term, frame)
        if passed is not None:
            return self.of(*passed, depth + 1)
        function = term.function
        record = function.parameter(term.name)
        if record is None or (function.is_method and record is function.parameters[0]):
            return False
        if isinstance(record.default, Result) and dependency_of(self.resolver, record.default.call) is not None:
            return False
        if self.reach.own(function) & {Origin.HANDLER, Origin.DEPENDENCY}:
            return True
        callers = self.resolver.callers(function)
        if not callers:
            return Origin.UNKNOWN in self.reach.origins(function)
        given = (argument_for(self.resolver, call, function, term.name) for call in callers)
        return any(value is not None and value is not term and self.of(value, None, depth + 4) for value in given)
