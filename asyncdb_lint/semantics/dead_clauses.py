"""Clauses for errors that nothing in their `try` can raise: SQLAlchemy's, around a driver's own calls."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from .backend import Backend, Backends
from .calling import class_roles
from .consumers import VALUE_LIBRARIES
from .driver_errors import Catches
from .queries import shown
from .records import CallRecord, ExceptClause, FunctionRecord, ModuleRecord
from .terms import Attribute
from .tries import Attempt, Tries
from .values import (
    ClassValue,
    ConstantValue,
    CoroutineValue,
    ExternalInstance,
    ExternalValue,
    FunctionValue,
    GeneratorValue,
    InstanceValue,
    UnknownValue,
    Value,
)

_DEEPEST = 6
_NEVER_RUN_SQL = sys.stdlib_module_names | VALUE_LIBRARIES | {"fastapi", "starlette", "httpx", "asyncpg", "aiosqlite"}
# The parts of SQLAlchemy that run statements; all else only puts them together.
_RUNS_STATEMENTS = {"orm", "ext", "engine", "create_engine", "create_async_engine", "Session", "future", "testing"}


class DeadClause(NamedTuple):
    """A type in an `except` clause that no error of the `try` is ever an instance of."""

    node: cst.BaseExpression
    error: str
    """The error's own name: `IntegrityError`."""
    clause: ExceptClause
    function: FunctionRecord
    query: CallRecord
    backend: Backend | None

    @property
    def source(self) -> str:
        """The query as messages show it."""
        return shown(self.query)


class DeadClauses:
    """Finds the dead clauses of one project."""

    def __init__(self, tries: Tries, backends: Backends) -> None:
        self.tries = tries
        self.resolver = tries.resolver
        self.errors = tries.errors
        self.backends = backends

    def of(self, module: ModuleRecord) -> Iterator[DeadClause]:
        """The dead clauses of a module."""
        for function in module.functions:
            if not function.tries:
                continue
            for attempt in self.tries.attempts(function):
                yield from self._of_attempt(attempt)

    def _of_attempt(self, attempt: Attempt) -> Iterator[DeadClause]:
        named = [
            (clause, index, error)
            for clause in attempt.context.clauses
            # A clause that names the driver's error as well is not dead; what else it names does no harm.
            if self.errors.caught_by(clause) is Catches.NONE
            for index, term in enumerate(clause.types)
            if (error := self.errors.sqlalchemy_error(term)) is not None
        ]
        if not named or any(self._may_run_sqlalchemy(call, set(), 0) for call in attempt.calls):
            return
        backends = {self.backends.of(query) for query in attempt.queries}
        backend = backends.pop() if len(backends) == 1 else None
        for clause, index, error in named:
            for node in _nodes(clause)[index : index + 1]:
                yield DeadClause(node, error, clause, attempt.function, attempt.queries[0], backend)

    # -- what may raise an error of SQLAlchemy ------------------------------------------------------------------------

    def _may_run_sqlalchemy(self, call: CallRecord, seen: set[FunctionRecord], depth: int) -> bool:
        """Whether a call may have SQLAlchemy run a statement; anything that is not known may."""
        values = self.resolver.resolve(call.callee)
        return depth > _DEEPEST or not values or any(self._may(value, call, seen, depth) for value in values)

    def _may(self, value: Value, call: CallRecord, seen: set[FunctionRecord], depth: int) -> bool:
        match value:
            case FunctionValue(function=function, receiver=receiver, form=form):
                if function.module.is_stub:
                    return self._is_query_of_sqlalchemy(call, receiver)
                return form == "opaque" or self._function_may(function, seen, depth)
            case ClassValue(cls=cls):
                constructor = self.resolver.method(cls, "__init__")
                return (
                    constructor is not None and not cls.module.is_stub and self._function_may(constructor, seen, depth)
                )
            case ExternalValue(dotted=dotted) | ExternalInstance(dotted=dotted):
                return _may_run_statements(dotted)
            case UnknownValue():
                return self._unknown_may(call)
            case _:
                return False

    def _function_may(self, function: FunctionRecord, seen: set[FunctionRecord], depth: int) -> bool:
        if function in seen:
            return False
        seen.add(function)
        return any(self._may_run_sqlalchemy(call, seen, depth + 1) for call in function.calls)

    def _is_query_of_sqlalchemy(self, call: CallRecord, receiver: Value | None) -> bool:
        """A driver whose stub does not say that it raises its own errors may raise SQLAlchemy's."""
        if self.tries.queries.driver_method(call) is None:
            return False
        return not (
            isinstance(receiver, InstanceValue) and "raises_driver_errors" in class_roles(self.resolver, receiver)
        )

    def _unknown_may(self, call: CallRecord) -> bool:
        """A method out of sight: harmless on a value, a row or an object that SQLAlchemy has no part in."""
        if not isinstance(call.callee, Attribute):
            return True
        for value in self.resolver.resolve(call.callee.base):
            match value:
                case UnknownValue() | FunctionValue() | CoroutineValue() | GeneratorValue():
                    return True
                case InstanceValue(cls=cls) | ClassValue(cls=cls) if not cls.module.is_stub:
                    names = [name for base in cls.bases for name in self.errors.names(base)]
                    if any(_may_run_statements(name) for name in names if not name.startswith("pydantic")):
                        return True
                case ExternalValue(dotted=dotted) | ExternalInstance(dotted=dotted):
                    if _may_run_statements(dotted):
                        return True
                case ConstantValue():
                    continue
                case _:
                    continue
        return False


def _may_run_statements(dotted: str) -> bool:
    parts = dotted.replace("()", "").split(".")
    if parts[0] == "builtins":
        return False
    if parts[0] == "sqlalchemy":
        return not _RUNS_STATEMENTS.isdisjoint(parts)
    return parts[0] not in _NEVER_RUN_SQL


def _nodes(clause: ExceptClause) -> list[cst.BaseExpression]:
    """The types of a clause as written."""
    node = clause.node.type if isinstance(clause.node, cst.ExceptHandler | cst.ExceptStarHandler) else None
    if isinstance(node, cst.Tuple):
        return [element.value for element in node.elements]
    return [node] if node is not None and len(clause.types) == 1 else []
