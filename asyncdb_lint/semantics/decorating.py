"""What decorators make of functions: routes, context managers, caches, and those that are not understood."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .calling import roles
from .records import FunctionRecord
from .terms import Attribute, Constant, FunctionTerm, Parameter, Result, Term, decorating, last_name
from .values import ClassValue, FunctionValue, Value

if TYPE_CHECKING:
    from .resolve import Resolver

_TRANSPARENT_DECORATORS = {
    "staticmethod",
    "classmethod",
    "property",
    "cached_property",
    "abstractmethod",
    "override",
    "final",
    "overload",
    "wraps",
    "cache",
    "lru_cache",
    "cached",
    "alru_cache",
    "inject",
    "fixture",
    "asyncio",
    "deprecated",
}
_ROUTE_METHODS = {
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "head",
    "options",
    "trace",
    "api_route",
    "route",
    "websocket",
}


def decorated(resolver: Resolver, function: FunctionRecord) -> Value:
    """A function as its decorators leave it."""
    form = ""
    for decorator in reversed(function.decorators):
        if function.module.is_stub:
            break
        made = _decoration(resolver, decorator, function)
        form = made or form
    return FunctionValue(function, None, form)


def _decoration(resolver: Resolver, decorator: Term, function: FunctionRecord) -> str:
    """What one decorator makes of calls: "" nothing, a context form, or "opaque"."""
    called_decorator = isinstance(decorator, Result)
    term = decorating(decorator)
    name = last_name(term)
    for value in resolver.resolve(term):
        match value:
            case FunctionValue(function=known) if known.module.is_stub:
                names = roles(known)
                if "context_manager" in names:
                    return "context"
                if "async_context_manager" in names:
                    return "async_context"
                return ""
            case FunctionValue(function=known):
                return _project_decoration(resolver, known, function, called_decorator)
            case ClassValue(cls=cls) if cls.module.is_stub:
                return ""
            case _:
                continue
    if name in _TRANSPARENT_DECORATORS or is_route_decorator(decorator):
        return ""
    if name in ("asynccontextmanager", "contextmanager"):
        return "async_context" if name.startswith("async") else "context"
    return "opaque"


def is_route_decorator(decorator: Term) -> bool:
    """Whether a decorator has the shape of a route's: `@router.get("/path")`, whatever `router` is."""
    return (
        isinstance(decorator, Result)
        and isinstance(decorator.call.callee, Attribute)
        and decorator.call.callee.name in _ROUTE_METHODS
        and any(
            isinstance(argument.term, Constant)
            and isinstance(argument.term.value, str)
            and (argument.term.value.startswith("/") or not argument.term.value)
            for argument in decorator.call.arguments[:1]
        )
    )


def _project_decoration(
    resolver: Resolver, decorator: FunctionRecord, function: FunctionRecord, is_factory: bool
) -> str:
    """A decorator of the project keeps a coroutine function one when what it returns is async, or hands its call on."""
    decorators = _returned_functions(resolver, decorator) if is_factory else [decorator]
    wrappers = [wrapper for inner in decorators for wrapper in _returned_functions(resolver, inner)]
    if not wrappers:
        # `return func` itself.
        returned = [term for inner in decorators for term in inner.returned]
        return "" if any(isinstance(term, Parameter) for term in returned) else "opaque"
    if not function.is_async or all(wrapper.is_async for wrapper in wrappers):
        return ""
    return "" if all(_hands_on(wrapper, decorators) for wrapper in wrappers) else "opaque"


def _hands_on(wrapper: FunctionRecord, decorators: Sequence[FunctionRecord]) -> bool:
    """Whether a wrapper returns what the decorated function gives; what others make of it nobody knows."""
    return any(
        isinstance(term, Result) and isinstance(term.call.callee, Parameter) and term.call.callee.function in decorators
        for term in wrapper.returned
    )


def _returned_functions(resolver: Resolver, function: FunctionRecord) -> list[FunctionRecord]:
    return [
        term.function if isinstance(term, FunctionTerm) else value.function
        for term in function.returned
        for value in resolver.resolve(term)
        if isinstance(value, FunctionValue)
    ]
