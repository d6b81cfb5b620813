"""Exception handlers of an application that answer with the text of whatever error gets to them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from ..lazy import cst
from .answers import contents
from .calling import class_roles, roles
from .driver_errors import Catches, DriverErrors
from .queries import shown
from .reach import Origin, Reach
from .records import Argument, CallRecord, FunctionRecord, ModuleRecord, UseKind
from .terms import Collection, Computed, Hole, Mapping, Parameter, Result, Template, Term, last_name
from .tries import Tries
from .values import ClassValue, ConstantValue, FunctionValue

_TEXT_OF = {"str", "repr", "format"}
_FAILED = ConstantValue(500)


class AppWideLeak(NamedTuple):
    """A part of an answer that shows the text of an error, in a function that answers errors of the database."""

    node: cst.BaseExpression
    function: FunctionRecord
    query: CallRecord
    """One of those whose errors get there."""

    @property
    def error(self) -> str:
        """What the function calls the error."""
        return self.function.parameters[1].name

    @property
    def source(self) -> str:
        """The query as messages show it."""
        return shown(self.query)


class AppWideLeaks:
    """Finds them in one project."""

    def __init__(self, tries: tuple[Tries, ...], reach: Reach) -> None:
        self.tries = tries
        self.resolver = reach.resolver
        self.reach = reach

    def of(self, module: ModuleRecord) -> Iterator[AppWideLeak]:
        """One fact for each answer of a module's exception handlers."""
        if self.reach.module_kind(module) is not None:
            return
        for function in module.functions:
            # Asked first: few functions show a parameter, and to know who registers one takes a look at the project.
            shown = _shown(function)
            if not shown or not self._answered(function):
                continue
            for call, argument in shown:
                query = self._query_behind(function) if self._makes_response(call) else None
                if query is not None:
                    yield AppWideLeak(argument.node, function, query)

    def _answered(self, function: FunctionRecord) -> tuple[Term, ...]:
        """The classes that a function is registered for: by a decorator, or by a call that is given it."""
        registering = [decorator.call for decorator in function.decorators if isinstance(decorator, Result)]
        registering += [
            use.call
            for use in self.resolver.references(function)
            if use.kind is UseKind.ARGUMENT and use.call is not None
        ]
        return tuple(call.arguments[0].term for call in registering if call.arguments and self._registers(call))

    def _registers(self, call: CallRecord) -> bool:
        return any(
            isinstance(value, FunctionValue) and "exception_handler" in roles(value.function)
            for value in self.resolver.resolve(call.callee)
        )

    def _makes_response(self, call: CallRecord) -> bool:
        return any(
            isinstance(value, ClassValue) and "response" in class_roles(self.resolver, value)
            for value in self.resolver.resolve(call.callee)
        )

    @cached_property
    def _registered(self) -> dict[FunctionRecord, tuple[Term, ...]]:
        """Every function of the project that answers exceptions of the whole application, and which."""
        modules = [module for module in self.resolver.modules if not module.is_stub]
        answered = {function: self._answered(function) for module in modules for function in module.functions}
        return {function: types for function, types in answered.items() if types}

    def _is_left_to(self, function: FunctionRecord, errors: DriverErrors) -> bool:
        """Whether the errors of a driver get to a handler: the one for the nearest class is asked, and no other."""
        own = self._registered[function]
        if not self._takes_all(own, errors) and errors.caught_as(own) not in (Catches.ALL, Catches.SOME):
            return False
        nearer = [types for other, types in self._registered.items() if other is not function]
        return not any(
            errors.caught_as(types) in (Catches.ALL, Catches.UNKNOWN) and not self._is_of_status(types)
            for types in nearer
            if not self._takes_all(types, errors)
        )

    def _takes_all(self, types: tuple[Term, ...], errors: DriverErrors) -> bool:
        """`Exception`, or the status that it becomes."""
        return any(errors.is_any_exception(term) or self.resolver.resolve(term) == (_FAILED,) for term in types)

    def _is_of_status(self, types: tuple[Term, ...]) -> bool:
        return all(isinstance(value, ConstantValue) for term in types for value in self.resolver.resolve(term))

    def _query_behind(self, function: FunctionRecord) -> CallRecord | None:
        """A query of a handler whose errors nothing answers on the way."""
        for tries in self.tries:
            if not self._is_left_to(function, tries.errors):
                continue
            for module in self.resolver.modules:
                for handler in module.functions if not module.is_stub else ():
                    query = tries.unanswered(handler) if Origin.HANDLER in self.reach.own(handler) else None
                    if query is not None:
                        return query
        return None


def _shown(function: FunctionRecord) -> list[tuple[CallRecord, Argument]]:
    """The calls that are given the text of a function's second parameter as content, and the argument that holds it."""
    if len(function.parameters) < 2:
        return []
    error = function.parameters[1].name
    found: list[tuple[CallRecord, Argument]] = []
    for call in function.calls:
        held = next((argument for argument in contents(call) if _shows(argument.term, function, error)), None)
        if held is not None:
            found.append((call, held))
    return found


def _shows(term: Term, function: FunctionRecord, name: str) -> bool:
    """Whether a term shows the text of what a parameter is given."""
    match term:
        case Mapping(entries=entries):
            return any(_shows(value, function, name) for _, value in entries)
        case Collection(elements=parts) | Computed(operator="+" | "%", operands=parts):
            return any(_shows(part, function, name) for part in parts)
        case Template(parts=pieces):
            held = [piece.term for piece in pieces if isinstance(piece, Hole)]
            return any(_is(inner, function, name) or _shows(inner, function, name) for inner in held)
        case Result(call=call) if last_name(call.callee) in _TEXT_OF:
            return any(_is(argument.term, function, name) for argument in call.arguments)
        case _:
            return False


def _is(term: Term, function: FunctionRecord, name: str) -> bool:
    return isinstance(term, Parameter) and term.function is function and term.name == name
