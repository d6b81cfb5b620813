"""Values that a constraint has nothing against: a row is known to have them, or has them already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from .built_fields import given_for
from .calling import QUERY_ROLES, class_roles, roles
from .coroutines import Coroutines
from .flat_texts import Frame
from .records import CallRecord, UseKind
from .terms import Attribute, Collection, Computed, Mapping, Parameter, Result, Term
from .texts import Texts
from .values import InstanceValue

_DEEPEST = 12
_DATABASES = {"pool", "connection", "one_task"}
_TESTING = (UseKind.TESTED, UseKind.COMPARED, UseKind.UNPACKED)


def are_same(one: Term, other: Term) -> bool:
    """Whether two terms are the same parameter, or the same attribute of it."""
    match one, other:
        case Parameter(), Parameter():
            return one.function is other.function and one.name == other.name
        case Attribute(), Attribute():
            return one.name == other.name and are_same(one.base, other.base)
        case _:
            return False


def is_compared_to(column: str | None, value: Term, conditions: Iterable[Term]) -> bool:
    """Whether an UPDATE asks for the rows that have a value in a column already: `.where(c.id == id).values(id=id)`."""
    for condition in conditions:
        if isinstance(condition, Computed) and condition.operator == "compare" and len(condition.operands) == 2:
            left, right = condition.operands
            for place, given in ((left, right), (right, left)):
                if isinstance(place, Attribute) and place.name == column and are_same(given, value):
                    return True
    return False


def _mentions(whole: Term, term: Term, depth: int) -> bool:
    """Whether a term stands in another one: `select(...).where(c.id == id)`, `{"id": id}`."""
    if are_same(whole, term):
        return True
    if depth > _DEEPEST:
        return False
    parts: Sequence[Term]
    match whole:
        case Result(call=call):
            parts = [call.callee, *(argument.term for argument in call.arguments)]
        case Attribute(base=Result() as base):
            parts = [base]
        case Computed(operands=operands):
            parts = operands
        case Collection(elements=elements):
            parts = elements
        case Mapping(entries=entries):
            parts = [value for _, value in entries]
        case _:
            return False
    return any(_mentions(part, term, depth + 1) for part in parts)


class LookedUp:
    """Judges whether what becomes a foreign key has been looked up before, and refused if nothing was there."""

    def __init__(self, coroutines: Coroutines, texts: Texts) -> None:
        self.resolver = coroutines.resolver
        self.coroutines = coroutines
        self.texts = texts

    def is_known(self, value: Term, frame: Frame | None) -> bool:
        """Whether a function on a value's way to the query has queried with it and tested what it got."""
        *on_the_way, first = self._ways(value, frame)
        return self._is_looked_up(first, alone=False) or any(
            self._is_looked_up(term, alone=True) for term in on_the_way
        )

    def _is_looked_up(self, term: Term, *, alone: bool) -> bool:
        root = term
        while isinstance(root, Attribute):
            root = root.base
        return isinstance(root, Parameter) and any(
            any(_mentions(argument.term, term, 0) for argument in call.arguments)
            # Closer to the query, what asks for more may look whether there is such a row already.
            and not (alone and any(self._is_other_value(argument.term, term, 0) for argument in call.arguments))
            and self._is_tested_query(call)
            for call in root.function.calls
        )

    def _is_other_value(self, whole: Term, term: Term, depth: int) -> bool:
        """Whether a term holds another value than the one looked for, and than the database."""
        if are_same(whole, term) or depth > _DEEPEST:
            return False
        match whole:
            case Parameter() | Attribute():
                return not any(
                    isinstance(value, InstanceValue) and class_roles(self.resolver, value) & _DATABASES
                    for value in self.resolver.resolve(whole)
                )
            case Mapping(entries=entries):
                return any(self._is_other_value(value, term, depth + 1) for _, value in entries)
            case Collection(elements=elements):
                return any(self._is_other_value(element, term, depth + 1) for element in elements)
            case _:
                return False

    def _ways(self, term: Term, frame: Frame | None) -> Iterator[Term]:
        """A parameter, or an attribute of one, as each function writes it through which it came."""
        match term:
            case Parameter():
                yield term
                passed = self.texts.argument(term, frame)
                if passed is not None:
                    yield from self._ways(*passed)
            case Attribute() if (given := given_for(self.resolver, self.texts, term, frame)) is not None:
                yield term
                yield from self._ways(*given)
            case Attribute(base=Parameter() | Attribute() as base, name=name):
                yield from (Attribute(way, name) for way in self._ways(base, frame))
            case _:
                yield term

    def _is_tested_query(self, call: CallRecord) -> bool:
        # What is unpacked is there, or its parts are what is tested.
        return any(use.kind in _TESTING for use in call.awaited_uses) and any(
            roles(target) & QUERY_ROLES or self.coroutines.touch(target) == "query"
            for target in self.resolver.targets_of(call)
        )
