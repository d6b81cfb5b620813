"""Cures an error that is swallowed inside a transaction: an inner transaction, a savepoint, takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ..blocks import Statement
from ..changes import FixPlan, Replace
from .starting import entering

if TYPE_CHECKING:
    from ...semantics.facts import SwallowedInTransaction


def put_savepoint(swallowed: SwallowedInTransaction) -> FixPlan | None:
    """`async with database.transaction():` around the body of the `try`, spelled as the transaction around it is."""
    guard, transaction = swallowed.context.node, swallowed.block.transaction
    if not isinstance(guard, cst.Try) or not isinstance(guard.body, cst.IndentedBlock) or transaction is None:
        return None
    if swallowed.query.function is not swallowed.block.function:
        return None
    made = cst.Call(transaction.call.node.func)
    inside: list[Statement] = list(guard.body.body)  # type: ignore[arg-type]
    body = guard.body.with_changes(body=[entering(made, inside, [])])
    return FixPlan.unsafe("Put a savepoint around it", Replace(swallowed.module.parsed, guard.body, body))
