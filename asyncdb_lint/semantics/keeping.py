"""What becomes of a dict, list or object that something was put into."""

from __future__ import annotations

from .records import FunctionRecord, Use, UseKind
from .resolve import Resolver
from .terms import (
    Attribute,
    Awaited,
    Checked,
    Choice,
    Collection,
    Element,
    Item,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Term,
)
from .values import NONE, CollectionValue, GenericValue, InstanceValue

_MOST_CALLERS = 3


def is_list(resolver: Resolver, term: Term) -> bool:
    """Whether a term is known to be a list or another plain container."""
    values = [value for value in resolver.resolve(term) if value != NONE]
    return bool(values) and all(
        isinstance(value, CollectionValue) or (isinstance(value, GenericValue) and value.kind == "iterable")
        for value in values
    )


def uses_of_holder(resolver: Resolver, term: Term, seen: frozenset[FunctionRecord] = frozenset()) -> list[Use] | None:
    """Everything that is done with what a term stands for, here and in the callers; None if that cannot be known."""
    match term:
        case Result(call=call):
            return list(call.uses)
        case Awaited(base=Result(call=call)):
            return list(call.awaited_uses)
        case Collection() | Mapping():
            return list(term.uses)
        case Attribute(name=name):
            return list(resolver.attribute_uses(name))
        case Checked(base=base) | Narrowed(base=base) | Item(base=base) | Element(base=base):
            return uses_of_holder(resolver, base, seen)
        case Choice(options=options):
            return _all(resolver, options, seen)
        case Parameter(function=function, name=name) if function not in seen and len(seen) < _MOST_CALLERS:
            return _uses_of_parameter(resolver, function, name, seen | {function})
        case _:
            return None


def _all(resolver: Resolver, terms: tuple[Term, ...], seen: frozenset[FunctionRecord]) -> list[Use] | None:
    found: list[Use] = []
    for term in terms:
        uses = uses_of_holder(resolver, term, seen)
        if uses is None:
            return None
        found.extend(uses)
    return found


def _uses_of_parameter(
    resolver: Resolver, function: FunctionRecord, name: str, seen: frozenset[FunctionRecord]
) -> list[Use] | None:
    passed = resolver.arguments_for(function, name)
    if not passed:
        return None
    above = _all(resolver, tuple(passed), seen)
    return None if above is None else [*function.parameter_uses.get(name, []), *above]


def is_of_another_class(resolver: Resolver, use: Use, name: str, holder: Term) -> bool:
    """Whether a use of an attribute `name` asks an object that can be no object of the class of `holder`."""
    asked = _asked_for(use)
    if not isinstance(asked, Attribute) or asked.name != name:
        return False
    mine, others = ([value for value in resolver.resolve(term) if value != NONE] for term in (holder, asked.base))
    return (
        bool(mine)
        and bool(others)
        and all(
            isinstance(one, InstanceValue)
            and isinstance(other, InstanceValue)
            and one.cls not in resolver.mro(other.cls)[0]
            and other.cls not in resolver.mro(one.cls)[0]
            for one in mine
            for other in others
        )
    )


def _asked_for(use: Use) -> Term | None:
    """The expression that was used, where a call says it: an argument, or what was called."""
    if use.call is not None:
        return use.call.arguments[use.argument].term if use.argument < len(use.call.arguments) else None
    if use.kind is UseKind.CALLED:
        return next((call.callee for call in use.function.calls if call.node is use.node), None)
    return None
