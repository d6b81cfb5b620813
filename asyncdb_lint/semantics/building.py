"""Queries that are put together by calls: `table.insert().values(...)`, `select(...).where(...)`."""

from __future__ import annotations

from .landing import names_in, parameter_at
from .records import CallRecord, Use, UseKind
from .resolve import Resolver
from .values import FunctionValue, Value

_LONGEST_CHAIN = 12


def builds_query(resolver: Resolver, call: CallRecord, depth: int = 0) -> bool:
    """Whether what a call gives becomes the query that a driver runs, itself or through further calls on it."""
    for use in call.uses:
        if use.kind is UseKind.ARGUMENT and use.call is not None and not use.contained:
            if any(_takes_query(value, use.call, use) for value in resolver.resolve(use.call.callee)):
                return True
        elif use.kind is UseKind.ATTRIBUTE and depth < _LONGEST_CHAIN:
            following = next((other for other in use.function.calls if other.node.func is use.node), None)
            if following is not None and builds_query(resolver, following, depth + 1):
                return True
    return False


def _takes_query(value: Value, call: CallRecord, use: Use) -> bool:
    if not isinstance(value, FunctionValue) or not value.function.module.is_stub:
        return False
    parameter = parameter_at(value.function, call, use)
    return parameter is not None and parameter.annotation is not None and "SQL" in names_in(parameter.annotation)
