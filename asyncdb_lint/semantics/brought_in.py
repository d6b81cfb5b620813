"""Whether a value is what a client sends, as sent or merely converted: numbers count, hashes and rows do not."""

from __future__ import annotations

from .built_fields import given_for
from .calling import argument_for, class_roles, roles
from .flat_texts import Frame
from .provided import provider
from .reach import Origin, Reach
from .records import CallRecord
from .request_data import comes_from_request, is_security_scheme
from .resolve import Resolver
from .terms import (
    Attribute,
    Awaited,
    Checked,
    Choice,
    ClassTerm,
    Collection,
    Computed,
    Constant,
    Element,
    GlobalName,
    Hole,
    Import,
    Item,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Template,
    Term,
    last_name,
)
from .texts import Texts
from .values import FunctionValue, InstanceValue

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

    def of(self, term: Term, frame: Frame | None) -> bool:
        """Whether a client is known to decide what a value is."""
        return self._judge(term, frame, 0, unknown=False)

    def may_be(self, term: Term, frame: Frame | None) -> bool:
        """Whether nothing shows that a value is a literal, made up here, or read from the database."""
        return self._judge(term, frame, 0, unknown=True)

    def _judge(self, term: Term, frame: Frame | None, depth: int, *, unknown: bool) -> bool:
        if depth > _DEEPEST:
            return unknown

        def judge(inner: Term) -> bool:
            return self._judge(inner, frame, depth + 1, unknown=unknown)

        if comes_from_request(self.resolver, term):
            return True
        match term:
            case Constant() | GlobalName() | Import() | ClassTerm():
                return False
            case Parameter():
                return self._parameter(term, frame, depth, unknown=unknown)
            case Attribute() if (given := given_for(self.resolver, self.texts, term, frame)) is not None:
                return self._judge(*given, depth + 1, unknown=unknown)
            case Attribute(base=base) | Item(base=base) | Element(base=base):
                return not self._is_stored(base) and judge(base)
            case Checked(base=base) | Narrowed(base=base):
                return judge(base)
            case Choice(options=parts) | Computed(operands=parts):
                return any(judge(part) for part in parts)
            case Template(parts=pieces):
                return any(judge(piece.term) for piece in pieces if isinstance(piece, Hole))
            case Collection(elements=elements):
                return any(judge(element) for element in elements)
            case Mapping(entries=entries):
                return any(judge(value) for _, value in entries)
            case Result(call=call) | Awaited(base=Result(call=call)) if self._runs_query(call):
                return False
            case Result(call=call) | Awaited(base=Result(call=call)):
                return self._result(call, frame, depth, unknown=unknown)
            case _:
                return unknown

    def _result(self, call: CallRecord, frame: Frame | None, depth: int, *, unknown: bool) -> bool:
        """What a call gives: converted, returned by the project, or made up (`uuid4()`, a clock, a hash)."""
        given = [argument.term for argument in call.arguments]
        if last_name(call.callee) in _CONVERT:
            if isinstance(call.callee, Attribute):
                given.append(call.callee.base)
            return any(self._judge(value, frame, depth + 1, unknown=unknown) for value in given)
        if not unknown:
            return False
        for value in self.resolver.resolve(call.callee):
            if isinstance(value, FunctionValue) and not value.function.module.is_stub and value.function.returned:
                inner = Frame(call, value.function, frame)
                return any(self._judge(term, inner, depth + 2, unknown=unknown) for term in value.function.returned)
        return any(self._judge(value, frame, depth + 1, unknown=unknown) for value in given)

    def _parameter(self, term: Parameter, frame: Frame | None, depth: int, *, unknown: bool) -> bool:
        passed = self.texts.argument(term, frame)
        if passed is not None:
            return self._judge(*passed, depth + 1, unknown=unknown)
        function = term.function
        record = function.parameter(term.name)
        if record is None or (function.is_method and record is function.parameters[0]):
            return False
        dependency = provider(self.resolver, record)
        if dependency is not None:
            return self._provided(dependency, depth)
        if self.reach.own(function) & {Origin.HANDLER, Origin.DEPENDENCY}:
            return True
        callers = self.resolver.callers(function)
        if not callers:
            if self.resolver.has_unseen_callers(function):
                return unknown
            return Origin.UNKNOWN in self.reach.origins(function)
        given = (argument_for(self.resolver, call, function, term.name) for call in callers)
        return any(
            value is not None and value is not term and self._judge(value, None, depth + 4, unknown=unknown)
            for value in given
        )

    def _provided(self, dependency: Term, depth: int) -> bool:
        """Whether a dependency hands on what a client sends: a token from a header, say, and not the user it means."""
        for value in self.resolver.resolve(dependency):
            if is_security_scheme(value):
                return True
            if isinstance(value, FunctionValue) and not value.function.module.is_stub:
                given = [*value.function.returned, *value.function.yielded]
                return any(self._judge(term, None, depth + 2, unknown=False) for term in given)
        return False

    def _runs_query(self, call: CallRecord) -> bool:
        return any(
            isinstance(value, FunctionValue) and "query" in roles(value.function)
            for value in self.resolver.resolve(call.callee)
        )

    def _is_stored(self, term: Term) -> bool:
        """Whether a term is a row of the database."""
        return any(
            isinstance(value, InstanceValue) and "row" in class_roles(self.resolver, value)
            for value in self.resolver.resolve(term)
        )
