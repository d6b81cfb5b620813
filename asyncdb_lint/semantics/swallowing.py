"""Errors of the database that nobody gets to know of: caught, and then all goes on as if nothing had happened."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from .after_failure import binds_for_later, has_code_behind, is_retried, leaves, stands_in_clause, success_path
from .calling import roles
from .driver_errors import Catches
from .queries import numbered, shown
from .reach import Origin, Reach
from .records import (
    CallRecord,
    ContextKind,
    ExceptClause,
    FunctionRecord,
    ModuleRecord,
    Returned,
    UseKind,
    outwards,
)
from .sql import read
from .terms import Collection, Constant, Mapping, Result
from .texts import Texts
from .tries import Attempt, Tries
from .values import ExternalInstance, ExternalValue, FunctionValue, Value

_LOGGING = {"logging", "loguru", "structlog"}
_WITH_TRACEBACK = {"exc_info", "stack_info"}
_WATCHED_BY_PEOPLE = {Origin.SCRIPT, Origin.TEST}


class Goes(enum.Enum):
    """What a piece of code does once an error was caught."""

    ON = "goes on behind"
    BACK = "returns what a success may return as well"
    AGAIN = "goes to the next round of a loop"
    ANSWERS = "deals with the error"


class SwallowedError(NamedTuple):
    """A clause, or a `suppress(...)`, that keeps an error of a query from everybody."""

    node: cst.CSTNode
    function: FunctionRecord
    query: CallRecord
    is_told: bool
    """Something is printed or logged, without a traceback."""
    hides_as: str
    """What a failure looks like to the caller: "no row", "no rows", "success"."""

    @property
    def source(self) -> str:
        """The query as messages show it."""
        return shown(self.query)

    @property
    def suppressed(self) -> str:
        """What a `suppress(...)` is given, as written; empty for a clause."""
        if not isinstance(self.node, cst.Call):
            return ""
        return ", ".join(self.function.module.parsed.code_of(argument.value) for argument in self.node.args)


class Swallowing:
    """Finds the swallowed errors of one project."""

    def __init__(self, tries: Tries, texts: Texts, reach: Reach) -> None:
        self.tries = tries
        self.resolver = tries.resolver
        self.texts = texts
        self.reach = reach

    def of(self, module: ModuleRecord) -> Iterator[SwallowedError]:
        """The swallowed errors of a module; who runs a script or a test sees what it prints."""
        if self.reach.module_kind(module) is not None:
            return
        for function in module.functions:
            if not function.tries and not function.withs:
                continue
            for attempt in self.tries.attempts(function):
                yield from self._of_attempt(attempt)

    def _of_attempt(self, attempt: Attempt) -> Iterator[SwallowedError]:
        queries = [query for query in attempt.queries if not self._is_expected_to_fail(query)]
        if not queries or self.reach.origins(attempt.function) <= _WATCHED_BY_PEOPLE:
            return
        suppress = self.tries.suppressed(attempt.context)
        if suppress is not None:
            types = tuple(argument.term for argument in suppress.arguments)
            if self.tries.errors.caught_as(types) is Catches.ALL and self._is_hidden(attempt, None, Goes.ON):
                yield SwallowedError(
                    suppress.node, attempt.function, queries[0], False, self._looks_like(attempt, None)
                )
            return
        for clause in attempt.context.clauses:
            if self.tries.errors.caught_by(clause) is not Catches.ALL:
                continue
            body = _Handler(self, attempt, clause)
            goes = body.goes()
            if self._is_hidden(attempt, clause, goes):
                yield SwallowedError(
                    clause.node, attempt.function, queries[0], body.is_told, self._looks_like(attempt, clause)
                )
            return

    def _is_expected_to_fail(self, query: CallRecord) -> bool:
        """`ALTER TABLE`, `PRAGMA`: statements that people try because the change may have been made before."""
        sql = self.tries.queries.sql_argument(query)
        verbs = {read(numbered(flat.parts)).verb for flat in self.texts.flatten(sql)} if sql is not None else set()
        return bool(verbs) and verbs.isdisjoint({"select", "insert", "update", "delete", "replace", "merge", None})

    # -- what the caller sees -----------------------------------------------------------------------------------------

    def _is_hidden(self, attempt: Attempt, clause: ExceptClause | None, goes: Goes) -> bool:
        """Whether a failure looks like a success from where the clause leads to."""
        if goes is Goes.ANSWERS or is_retried(attempt.context):
            return False
        if goes is not Goes.ON:
            return True
        node = attempt.context.node
        if not leaves(success_path(node)):
            # What the body binds may tell the code behind it how far it got.
            return not binds_for_later(node, attempt.function.node)
        return not has_code_behind(node, attempt.function.node) and self._may_succeed_with_none(attempt, clause)

    def _looks_like(self, attempt: Attempt, clause: ExceptClause | None) -> str:
        for query in attempt.queries:
            method = self.tries.queries.driver_method(query)
            names = roles(method) if method is not None else frozenset()
            if any(use.kind is UseKind.RETURNED and not use.taken for use in query.awaited_uses):
                if "gives_rows" in names:
                    return "no rows"
                if names & {"gives_row", "gives_value"}:
                    return "no row"
        return "success"

    def _may_succeed_with_none(self, attempt: Attempt, clause: ExceptClause | None) -> bool:
        """Whether a function gives None when all goes well, too."""
        returns = self._successful_returns(attempt, clause)
        plain = [found for found in returns if found.node.value is not None]
        if not plain or len(plain) < len(returns):
            return True
        return self._looks_like(attempt, clause) == "no row" or any(
            isinstance(found.term, Constant) and found.term.value is None for found in plain
        )

    def _successful_returns(self, attempt: Attempt, clause: ExceptClause | None) -> list[Returned]:
        return [
            found
            for found in attempt.function.returns_at.values()
            if clause is None or not stands_in_clause(found.context, clause)
        ]

    def looks_like_success(self, attempt: Attempt, clause: ExceptClause, returned: cst.Return) -> bool:
        """Whether what a handler returns may be returned without an error as well."""
        found = attempt.function.returns_at.get(id(returned))
        if returned.value is None or found is None:
            return self._may_succeed_with_none(attempt, clause)
        match found.term:
            case Constant(value=None):
                return self._may_succeed_with_none(attempt, clause)
            case Result(call=call) if self.is_notice(call):
                # `return print(error)`
                return self._may_succeed_with_none(attempt, clause)
            case Collection(elements=[]) | Mapping(entries=[]):
                return self._looks_like(attempt, clause) == "no rows"
            case _:
                module = attempt.function.module.parsed
                text = module.code_of(returned).strip()
                others = (other for other in self._successful_returns(attempt, clause) if not _is_handling(other))
                return any(module.code_of(other.node).strip() == text for other in others)

    # -- telling somebody ---------------------------------------------------------------------------------------------

    def is_notice(self, call: CallRecord) -> bool:
        """Whether a call prints or logs something, and no traceback."""
        if any(argument.keyword in _WITH_TRACEBACK or argument.star for argument in call.arguments):
            return False
        values = self.resolver.resolve(call.callee)
        return bool(values) and all(self._only_tells(value) for value in values) and not self._tells_trace(call)

    def _only_tells(self, value: Value) -> bool:
        match value:
            case FunctionValue(function=function) if function.module.is_stub:
                return function.name == "print" and function.module.path.stem == "builtins"
            case ExternalValue(dotted=dotted) | ExternalInstance(dotted=dotted):
                parts = dotted.replace("()", "").split(".")
                return parts[0] in _LOGGING and parts[-1] not in ("exception", "catch") and "opt" not in parts
            case _:
                return False

    def _tells_trace(self, call: CallRecord) -> bool:
        """`logger.error(traceback.format_exc())`"""
        inside = [other for other in call.function.calls if other.statement is call.statement]
        return any(
            isinstance(value, ExternalValue) and value.dotted.startswith(("traceback.", "sys.exc_info"))
            for other in inside
            for value in self.resolver.resolve(other.callee)
        )


def _is_handling(returned: Returned) -> bool:
    """Whether a `return` stands in an `except`: what it gives is no success."""
    return any(context.kind is ContextKind.EXCEPT for context in outwards(returned.context))


class _Handler:
    """The body of one clause."""

    def __init__(self, swallowing: Swallowing, attempt: Attempt, clause: ExceptClause) -> None:
        self.swallowing = swallowing
        self.attempt = attempt
        self.clause = clause
        self.calls = {id(call.node): call for call in attempt.function.calls}
        self.is_told = False

    def goes(self) -> Goes:
        """Where the body leads, if it only prints or logs on the way."""
        node = self.clause.node
        if not isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler):
            return Goes.ANSWERS
        for statement in node.body.body:
            if not isinstance(statement, cst.SimpleStatementLine | cst.BaseSmallStatement):
                return Goes.ANSWERS
            for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else [statement]:
                goes = self._statement(small)
                if goes is not Goes.ON:
                    return goes
        return Goes.ON

    def _statement(self, small: cst.BaseSmallStatement) -> Goes:
        match small:
            case cst.Pass() | cst.Import() | cst.ImportFrom():
                return Goes.ON
            case cst.Continue():
                return Goes.AGAIN
            case cst.Expr(value=cst.Ellipsis() | cst.BaseString()):
                return Goes.ON
            case cst.Expr(value=cst.Call() as call) if self._is_notice(call):
                self.is_told = True
                return Goes.ON
            case cst.Return():
                hidden = self.swallowing.looks_like_success(self.attempt, self.clause, small)
                return Goes.BACK if hidden else Goes.ANSWERS
            case _:
                return Goes.ANSWERS

    def _is_notice(self, node: cst.Call) -> bool:
        call = self.calls.get(id(node))
        return call is not None and self.swallowing.is_notice(call)
