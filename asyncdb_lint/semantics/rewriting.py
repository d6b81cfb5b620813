"""Wrappers that make text of what is none: `if isinstance(query, ClauseElement): query, values = compile(query)`."""

from __future__ import annotations

from .terms import Attribute, Awaited, Choice, Item, Narrowed, Parameter, Result, Term, last_name

_TEXT = {"str", "bytes"}
_DEEPEST = 4


def as_passed(term: Term) -> Term:
    """The parameter that a rewritten variable still is where a caller passes text; any other term as it is."""
    if not isinstance(term, Choice):
        return term
    kept = [option for option in term.options if not _is_of_another_type(option, 0)]
    return kept[0] if len(kept) == 1 and isinstance(kept[0], Parameter) else term


def _is_of_another_type(term: Term, depth: int) -> bool:
    """Whether something is made from a parameter behind `isinstance`, and so never where that parameter is a text."""
    if depth > _DEEPEST:
        return False
    match term:
        case Narrowed(base=Parameter(), type=narrowed):
            return last_name(narrowed) not in _TEXT
        case Item(base=base) | Awaited(base=base) | Attribute(base=base):
            return _is_of_another_type(base, depth + 1)
        case Result(call=call):
            parts = [call.callee, *(argument.term for argument in call.arguments)]
            return any(_is_of_another_type(part, depth + 1) for part in parts)
        case _:
            return False
