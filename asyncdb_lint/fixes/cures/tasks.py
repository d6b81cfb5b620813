"""Cures a dropped task by awaiting its work where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ..changes import FixPlan, Replace
from ..unused_imports import imports_of
from .editing import loses_comments

if TYPE_CHECKING:
    from ...semantics.facts import DroppedTask


def await_work(dropped: DroppedTask) -> FixPlan | None:
    """`asyncio.create_task(db.execute(q))` becomes `await db.execute(q)`; the answer waits for it then."""
    call = dropped.call
    if not dropped.may_be_awaited or call.function.is_lambda or not _is_statement(call.statement, call.node):
        return None
    work: cst.BaseExpression = call.node
    if dropped.gives_result:
        first = call.node.args[0]
        if first.star or (first.keyword is not None and first.keyword.value == "name"):
            return None
        work = first.value
    if loses_comments(call.node, work):
        return None
    module = call.module.parsed
    return FixPlan.unsafe(
        "Await the work itself",
        Replace(module, call.node, cst.Await(work)),
        *(imports_of(module, call.node.func) if dropped.gives_result else ()),
    )


def _is_statement(statement: cst.CSTNode, call: cst.Call) -> bool:
    """Whether a call is all that a statement does, but for a name that is given to it."""
    return isinstance(statement, cst.SimpleStatementLine) and any(
        isinstance(small, cst.Expr | cst.Assign | cst.AnnAssign) and small.value is call for small in statement.body
    )
