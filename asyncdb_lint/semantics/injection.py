"""Containers of dependencies: what their providers build, and what they pass to what they call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .calling import class_roles
from .records import CallRecord, FunctionRecord, ParameterKind, Use, UseKind
from .terms import Attribute, GlobalName, Import, Injected, Term, last_name
from .values import (
    NOTHING_KNOWN,
    ClassValue,
    ConstantValue,
    ContextValue,
    CoroutineValue,
    FunctionValue,
    GeneratorValue,
    InstanceValue,
    ProviderValue,
    Value,
    Values,
    united,
)

if TYPE_CHECKING:
    from .resolve import Resolver


def built(resolver: Resolver, provider: ProviderValue) -> Values:
    """What calling a provider gives."""
    match provider.provided:
        case _ if not provider.is_called:
            return (provider.provided,)
        case ClassValue(cls=cls):
            return (InstanceValue(cls),)
        case FunctionValue() as function:
            made = resolver.called(function, provider.call)
            # A provider runs a generator up to its `yield` and gives what that yields.
            return united(
                [_settled(resolver, value) if isinstance(value, GeneratorValue) else (value,) for value in made]
            )
        case _:
            return NOTHING_KNOWN


def given(resolver: Resolver, values: Values) -> Values:
    """What a container passes on where it is asked for these: what a provider gives, awaited; anything else itself."""
    groups = [
        united([_settled(resolver, made) for made in built(resolver, value)])
        if isinstance(value, ProviderValue)
        else (value,)
        for value in values
    ]
    return united(groups)


def marked(resolver: Resolver, base: Term, key: Term) -> Values | None:
    """What `Provide[key]` stands for; None if it is no such marker."""
    for value in resolver.resolve(base):
        if isinstance(value, ClassValue) and "injects" in class_roles(resolver, value):
            found = given(resolver, resolver.resolve(key))
            # `Provide["users"]` names a provider of a container that is wired elsewhere.
            return NOTHING_KNOWN if any(isinstance(value, ConstantValue) for value in found) else found
    return None


def supplied(resolver: Resolver, function: FunctionRecord, name: str) -> list[Term]:
    """What providers pass for a parameter of what they call."""
    found: list[Term] = []
    for use in resolver.references(function):
        if use.call is not None and _is_provided(resolver, use, use.call):
            passed = _argument(use.call, function, name)
            if passed is not None:
                found.append(Injected(passed))
    return found


def _settled(resolver: Resolver, value: Value) -> Values:
    match value:
        case CoroutineValue():
            return resolver.awaited(value)
        case GeneratorValue(function=function) | ContextValue(function=function):
            return resolver.yielded(function)
        case _:
            return (value,)


def _is_provided(resolver: Resolver, use: Use, call: CallRecord) -> bool:
    """Whether a function or class is what a provider is to call."""
    return (
        use.kind is UseKind.ARGUMENT
        and use.argument == 0
        and isinstance(call.callee, Attribute | Import | GlobalName)
        and any(
            isinstance(value, ClassValue) and "provider" in class_roles(resolver, value)
            for value in resolver.resolve(call.callee)
        )
    )


def _argument(call: CallRecord, function: FunctionRecord, name: str) -> Term | None:
    for argument in call.arguments:
        if argument.keyword == name:
            return argument.term
    positional = [parameter.name for parameter in function.parameters if parameter.kind is ParameterKind.POSITIONAL]
    if function.is_method and "staticmethod" not in {last_name(decorator) for decorator in function.decorators}:
        positional = positional[1:]
    if name not in positional:
        return None
    # The first argument is what is called.
    placed = call.argument(positional.index(name) + 1, name)
    return placed.term if placed is not None else None
