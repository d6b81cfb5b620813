"""The queries that stand inside a `try`, or inside `contextlib.suppress`, so that their errors reach its clauses."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from .calling import class_roles, roles
from .driver_errors import Catches, DriverErrors
from .queries import Queries
from .records import CallRecord, Context, ContextKind, FunctionRecord, UseKind, outwards
from .values import InstanceValue

_DEEPEST = 6
_RUNS_HERE = {UseKind.AWAITED, UseKind.ASYNC_ITERATED, UseKind.ARGUMENT}


class Attempt(NamedTuple):
    """A `try` or a `with suppress(...)` around queries."""

    function: FunctionRecord
    context: Context
    calls: tuple[CallRecord, ...]
    """Every call in its body whose errors get out to the clauses."""
    queries: tuple[CallRecord, ...]
    """Those that run a query, or lead to one in another function."""


class Tries:
    """Answers for the functions of one project."""

    def __init__(self, queries: Queries, errors: DriverErrors, fail: AbstractSet[str] = frozenset({"query"})) -> None:
        self.resolver = queries.resolver
        self.queries = queries
        self.errors = errors
        self.fail = fail
        """The roles of methods whose errors count: `bare_query` stands for those of other drivers than `databases`."""
        self._leading: dict[FunctionRecord, bool] = {}

    def attempts(self, function: FunctionRecord) -> Iterator[Attempt]:
        """The attempts of a function that have a query in them."""
        for context in [*function.tries, *(context for context in function.withs if self.suppressed(context))]:
            calls = self.calls_in(function, context)
            queries = tuple(call for call in calls if self.leads_to_query(call))
            if queries:
                yield Attempt(function, context, calls, queries)

    def calls_in(self, function: FunctionRecord, context: Context) -> tuple[CallRecord, ...]:
        """The calls in the body of a `try` or `with` whose errors get out to its clauses."""
        return tuple(call for call in function.calls if self._reaches(call, context))

    def suppressed(self, context: Context) -> CallRecord | None:
        """The call of `suppress(...)` that a `with` enters."""
        term = context.items[0] if context.items else None
        for value in self.resolver.resolve(term) if term is not None else ():
            if isinstance(value, InstanceValue) and "suppresses" in class_roles(self.resolver, value):
                return getattr(term, "call", None)
        return None

    def is_query(self, call: CallRecord) -> bool:
        """Whether a call itself runs a query of a driver, and its errors are raised where it stands."""
        method = self.queries.driver_method(call)
        if method is None or not self.fail & roles(method):
            return False
        # A coroutine that is only handed on fails where somebody awaits it.
        return any(use.kind in _RUNS_HERE for use in call.uses)

    def leads_to_query(self, call: CallRecord) -> bool:
        """Whether a call runs a query, be it in a function of the project that lets its errors out."""
        return self.is_query(call) or any(self._leads(target, 0) for target in self.resolver.targets_of(call))

    def unanswered(self, function: FunctionRecord) -> CallRecord | None:
        """The first call of a function that runs a query whose errors the function lets out."""
        calls = (call for call in function.calls if not self._is_answered(call))
        return next((call for call in calls if self.leads_to_query(call)), None)

    def _leads(self, function: FunctionRecord, depth: int) -> bool:
        if function.module.is_stub or depth > _DEEPEST:
            return False
        known = self._leading.get(function)
        if known is None:
            self._leading[function] = False
            known = self._leading[function] = any(
                not self._is_answered(call)
                and (
                    self.is_query(call)
                    or any(self._leads(target, depth + 1) for target in self.resolver.targets_of(call))
                )
                for call in function.calls
            )
        return known

    def _is_answered(self, call: CallRecord) -> bool:
        return any(self._keeps_errors(context) for context in outwards(call.context))

    def _reaches(self, call: CallRecord, outer: Context) -> bool:
        """Whether a call stands in the body of a `try` or `with`, and nothing between them keeps its errors."""
        for context in outwards(call.context):
            if context.is_same(outer):
                return True
            if self._keeps_errors(context):
                return False
        return False

    def _keeps_errors(self, context: Context) -> bool:
        if context.kind is ContextKind.TRY:
            catching = (clause for clause in context.clauses if self.errors.caught_by(clause) is Catches.ALL)
            return any(not clause.raises_again for clause in catching)
        return context.kind is ContextKind.WITH and self.suppressed(context) is not None
