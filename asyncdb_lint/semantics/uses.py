"""Marks what was done with a value on the calls, functions and parameters that it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .records import Use, UseKind
from .terms import (
    Attribute,
    Awaited,
    Checked,
    Choice,
    ClassTerm,
    Collection,
    Constant,
    Element,
    FunctionTerm,
    GlobalName,
    Import,
    Item,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Term,
)

_GETTERS = {"get", "pop", "setdefault"}
_VIEWS = {"values", "items", "get", "pop", "copy", "setdefault"}
_REFERENCE_USES = {
    UseKind.ARGUMENT,
    UseKind.RETURNED,
    UseKind.STORED,
    UseKind.YIELDED,
    UseKind.BOUND,
    UseKind.ITEM_SET,
    UseKind.DELETED,
    UseKind.OTHER,
}


def mark(term: Term, use: Use) -> None:
    """Notes a use on every call result, function or parameter that a term may be."""
    match term:
        case Result(call=call):
            _add(call.uses, use)
            if isinstance(call.callee, Attribute) and call.callee.name in _GETTERS and call.arguments:
                _mark_key(call.arguments[0].term, use)
        case Choice(options=options):
            for option in options:
                mark(option, use)
        case Awaited(base=base):
            for result in _results(base):
                _add(result.call.awaited_uses, use)
        case Collection() | Mapping():
            _add(term.uses, use)
        case Parameter(function=function, name=name):
            _add(function.parameter_uses.setdefault(name, []), use)
        case FunctionTerm(function=function):
            _add(function.uses, use)
        case ClassTerm(cls=cls):
            if use.kind in _REFERENCE_USES:
                _add(use.function.notes.references.setdefault(cls.name, []), use)
        case Checked(base=base):
            mark(base, use)
        case Narrowed(base=base):
            mark(base, replace(use, is_certain=False))
        case GlobalName(name=name) | Import(name=str() as name):
            if use.kind in _REFERENCE_USES:
                _add(use.function.notes.references.setdefault(name, []), use)
        case Attribute(name=name):
            if use.kind in _REFERENCE_USES and use.kind is not UseKind.BOUND:
                _add(use.function.notes.references.setdefault(name, []), use)
            _add(use.function.notes.attribute_uses.setdefault(name, []), use)
        case Item(base=base) | Element(base=base):
            for holder in _holders(base):
                mark(holder, replace(use, taken=True))
            if isinstance(term, Item):
                _mark_key(term.key, use)
        case _:
            return


def _mark_key(key: Term, use: Use) -> None:
    if isinstance(key, Constant) and isinstance(key.value, str):
        _add(use.function.notes.item_uses.setdefault(key.value, []), use)


def inside(uses: Sequence[Use]) -> list[Use]:
    """The uses of a collection as seen by what it holds; what was done with something taken out is a direct use."""
    return [
        replace(use, contained=not use.taken, taken=False, is_certain=use.is_certain and not use.taken) for use in uses
    ]


def _holders(base: Term) -> list[Term]:
    """What holds a value that was taken out: through indexing, iterating, and the views and getters of a dict."""
    found: list[Term] = []
    for term in base.options if isinstance(base, Choice) else (base,):
        match term:
            case Parameter() | Collection() | Mapping() | Awaited():
                found.append(term)
            case Item(base=inner) | Element(base=inner):
                found.extend(_holders(inner))
            case Result(call=call) if isinstance(call.callee, Attribute) and call.callee.name in _VIEWS:
                found.extend(_holders(call.callee.base))
    return found


def _add(uses: list[Use], use: Use) -> None:
    # A loop body may be walked twice; the second walk repeats the uses of the first.
    for seen in uses:
        if seen.node is use.node and seen.kind is use.kind and seen.taken is use.taken:
            return
    uses.append(use)


def _results(term: Term) -> list[Result]:
    options = term.options if isinstance(term, Choice) else (term,)
    return [option for option in options if isinstance(option, Result)]
