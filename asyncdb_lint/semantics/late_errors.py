"""Clauses around queries that are handed on unstarted: the errors come where somebody awaits them, past the clause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from ..nodes import descendants
from .calling import roles
from .driver_errors import Catches
from .queries import shown
from .records import CallRecord, Context, ExceptClause, FunctionRecord, ModuleRecord, UseKind
from .tries import Tries


class LateError(NamedTuple):
    """A query that a plain `def` returns from inside a `try`, as a coroutine that has not begun."""

    query: CallRecord
    clause: ExceptClause
    function: FunctionRecord

    @property
    def source(self) -> str:
        """The query as messages show it."""
        return shown(self.query)

    @property
    def caught(self) -> str:
        """The head of the clause as written."""
        node = self.clause.node
        kind = node.type if isinstance(node, cst.ExceptHandler | cst.ExceptStarHandler) else None
        return f"except {self.function.module.parsed.code_of(kind)}" if kind is not None else "except"


class LateErrors:
    """Finds the late errors of one project."""

    def __init__(self, tries: Tries) -> None:
        self.tries = tries

    def of(self, module: ModuleRecord) -> Iterator[LateError]:
        """The late errors of a module."""
        for function in module.functions:
            # What an `async def` returns so is a coroutine in a coroutine, and told as one that nobody awaits.
            if function.is_async or function.is_generator or function.is_module:
                continue
            for context in function.tries:
                yield from self._of_try(function, context)

    def _of_try(self, function: FunctionRecord, context: Context) -> Iterator[LateError]:
        clause = next(
            (c for c in context.clauses if self.tries.errors.caught_by(c) in (Catches.ALL, Catches.SOME)), None
        )
        if clause is None:
            return
        calls = self.tries.calls_in(function, context)
        returned = [call for call in calls if self._is_returned(call)]
        # Where something else is run that may fail, the clause has something to see.
        if not returned or len(returned) != sum(self.tries.queries.driver_method(call) is not None for call in calls):
            return
        if any(self.tries.leads_to_query(call) for call in calls) or _has_own_function(context.node):
            return
        for call in returned:
            yield LateError(call, clause, function)

    def _is_returned(self, call: CallRecord) -> bool:
        method = self.tries.queries.driver_method(call)
        return (
            method is not None
            and method.is_async
            and "query" in roles(method)
            and bool(call.uses)
            and all(use.kind is UseKind.RETURNED and not use.taken and not use.contained for use in call.uses)
        )


def _has_own_function(node: cst.CSTNode) -> bool:
    """Whether a function is defined inside: what it does, it does later as well."""
    return any(isinstance(inner, cst.FunctionDef | cst.Lambda) for inner in descendants(node))
