"""Cures a row that is taken apart into the names of its columns: asks it for its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import libcst as cst

from ..changes import Change, FixPlan, Replace
from .editing import free_name, parents_in

if TYPE_CHECKING:
    from ...semantics.rows import RowTakenApart

_NAMES = ("row", "record", "found", "_row")


def take_values(taken: RowTakenApart) -> FixPlan | None:
    """`row["id"], row["name"]` where the SQL names the columns, `row._mapping.values()` elsewhere."""
    if taken.target is None:
        return _plan(taken, _of_rows(taken) if taken.holds_rows else _of_row(taken.source))
    parents = parents_in(taken.function.node)
    around = parents.get(id(taken.target))
    match around:
        case cst.AssignTarget():
            assignment = parents[id(around)]
            if isinstance(assignment, cst.Assign) and assignment.value is taken.source:
                by_name = _by_name(taken, taken.source) if isinstance(taken.source, cst.Name) else None
                return _plan(taken, by_name or _of_row(taken.source))
        case cst.CompFor(iter=source) if source is taken.source and around.asynchronous is None:
            return _plan(taken, _of_rows(taken))
        case cst.For(iter=source, body=cst.IndentedBlock()) if source is taken.source:
            return _in_body(taken, around)
        case _:
            return None
    return None


def _plan(taken: RowTakenApart, new: cst.BaseExpression, *others: Change) -> FixPlan:
    return _judged(taken, Replace(taken.function.module.parsed, taken.source, new), *others)


def _judged(taken: RowTakenApart, *changes: Change) -> FixPlan:
    # Of a Core query, `row["data"]` may be converted to a Python type where `_mapping` has what the driver gave.
    make = FixPlan.safe if taken.is_plain_text else FixPlan.unsafe
    return make("Take the row's values", *changes)


def _in_body(taken: RowTakenApart, loop: cst.For) -> FixPlan:
    """`for row in rows:` with the values taken in the first line of the body."""
    name = free_name(taken.function.node, *_NAMES)
    values = _by_name(taken, cst.Name(name)) or _of_row(cst.Name(name))
    target = cast("cst.BaseAssignTargetExpression", taken.target)
    unpack = cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(target)], values)])
    body = cast("cst.IndentedBlock", loop.body)
    new = loop.with_changes(target=cst.Name(name), body=body.with_changes(body=[unpack, *body.body]))
    return _judged(taken, Replace(taken.function.module.parsed, loop, new))


def _of_row(row: cst.BaseExpression) -> cst.BaseExpression:
    """`row._mapping.values()`"""
    if isinstance(row, cst.Await | cst.BinaryOperation | cst.IfExp | cst.BooleanOperation) and not row.lpar:
        row = row.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    return cst.Call(cst.Attribute(cst.Attribute(row, cst.Name("_mapping")), cst.Name("values")))


def _of_rows(taken: RowTakenApart) -> cst.BaseExpression:
    """`(row._mapping.values() for row in rows)`"""
    name = free_name(taken.function.node, *_NAMES)
    clause = cst.CompFor(cst.Name(name), taken.source)
    bare = taken.holds_rows
    return cst.GeneratorExp(
        _of_row(cst.Name(name)), clause, lpar=[] if bare else [cst.LeftParen()], rpar=[] if bare else [cst.RightParen()]
    )


def _by_name(taken: RowTakenApart, row: cst.Name) -> cst.BaseExpression | None:
    """`row["id"], row["name"]`, if there is one name for each column."""
    targets = taken.target.elements if taken.target is not None else ()
    names = taken.columns
    if names is None or len(targets) != len(names) or any(isinstance(item, cst.StarredElement) for item in targets):
        return None
    asked = [cst.Subscript(row, [cst.SubscriptElement(cst.Index(cst.SimpleString(f'"{name}"')))]) for name in names]
    if len(asked) == 1:
        comma = cst.Comma()
        return cst.Tuple([cst.Element(asked[0], comma)])
    return cst.Tuple([cst.Element(item) for item in asked], lpar=[], rpar=[])
