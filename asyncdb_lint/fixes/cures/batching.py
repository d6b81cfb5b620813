"""Cures a loop of inserts: one transaction around all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from .. import blocks
from ..changes import FixPlan, Replace

if TYPE_CHECKING:
    from ...semantics.facts import LoopQuery


def one_transaction(found: LoopQuery) -> FixPlan | None:
    """`async with database.transaction():` around a loop that does nothing but insert."""
    loop, calls = found.loop.node, [found.call, *found.others]
    if not found.inserts_only or found.call is not found.query or not isinstance(loop, cst.For):
        return None
    function = found.call.function
    module = found.call.module.parsed
    receivers = {module.code_of(call.node.func.value) for call in calls if isinstance(call.node.func, cst.Attribute)}
    awaits = sum(isinstance(node, cst.Await) for node in descendants(loop))
    stops = any(isinstance(node, cst.Try | cst.TryStar | cst.With | cst.Yield) for node in descendants(loop))
    if not function.is_async or len(receivers) != 1 or awaits != len(calls) or stops:
        return None
    transaction = cst.parse_expression(f"{receivers.pop()}.transaction()")
    # Inside of another transaction this is a savepoint: the rows are kept or lost with what is around them.
    wrapped = cst.With(
        items=[cst.WithItem(transaction)],
        body=cst.IndentedBlock([blocks.with_leading(loop, [])]),
        asynchronous=cst.Asynchronous(),
        leading_lines=blocks.leading_lines(loop),
    )
    return FixPlan.unsafe("Insert all rows in one transaction", Replace(module, loop, wrapped))
