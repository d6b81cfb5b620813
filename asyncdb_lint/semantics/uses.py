"""Marks what was done with a value on the calls, functions and parameters that it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ..unfetched import held
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

_node_of = held(Use, "node")
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
    marker = _MARKERS.get(type(term))
    if marker is not None:
        marker(term, use)


def _mark_result(term: Result, use: Use) -> None:
    call = term.call
    _add(call.uses, use)
    if isinstance(call.callee, Attribute) and call.callee.name in _GETTERS and call.arguments:
        _mark_key(call.arguments[0].term, use)


def _mark_choice(term: Choice, use: Use) -> None:
    for option in term.options:
        mark(option, use)


def _mark_awaited(term: Awaited, use: Use) -> None:
    for result in _results(term.base):
        _add(result.call.awaited_uses, use)


def _mark_collection(term: Collection | Mapping, use: Use) -> None:
    _add(term.uses, use)


def _mark_function(term: FunctionTerm, use: Use) -> None:
    _add(term.function.uses, use)


def _mark_parameter(term: Parameter, use: Use) -> None:
    _add(term.function.parameter_uses.setdefault(term.name, []), use)


def _mark_checked(term: Checked, use: Use) -> None:
    mark(term.base, use)


def _mark_narrowed(term: Narrowed, use: Use) -> None:
    mark(term.base, altered(use, is_certain=False))


def _mark_class(term: ClassTerm, use: Use) -> None:
    _refer(term.cls.name, use)


def _mark_name(term: GlobalName | Import, use: Use) -> None:
    if term.name is not None:
        _refer(term.name, use)


def _mark_attribute(term: Attribute, use: Use) -> None:
    if use.kind is not UseKind.BOUND:
        _refer(term.name, use)
    _add(use.function.notes.attribute_uses.setdefault(term.name, []), use)


def _mark_item(term: Item | Element, use: Use) -> None:
    for holder in _holders(term.base):
        mark(holder, altered(use, taken=True))
    if isinstance(term, Item):
        _mark_key(term.key, use)


_MARKERS: dict[type[Term], Callable[[Any, Use], None]] = {
    Result: _mark_result,
    Choice: _mark_choice,
    Awaited: _mark_awaited,
    Collection: _mark_collection,
    Mapping: _mark_collection,
    Parameter: _mark_parameter,
    FunctionTerm: _mark_function,
    ClassTerm: _mark_class,
    Checked: _mark_checked,
    Narrowed: _mark_narrowed,
    GlobalName: _mark_name,
    Import: _mark_name,
    Attribute: _mark_attribute,
    Item: _mark_item,
    Element: _mark_item,
}
_ONLY_REFERRED_TO = {ClassTerm, GlobalName, Import}
MARKED_BY = {
    kind: frozenset(_MARKERS if kind in _REFERENCE_USES else _MARKERS.keys() - _ONLY_REFERRED_TO) for kind in UseKind
}
"""The terms on which a use of a kind may leave a mark: most uses are of a name, and leave none."""


def _refer(name: str, use: Use) -> None:
    if use.kind in _REFERENCE_USES:
        _add(use.function.notes.references.setdefault(name, []), use)


def _mark_key(key: Term, use: Use) -> None:
    if isinstance(key, Constant) and isinstance(key.value, str):
        _add(use.function.notes.item_uses.setdefault(key.value, []), use)


def inside(uses: Sequence[Use]) -> list[Use]:
    """The uses of a collection as seen by what it holds; what was done with something taken out is a direct use."""
    return [
        altered(use, contained=not use.taken, taken=False, is_certain=use.is_certain and not use.taken) for use in uses
    ]


def altered(
    use: Use, *, contained: bool | None = None, taken: bool | None = None, is_certain: bool | None = None
) -> Use:
    """A use with some other properties, at the same node, which need not be fetched for that."""
    return Use(
        use.kind,
        _node_of(use),
        use.function,
        use.call,
        use.argument,
        use.name,
        use.contained if contained is None else contained,
        use.taken if taken is None else taken,
        use.is_certain if is_certain is None else is_certain,
        use.holder,
    )


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
    node = _node_of(use)
    for seen in uses:
        if _node_of(seen) is node and seen.kind is use.kind and seen.taken is use.taken:
            return
    uses.append(use)


def _results(term: Term) -> list[Result]:
    options = term.options if isinstance(term, Choice) else (term,)
    return [option for option in options if isinstance(option, Result)]
