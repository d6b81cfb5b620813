"""Cures a fetch of every row where one is used: asks for one row, or lets the database count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from ...semantics.fetches import Needed
from ...semantics.records import UseKind
from ...semantics.sql.columns import listed_text
from ..changes import Change, FixPlan, Replace
from .editing import parents_in

if TYPE_CHECKING:
    from ...semantics.fetches import ExcessiveFetch


def fetch_less(fetch: ExcessiveFetch) -> FixPlan | None:
    """`fetch_one` for the first row, `SELECT COUNT(*)` for their number."""
    parents = parents_in(fetch.call.function.node)
    awaited = parents.get(id(fetch.call.node))
    if not isinstance(awaited, cst.Await):
        return None
    if fetch.needed is Needed.COUNT:
        return _counted(fetch, awaited)
    return _one_row(fetch, awaited, parents)


def _one_row(fetch: ExcessiveFetch, awaited: cst.Await, parents: dict[int, cst.CSTNode]) -> FixPlan | None:
    module = fetch.call.module.parsed
    one = _with_method(awaited, fetch.row_method)
    name = _name_of(awaited, parents)
    message = f"Use `{fetch.row_method}`"
    changes: list[Change] = []
    if name is None and len(fetch.uses) == 1:
        (use,) = fetch.uses
        if isinstance(use.node, cst.Subscript):
            changes = [Replace(module, use.node, _bare(one))]
        elif use.kind is UseKind.TESTED or use.kind is UseKind.ARGUMENT:
            changes = [Replace(module, awaited, one)]
    elif name is not None and _is_only_name(fetch, name):
        changes = [Replace(module, awaited, one)]
        for use in fetch.uses:
            if isinstance(use.node, cst.Subscript):
                if not (isinstance(use.node.value, cst.Name) and use.node.value.value == name):
                    return None
                changes.append(Replace(module, use.node, use.node.value))
    if not changes:
        return None
    make = FixPlan.safe if _fails_as_before(fetch, parents) else FixPlan.unsafe
    return make(message, *changes)


def _fails_as_before(fetch: ExcessiveFetch, parents: dict[int, cst.CSTNode]) -> bool:
    """Whether no row is dealt with, or fails as loudly as `[0]` did: `None["name"]`, with nobody there to catch it."""
    if fetch.is_tested:
        return True
    return all(
        isinstance(around := parents.get(id(use.node)), cst.Subscript | cst.Attribute)
        and around.value is use.node
        and not _stands_in_try(use.node, parents)
        for use in fetch.uses
    )


def _stands_in_try(node: cst.CSTNode, parents: dict[int, cst.CSTNode]) -> bool:
    above = parents.get(id(node))
    while above is not None and not isinstance(above, cst.Try):
        above = parents.get(id(above))
    return above is not None


def _counted(fetch: ExcessiveFetch, awaited: cst.Await) -> FixPlan | None:
    """`len(await fetch_all("SELECT id FROM t"))` becomes `await fetch_val("SELECT COUNT(*) FROM t")`."""
    outer = fetch.uses[0].call
    text = fetch.call.arguments[0].node if fetch.call.arguments else None
    if outer is None or len(fetch.uses) != 1 or outer.arguments[0].node is not awaited:
        return None
    if not isinstance(text, cst.SimpleString) or "\\" in text.value or not isinstance(text.evaluated_value, str):
        return None
    listed = listed_text(text.evaluated_value)
    if listed is None or text.value.count(listed) < 1:
        return None
    counting = text.with_changes(value=text.value.replace(listed, "COUNT(*)", 1))
    one = cst.ensure_type(_with_method(awaited, fetch.value_method).deep_replace(text, counting), cst.Await)
    return FixPlan.safe("Let the database count", Replace(fetch.call.module.parsed, outer.node, _bare(one)))


def _with_method(awaited: cst.Await, name: str) -> cst.Await:
    call = cst.ensure_type(awaited.expression, cst.Call)
    method = cst.ensure_type(call.func, cst.Attribute)
    return awaited.with_changes(expression=call.with_changes(func=method.with_changes(attr=cst.Name(name))))


def _bare(node: cst.Await) -> cst.Await:
    return node.with_changes(lpar=[], rpar=[])


def _name_of(awaited: cst.Await, parents: dict[int, cst.CSTNode]) -> str | None:
    """The one variable that the result is assigned to."""
    match parents.get(id(awaited)):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name
        case cst.AnnAssign() | cst.NamedExpr() | cst.Assign():
            # A declared type would no longer be right.
            return ""
        case _:
            return None


def _is_only_name(fetch: ExcessiveFetch, name: str) -> bool:
    """Whether a variable of the function holds this result and nothing else, and is used only as it was seen to be."""
    function = fetch.call.function
    if function.is_module or len(function.bindings.get(name, ())) != 1 or function.parameter(name) is not None:
        return False
    mentions = sum(isinstance(node, cst.Name) and node.value == name for node in descendants(function.node))
    return mentions == len(fetch.uses) + 1
