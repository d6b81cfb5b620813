"""Whether a call runs while its task holds a connection, so that every query of the task uses that one."""

from __future__ import annotations

from .calling import class_roles
from .records import CallRecord, Context, ContextKind, FunctionRecord
from .resolve import Resolver
from .terms import Term
from .values import InstanceValue

_HOLDING = {"connection", "transaction"}
_DEEPEST = 4


def holds_connection(resolver: Resolver, call: CallRecord) -> bool:
    """Whether a connection or transaction is entered around a call, there or in a caller."""
    return _inside(resolver, call.context) or _function_holds(resolver, call.function, 0)


def _inside(resolver: Resolver, context: Context | None) -> bool:
    while context is not None:
        if context.kind is ContextKind.ASYNC_WITH and any(_is_held(resolver, item) for item in context.items):
            return True
        context = context.parent
    return False


def _function_holds(resolver: Resolver, function: FunctionRecord, depth: int) -> bool:
    if any(_is_held(resolver, decorator) for decorator in function.decorators):
        return True
    return depth < _DEEPEST and any(
        _inside(resolver, call.context) or _function_holds(resolver, call.function, depth + 1)
        for call in resolver.callers(function)
    )


def _is_held(resolver: Resolver, term: Term) -> bool:
    return any(
        isinstance(value, InstanceValue) and bool(class_roles(resolver, value) & _HOLDING)
        for value in resolver.resolve(term)
    )
