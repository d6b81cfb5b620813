"""What a decorator's own parameter stands for: the functions that it decorates."""

from __future__ import annotations

from .resolve import Resolver
from .terms import Parameter, Term
from .values import FunctionValue, Values


def decorated_functions(resolver: Resolver, callee: Term) -> Values:
    """What `func(...)` inside of a decorator runs: every function of the project that is decorated with it."""
    if not isinstance(callee, Parameter) or callee.function.is_async or not callee.function.nested:
        return ()
    decorator = callee.function
    if not decorator.parameters or decorator.parameters[0].name != callee.name:
        return ()
    return tuple(
        FunctionValue(function)
        for module in resolver.modules
        if not module.is_stub
        for function in module.functions
        for applied in function.decorators
        if any(isinstance(value, FunctionValue) and value.function is decorator for value in resolver.resolve(applied))
    )
