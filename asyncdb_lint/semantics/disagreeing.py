"""Returns that disagree: the same place of a tuple holds a value on one way out, and a coroutine on another."""

from __future__ import annotations

from .records import FunctionRecord, Use
from .resolve import Resolver
from .terms import Awaited, Choice, Collection, Term
from .values import CoroutineValue


def is_value_elsewhere(resolver: Resolver, function: FunctionRecord, use: Use) -> bool:
    """Whether another `return` gives what it has awaited where the one of this use gives a coroutine.

    Whoever takes the tuple apart cannot know which of the two it holds, and so awaits neither.
    """
    returned = function.returns_at.get(id(use.node))
    if returned is None or not isinstance(returned.term, Collection) or returned.term.kind != "tuple":
        return False
    elements = returned.term.elements
    lost = [at for at, element in enumerate(elements) if _is_coroutine(resolver, element)]
    return any(
        isinstance(other.term, Collection)
        and other.term.kind == "tuple"
        and len(other.term.elements) == len(elements)
        and any(_is_awaited(other.term.elements[at]) for at in lost)
        for other in function.returns_at.values()
        if other is not returned
    )


def _is_coroutine(resolver: Resolver, term: Term) -> bool:
    return any(isinstance(value, CoroutineValue) for value in resolver.resolve(term))


def _is_awaited(term: Term) -> bool:
    return isinstance(term, Awaited) or (isinstance(term, Choice) and all(map(_is_awaited, term.options)))
