"""A text that is kept in a variable: where it was written, and whether its values may move to the query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants, variables_in
from ...semantics.records import ContextKind, outwards
from .sqltext import Unreadable

if TYPE_CHECKING:
    from ...semantics.records import CallRecord

_QUIET_METHODS = {"strip", "lstrip", "rstrip", "lower", "upper", "title", "replace", "get", "casefold"}


def assigned_text(sink: CallRecord, name: cst.Name) -> cst.BaseExpression:
    """The one expression that a variable holds, which nothing but this query reads."""
    if any(context.kind is ContextKind.COMPREHENSION for context in outwards(sink.context)):
        raise Unreadable
    scope = sink.function.node
    uses = [node for node in variables_in(scope) if node.value == name.value]
    values = [
        node.value
        for node in descendants(scope)
        if (isinstance(node, cst.Assign) and len(node.targets) == 1 and _is(node.targets[0].target, uses))
        or (isinstance(node, cst.AnnAssign) and _is(node.target, uses))
    ]
    if len(uses) != 2 or len(values) != 1 or values[0] is None:
        raise Unreadable
    return values[0]


def _is(node: cst.CSTNode, names: Sequence[cst.Name]) -> bool:
    return any(node is name for name in names)


def may_move(sink: CallRecord, root: cst.BaseExpression, values: Sequence[cst.BaseExpression]) -> bool:
    """Whether values are the same where the query runs as where its text was written."""
    module = sink.module.parsed
    scope = sink.function.node
    after = module.range_of(root).start
    names = {name.value for value in values for name in variables_in(value)}
    for stored in _stored(scope):
        if stored.value in names and module.range_of(stored).start > after:
            return False
    return all(_is_quiet(node) for value in values for node in descendants(value))


def is_stored_before(sink: CallRecord, name: str) -> bool:
    """Whether a variable of the function is bound above a call."""
    module = sink.module.parsed
    at = module.range_of(sink.node).start
    return not sink.function.is_module and any(
        stored.value == name and module.range_of(stored).end < at for stored in _stored(sink.function.node)
    )


def _stored(scope: cst.CSTNode) -> Iterator[cst.Name]:
    """The names that are bound in a scope, or whose attributes or items are."""
    for node in descendants(scope):
        match node:
            case (
                cst.AssignTarget(target=target)
                | cst.AnnAssign(target=target)
                | cst.AugAssign(target=target)
                | cst.For(target=target)
                | cst.CompFor(target=target)
                | cst.NamedExpr(target=target)
                | cst.Del(target=target)
                | cst.AsName(name=target)
            ):
                yield from (inner for inner in descendants(target) if isinstance(inner, cst.Name))
            case _:
                continue


def _is_quiet(node: cst.CSTNode) -> bool:
    """Whether evaluating a node later gives the same and changes nothing."""
    match node:
        case cst.Await() | cst.Yield() | cst.NamedExpr():
            return False
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name))):
            return name in _QUIET_METHODS
        case cst.Call(func=cst.Name(value=name)):
            return name in ("str", "int", "float")
        case cst.Call():
            return False
        case _:
            return True
