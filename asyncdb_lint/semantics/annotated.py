"""What an object of an annotated type is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .terms import Choice, Computed, Constant, GlobalName, Import, Item, Result, Term, arguments_of
from .values import (
    NONE,
    NOTHING_KNOWN,
    UNKNOWN_VALUE,
    ClassValue,
    ConstantValue,
    ExternalInstance,
    ExternalValue,
    FunctionValue,
    GenericValue,
    InstanceValue,
    Value,
    Values,
    is_known,
    united,
)

if TYPE_CHECKING:
    from .resolve import Resolver

_TRANSPARENT = {"Optional", "ClassVar", "Final", "InitVar", "Mapped", "Required", "NotRequired", "ReadOnly"} | {
    "Startable"
}
_GENERICS = {
    **dict.fromkeys(("AsyncIterator", "AsyncIterable", "AsyncGenerator"), "async_iterable"),
    **dict.fromkeys(
        (
            "Iterator",
            "Iterable",
            "Generator",
            "list",
            "List",
            "Sequence",
            "Collection",
            "set",
            "Set",
            "tuple",
            "Tuple",
            "frozenset",
        ),
        "iterable",
    ),
    **dict.fromkeys(("Awaitable", "Coroutine"), "awaitable"),
    **dict.fromkeys(("dict", "Dict", "Mapping", "MutableMapping", "defaultdict"), "mapping"),
    **dict.fromkeys(("AbstractContextManager", "ContextManager"), "context"),
    **dict.fromkeys(("AbstractAsyncContextManager", "AsyncContextManager"), "async_context"),
    **dict.fromkeys(("type", "Type"), "type"),
    "ContextVar": "context_var",
    "Callable": "callable",
}
# Coroutine[yield, send, return] and Callable[[taken], given] give their last argument; mappings hold their second.
_ARGUMENT = {"Coroutine": -1, "mapping": -1, "callable": -1}
_ANYTHING = {"Any", "TypeVar", "object", "T", "ParamSpec"}


def instances(resolver: Resolver, term: Term) -> Values:
    """What an object is whose annotation is `term`."""
    match term:
        case Constant(value=None):
            return (NONE,)
        case Choice(options=options):
            return united([instances(resolver, option) for option in options])
        case Computed(operator="|", operands=operands):
            return united([instances(resolver, operand) for operand in operands])
        case Item(base=base, key=key):
            return _subscripted(resolver, base, key)
        case GlobalName() | Import():
            aliased = [bound for bound in resolver.bound_terms(term) if isinstance(bound, Item | Computed)]
            if aliased:
                return united([instances(resolver, bound) for bound in aliased])
            return _instances_of_values(resolver, term)
        case _:
            return _instances_of_values(resolver, term)


def _instances_of_values(resolver: Resolver, term: Term) -> Values:
    return united([_instance(resolver, value) for value in resolver.resolve(term)]) or NOTHING_KNOWN


def _instance(resolver: Resolver, value: Value) -> Values:
    match value:
        case ClassValue(cls=cls):
            return (InstanceValue(cls),)
        case ConstantValue(value=None):
            return (NONE,)
        case ExternalValue(dotted=dotted):
            name = dotted.rpartition(".")[2]
            if name in _ANYTHING:
                return NOTHING_KNOWN
            return (ExternalInstance(dotted),)
        case _:
            return NOTHING_KNOWN


def type_name(resolver: Resolver, term: Term) -> str | None:
    """The bare name of a type: `Optional` for `typing.Optional`, `list` for the builtin."""
    for value in resolver.resolve(term):
        match value:
            case ExternalValue(dotted=dotted):
                return dotted.rpartition(".")[2]
            case ClassValue(cls=cls):
                return cls.name
            case FunctionValue(function=function):
                return function.name
            case _:
                continue
    # A stub says `list[Record]` of the builtin; nothing else is asked of builtins there.
    return term.name if isinstance(term, GlobalName) and term.module.is_stub else None


def _subscripted(resolver: Resolver, base: Term, key: Term) -> Values:
    name = type_name(resolver, base)
    arguments = arguments_of(key)
    if name is None or not arguments:
        return NOTHING_KNOWN
    if name in _TRANSPARENT:
        inner = instances(resolver, arguments[0])
        return united([inner, (NONE,)]) if name == "Optional" else inner
    if name == "Union":
        return united([instances(resolver, argument) for argument in arguments])
    if name == "Annotated":
        return _annotated(resolver, arguments)
    kind = _GENERICS.get(name)
    if kind is not None:
        index = _ARGUMENT.get(name, _ARGUMENT.get(kind, 0))
        return (GenericValue(kind, arguments[index]),)
    return instances(resolver, base)


def _annotated(resolver: Resolver, arguments: list[Term]) -> Values:
    declared = instances(resolver, arguments[0])
    if any(isinstance(value, InstanceValue) for value in declared):
        return declared
    for extra in arguments[1:]:
        if isinstance(extra, Item):
            injected = resolver.injected(extra.base, extra.key)
            if injected is not None and is_known(injected):
                return injected
        if isinstance(extra, Result):
            provided = resolver.dependency_value(extra.call)
            if provided is not None and is_known(provided):
                return provided
    return declared or (UNKNOWN_VALUE,)
