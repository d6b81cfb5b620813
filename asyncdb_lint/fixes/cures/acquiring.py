"""Cures a query on a connection that is not entered: asks the pool itself, or enters the connection around its uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from .. import blocks
from ..blocks import Statement
from ..changes import FixPlan, Replace
from .editing import parents_in

if TYPE_CHECKING:
    from ...semantics.facts import UnenteredUse


def enter_connection(use: UnenteredUse) -> FixPlan | None:
    """`pool.connection().query()` asks the pool; a kept connection is entered around the statements that use it."""
    if use.is_chained:
        return _ask_pool(use)
    return None if use.has_block else _enter_around(use)


def _ask_pool(use: UnenteredUse) -> FixPlan | None:
    given = use.connection.node
    if not isinstance(given.func, cst.Attribute):
        return None
    # A pool enters the task's connection for each query: the same connection as before, and it works.
    return FixPlan.safe(f"Ask `{use.pool_source}` itself", Replace(use.query.module.parsed, given, given.func.value))


def _enter_around(use: UnenteredUse) -> FixPlan | None:
    """`connection = pool.connection()` becomes `async with pool.connection() as connection:` to its last use."""
    function, given = use.connection.function, use.connection.node
    if not isinstance(function.node, cst.FunctionDef):
        return None
    parents = parents_in(function.node)
    assign = parents.get(id(given))
    line = parents.get(id(assign)) if isinstance(assign, cst.Assign) else None
    block = parents.get(id(line)) if isinstance(line, cst.SimpleStatementLine) else None
    if not isinstance(assign, cst.Assign) or not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        return None
    target = assign.targets[0].target
    if len(assign.targets) != 1 or not isinstance(target, cst.Name) or not isinstance(block, cst.IndentedBlock):
        return None
    statements: list[Statement] = list(block.body)  # type: ignore[arg-type]
    first = next(number for number, statement in enumerate(statements) if statement is line)
    using = [number for number, statement in enumerate(statements) if number > first and _names(statement, target)]
    outside = sum(_count(statement, target) for statement in statements[first:])
    if not using or outside != _count(function.node, target):
        return None
    last = using[-1]
    inner = statements[first + 1 : last + 1]
    inner[0] = blocks.with_leading(inner[0], blocks.split_blanks(blocks.leading_lines(inner[0]))[1])
    entered = cst.With(
        items=[cst.WithItem(given, cst.AsName(target))],
        body=cst.IndentedBlock(inner),
        asynchronous=cst.Asynchronous(),
        leading_lines=line.leading_lines,
    )
    body = [*statements[:first], entered, *statements[last + 1 :]]
    return FixPlan.unsafe(
        f"Enter `{use.source}` around what uses it",
        Replace(use.query.module.parsed, block, block.with_changes(body=body)),
    )


def _names(node: cst.CSTNode, name: cst.Name) -> bool:
    return _count(node, name) > 0


def _count(node: cst.CSTNode, name: cst.Name) -> int:
    return sum(isinstance(inner, cst.Name) and inner.value == name.value for inner in descendants(node))
