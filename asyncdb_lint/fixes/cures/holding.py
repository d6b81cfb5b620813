"""Cures a statement that speaks to one connection: holds that connection for the queries that rely on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from .. import blocks
from ..blocks import Statement
from ..changes import FixPlan, Replace
from .editing import parents_in

if TYPE_CHECKING:
    from ...semantics.facts import LostSessionState, ProjectFacts

_LEAVES = (cst.Yield, cst.Break, cst.Continue)


def hold_connection(lost: LostSessionState, project: ProjectFacts) -> FixPlan | None:
    """`async with pool.connection():`, or a transaction, from the statement to the last query that follows it."""
    call = lost.call
    function = call.function.node
    role = "transaction" if lost.statement.only_in_transaction else "connection"
    method = project.connections.method_giving(call, role)
    if lost.at_startup or not lost.following or method is None or not isinstance(function, cst.FunctionDef):
        return None
    parents = parents_in(function)
    following = {id(other.node) for other in lost.following}
    statement: cst.CSTNode = call.node
    while statement is not function:
        block = parents[id(statement)]
        if isinstance(block, cst.IndentedBlock):
            statements: list[Statement] = list(block.body)  # type: ignore[arg-type]
            first = next(number for number, other in enumerate(statements) if other is statement)
            relying = [
                number
                for number, other in enumerate(statements)
                if number > first and any(id(node) in following for node in descendants(other))
            ]
            if relying:
                return _held(lost, f"{lost.pool_source}.{method}()", block, statements, first, relying[-1])
        elif isinstance(block, cst.For | cst.While | cst.With):
            return None
        statement = block
    return None


def _held(
    lost: LostSessionState, entered: str, block: cst.IndentedBlock, statements: list[Statement], first: int, last: int
) -> FixPlan | None:
    held = statements[first : last + 1]
    if any(isinstance(node, _LEAVES) for statement in held for node in descendants(statement)):
        return None
    leading = blocks.leading_lines(held[0])
    held[0] = blocks.with_leading(held[0], [])
    around = cst.With(
        items=[cst.WithItem(cst.parse_expression(entered))],
        body=cst.IndentedBlock(held),
        asynchronous=cst.Asynchronous(),
        leading_lines=leading,
    )
    body = [*statements[:first], around, *statements[last + 1 :]]
    return FixPlan.unsafe(
        f"Hold one connection with `async with {entered}`",
        Replace(lost.call.module.parsed, block, block.with_changes(body=body)),
    )
