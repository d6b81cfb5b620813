"""Cures transactions that are started never or twice, or ended twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import children
from ...semantics.records import UseKind
from .. import blocks
from ..blocks import Statement
from ..changes import Change, FixPlan, Remove, Replace
from .editing import parents_in, statement_around

if TYPE_CHECKING:
    from ...semantics.records import CallRecord
    from ...semantics.transactions import Transaction


def start(transaction: Transaction) -> FixPlan | None:
    """`async with` around what follows the call; `await` where the source ends the transaction itself."""
    call = transaction.call
    module, function = call.module.parsed, call.function
    if not function.is_async or not isinstance(function.node, cst.FunctionDef):
        return None
    if transaction.commits or transaction.rollbacks:
        return FixPlan.unsafe("Add `await`", Replace(module, call.node, cst.Await(call.node)))
    line = call.statement
    small = only(line)
    block = parents_in(function.node).get(id(line))
    if not isinstance(block, cst.IndentedBlock) or not isinstance(line, cst.SimpleStatementLine):
        return None
    if any(use.kind not in (UseKind.BOUND, UseKind.DISCARDED) for use in call.uses):
        return None
    if not isinstance(small, cst.Expr | cst.Assign) or small.value is not call.node:
        return None
    statements: list[Statement] = list(block.body)  # type: ignore[arg-type]
    number = statements.index(line)
    inside = statements[number + 1 :]
    if not inside:
        return None
    entered = entering(call.node, inside, line.leading_lines)
    changed = block.with_changes(body=[*statements[:number], entered])
    return FixPlan.unsafe(f"Enter `{transaction.source}`", Replace(module, block, changed))


def entering(made: cst.BaseExpression, inside: Sequence[Statement], lines: Sequence[cst.EmptyLine]) -> cst.With:
    """`async with made:` around statements."""
    first = blocks.with_leading(inside[0], blocks.comments_of(blocks.leading_lines(inside[0])))
    return cst.With(
        [cst.WithItem(made)],
        cst.IndentedBlock([first, *inside[1:]]),
        asynchronous=cst.Asynchronous(),
        leading_lines=list(lines),
    )


def drop_first_start(transaction: Transaction) -> FixPlan | None:
    """The `await` or the `.start()` goes, whichever is not what the source goes on with."""
    module = transaction.call.module.parsed
    for use in transaction.awaited:
        if isinstance(use.node, cst.Await):
            line = statement_around(use.node, parents_in(transaction.call.function.node))
            small = only(line) if line is not None else None
            if isinstance(small, cst.Expr) and small.value is use.node and isinstance(line, cst.SimpleStatementLine):
                return FixPlan.safe("Start it once", Remove(module, line))
            return FixPlan.safe("Drop the `await`", Replace(module, use.node, use.node.expression))
    for started in transaction.starts:
        small = only(started.statement)
        awaits = [use.node for use in started.uses if use.kind is UseKind.AWAITED]
        if len(awaits) != 1 or not isinstance(started.node.func, cst.Attribute):
            continue
        if isinstance(small, cst.Expr) and small.value is awaits[0]:
            return FixPlan.safe("Start it once", Remove(module, started.statement))  # type: ignore[arg-type]
        return FixPlan.safe("Drop the `start()`", Replace(module, awaits[0], started.node.func.value))
    return None


def drop_ending(transaction: Transaction, ending: CallRecord) -> FixPlan | None:
    """The commit goes; a rollback only in front of a `raise`, which rolls back by itself."""
    module, line = ending.module.parsed, ending.statement
    small = only(line)
    if not isinstance(line, cst.SimpleStatementLine) or not isinstance(small, cst.Expr):
        return None
    if not isinstance(small.value, cst.Await) or small.value.expression is not ending.node:
        return None
    if ending in transaction.rollbacks and not isinstance(only(_next(ending)), cst.Raise):
        return None
    changes: list[Change] = [Remove(module, line)]
    entered = transaction.entered[0]
    changes.extend(
        Replace(module, item, item.with_changes(asname=None))
        for item in (entered.node.items if isinstance(entered.node, cst.With) else ())
        if item.item is entered.entered and item.asname is not None and not _is_read(transaction, item.asname)
    )
    return FixPlan.safe("Leave it to `async with`", *changes)


def _is_read(transaction: Transaction, asname: cst.AsName) -> bool:
    """Whether a function mentions the name of its transaction more than when it binds and ends it."""
    if not isinstance(asname.name, cst.Name):
        return True
    pending: list[cst.CSTNode] = [transaction.call.function.node]
    count = 0
    while pending:
        node = pending.pop()
        count += isinstance(node, cst.Name) and node.value == asname.name.value
        pending.extend([node.value] if isinstance(node, cst.Attribute) else children(node))
    return count > 2


def _next(ending: CallRecord) -> cst.CSTNode | None:
    block = parents_in(ending.function.node).get(id(ending.statement))
    if not isinstance(block, cst.IndentedBlock):
        return None
    number = next(i for i, statement in enumerate(block.body) if statement is ending.statement)
    return block.body[number + 1] if number + 1 < len(block.body) else None


def only(line: cst.CSTNode | None) -> cst.CSTNode | None:
    """The small statement of a line that holds just one."""
    return line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
