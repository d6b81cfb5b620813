"""Texts of database errors that become part of a response."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from ..unfetched import identity
from .answers import contents
from .calling import argument_for, class_roles
from .driver_errors import Catches, DriverErrors
from .only_reading import OnlyReading
from .queries import shown
from .reach import Origin, Reach
from .records import Argument, CallRecord, ExceptClause, FunctionRecord, ModuleRecord, Returned, outwards
from .terms import (
    Attribute,
    Caught,
    Choice,
    Collection,
    Computed,
    Hole,
    Item,
    Mapping,
    Parameter,
    Result,
    Template,
    Term,
    last_name,
)
from .tries import Attempt, Tries
from .values import ClassValue, ExternalValue, FunctionValue

_DEEPEST = 12
_LONGEST = 60
# What makes an answer of what it is given does little else.
_MOST_CALLS = 8


class LeakedError(NamedTuple):
    """The text of an error that a client gets to see."""

    node: cst.BaseExpression
    """The argument or the returned value that holds it."""
    answer: cst.CSTNode
    """The call or the `return` that sends it."""
    clause: ExceptClause
    function: FunctionRecord
    query: CallRecord

    @property
    def source(self) -> str:
        """The query as messages show it."""
        return shown(self.query)

    @property
    def detail(self) -> str:
        """What the client gets to see, as messages show it."""
        text = self.function.module.parsed.code_of(self.node)
        return f"`{text}`" if len(text) <= _LONGEST and "\n" not in text else "the error"


class _Answer(NamedTuple):
    """What shows an exception to a client."""

    noted: CallRecord | Returned
    """What makes a response, or returns what becomes one."""
    argument: Argument | None
    """The part of it that shows the exception."""
    caught: Caught

    @property
    def shown(self) -> cst.BaseExpression:
        """That part, as written."""
        if self.argument is not None:
            return self.argument.node
        value = self.noted.node.value if isinstance(self.noted, Returned) else None
        if value is None:
            raise LookupError("an answer that shows nothing")
        return value


class Leaks:
    """Finds the leaked errors of one project."""

    def __init__(self, tries: tuple[Tries, ...], reach: Reach, only_reading: OnlyReading) -> None:
        self.tries = tries
        self.only_reading = only_reading
        self.resolver = reach.resolver
        self.reach = reach

    def of(self, module: ModuleRecord) -> Iterator[LeakedError]:
        """The leaked errors of a module."""
        if self.reach.module_kind(module) is not None:
            return
        for function in module.functions:
            answers = list(self._answers_with_errors(function)) if function.tries else []
            clauses = dict(self._clauses(function)) if answers else {}
            seen: set[int] = set()
            for answer in answers:
                clause, query = clauses.get(identity(answer.caught.clause), (None, None))
                if clause is not None and query is not None and id(answer.noted) not in seen:
                    seen.add(id(answer.noted))
                    yield LeakedError(answer.shown, answer.noted.node, clause, function, query)

    def _clauses(self, function: FunctionRecord) -> Iterator[tuple[int, tuple[ExceptClause, CallRecord]]]:
        """The clauses that errors of a query reach, and the query."""
        for tries in reversed(self.tries):
            for attempt in tries.attempts(function):
                for clause in self._reached(attempt, tries.errors):
                    query = self._failing(attempt, clause, tries.errors)
                    if query is not None:
                        yield identity(clause), (clause, query)

    def _failing(self, attempt: Attempt, clause: ExceptClause, errors: DriverErrors) -> CallRecord | None:
        """The first query whose errors a clause answers: what only reads breaks no constraint."""
        if not errors.are_of_constraints(clause):
            return attempt.queries[0]
        return next((query for query in attempt.queries if not self.only_reading.is_all(query)), None)

    def _reached(self, attempt: Attempt, errors: DriverErrors) -> Iterator[ExceptClause]:
        for clause in attempt.context.clauses:
            catches = errors.caught_by(clause)
            if catches in (Catches.ALL, Catches.SOME):
                yield clause
            if catches is Catches.ALL:
                return

    def _answers_with_errors(self, function: FunctionRecord) -> Iterator[_Answer]:
        """`HTTPException(400, str(error))`, and `return {"error": str(error)}` of a handler."""
        for call in function.calls:
            for argument in self._shown(call) if call.context is not None else ():
                caught = self._caught_in(argument.term, 0)
                if caught is not None:
                    yield _Answer(call, argument, caught)
        if Origin.HANDLER in self.reach.own(function):
            for returned in function.returns_at.values():
                caught = self._caught_in(returned.term, 0)
                if caught is not None:
                    yield _Answer(returned, None, caught)

    def _shown(self, call: CallRecord) -> list[Argument]:
        """The arguments of a call that a client gets to see as text."""
        if self._answers(call):
            renders = self._renders_what_it_is_given(call)
            return [argument for argument in contents(call) if not (renders and _is_no_text(argument.term))]
        for value in self.resolver.resolve(call.callee):
            if isinstance(value, FunctionValue) and not value.function.module.is_stub:
                return self._handed_to_answer(call, value.function)
        return []

    def _handed_to_answer(self, call: CallRecord, function: FunctionRecord) -> list[Argument]:
        """What a function of the project is given for the answer that it makes: `fail(404, str(error))`."""
        found: list[Argument] = []
        for answer in function.calls if len(function.calls) <= _MOST_CALLS else ():
            if not self._answers(answer):
                continue
            for content in contents(answer):
                for parameter in _parameters_in(content.term):
                    given = argument_for(self.resolver, call, function, parameter.name)
                    is_shown = content.term is not parameter or (given is not None and not _is_no_text(given))
                    if parameter.function is function and is_shown:
                        found += [argument for argument in call.arguments if argument.term is given]
        return found

    def _answers(self, call: CallRecord) -> bool:
        """Whether a call makes a response, or an error that becomes one."""
        return any(
            isinstance(value, ClassValue) and class_roles(self.resolver, value) & {"http_error", "response"}
            for value in self.resolver.resolve(call.callee)
        )

    def _renders_what_it_is_given(self, call: CallRecord) -> bool:
        """Whether a response is made by a library: a class of the project may take the text out of an exception."""
        makers = [
            self.resolver.method(value.cls, "__init__")
            for value in self.resolver.resolve(call.callee)
            if isinstance(value, ClassValue)
        ]
        return all(maker is not None and maker.module.is_stub for maker in makers)

    def _caught_in(self, term: Term, depth: int) -> Caught | None:
        """The exception whose text a term shows, on every path that leads to the term."""
        if depth > _DEEPEST:
            return None
        match term:
            case Caught():
                return term
            case Attribute(base=base, name="args" | "message" | "detail" | "pgerror" | "orig"):
                return self._caught_in(base, depth + 1)
            case Item(base=base):
                return self._caught_in(base, depth + 1)
            case Template(parts=parts):
                return self._first([part.term for part in parts if isinstance(part, Hole)], depth)
            case Computed(operator="+" | "%", operands=operands):
                return self._first(list(operands), depth)
            case Collection(elements=elements):
                return self._first(elements, depth)
            case Mapping(entries=entries):
                return self._first([value for _, value in entries], depth)
            case Choice(options=options):
                found = [self._caught_in(option, depth + 1) for option in options]
                return found[0] if None not in found else None
            case Result(call=call):
                return self._caught_by_call(call, depth)
            case _:
                return None

    def _first(self, terms: list[Term], depth: int) -> Caught | None:
        return next((found for term in terms if (found := self._caught_in(term, depth + 1)) is not None), None)

    def _caught_by_call(self, call: CallRecord, depth: int) -> Caught | None:
        """`str(error)`, `"...".format(error)`, `str(error).strip()`, `jsonable_encoder(...)`"""
        callee = call.callee
        if isinstance(callee, Attribute) and callee.name in _TEXT_METHODS:
            return self._first([callee.base, *(argument.term for argument in call.arguments)], depth)
        for value in self.resolver.resolve(callee):
            if isinstance(value, ExternalValue) and value.dotted in (
                "traceback.format_exc",
                "traceback.format_exception",
            ):
                return self._caught_around(call)
            cls = getattr(value, "cls", getattr(value, "function", None))
            if cls is not None and cls.module.is_stub and cls.name in _SHOWS:
                return self._first([argument.term for argument in call.arguments], depth)
        return None

    def _caught_around(self, call: CallRecord) -> Caught | None:
        """The exception that is being handled where a call stands."""
        for context in outwards(call.context):
            if context.clauses and identity(context) == identity(context.clauses[0]):
                return Caught(context.clauses[0])
        return None


_TEXT_METHODS = {"format", "strip", "join", "replace", "lower", "upper", "splitlines", "split", "capitalize"}
_SHOWS = {"str", "repr", "format", "jsonable_encoder", "list", "tuple", "dict"}


def _parameters_in(term: Term) -> Iterator[Parameter]:
    """The parameters whose text a term shows."""
    match term:
        case Parameter():
            yield term
        case Template(parts=parts):
            for part in parts:
                if isinstance(part, Hole):
                    yield from _parameters_in(part.term)
        case Mapping(entries=entries):
            for _, value in entries:
                yield from _parameters_in(value)
        case Result(call=call) if last_name(call.callee) == "str" and len(call.arguments) == 1:
            yield from _parameters_in(call.arguments[0].term)
        case _:
            return


def _is_no_text(term: Term) -> bool:
    """Whether a term is an exception itself, which no response can be made of: the client gets a 500 without a word."""
    match term:
        case Caught():
            return True
        case Choice(options=options):
            return all(_is_no_text(option) for option in options)
        case Mapping(entries=entries):
            return any(_is_no_text(value) for _, value in entries)
        case Collection(elements=elements):
            return any(_is_no_text(element) for element in elements)
        case _:
            return False
