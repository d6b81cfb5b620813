"""Cures a transaction that is started and ended by hand: `async with` starts it and ends it on every way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from .. import blocks
from ..blocks import Statement
from ..changes import FixPlan, Replace
from .editing import parents_in, statement_around
from .starting import entering, only

if TYPE_CHECKING:
    from ...semantics.transactions import Transaction


class _Unclear(Exception):
    """The statements do not stand as this cure expects them."""


def enter_instead(transaction: Transaction) -> FixPlan | None:
    """`async with` around what stands between the start and the only commit, in one block or in a `try` behind it."""
    function = transaction.call.function
    if len(transaction.commits) != 1 or not isinstance(function.node, cst.FunctionDef):
        return None
    try:
        block, statements = _Entering(transaction, parents_in(function.node)).block()
    except _Unclear:
        return None
    changed = block.with_changes(body=statements)
    return FixPlan.unsafe(f"Enter `{transaction.source}`", Replace(function.module.parsed, block, changed))


class _Entering:
    """Rewrites the block in which one transaction is started."""

    def __init__(self, transaction: Transaction, parents: dict[int, cst.CSTNode]) -> None:
        self.transaction = transaction
        self.parents = parents
        self.commit = _line_of(transaction.commits[0].node, parents)
        self.rollbacks = [_line_of(call.node, parents) for call in transaction.rollbacks]
        self.start = _line_of(transaction.call.node, parents)

    def block(self) -> tuple[cst.IndentedBlock, list[Statement]]:
        """The block, and its statements as they should be."""
        block = self.parents.get(id(self.start))
        if not isinstance(block, cst.IndentedBlock) or not self._is_plain_start():
            raise _Unclear
        statements: list[Statement] = list(block.body)  # type: ignore[arg-type]
        first = statements.index(self.start)
        behind = first + 1
        for started in self.transaction.starts:
            if behind >= len(statements) or statements[behind] is not _line_of(started.node, self.parents):
                raise _Unclear
            behind += 1
        lines = blocks.leading_lines(self.start)
        if self.commit in statements:
            end = statements.index(self.commit)
            inside = self._without_rollbacks(statements[behind:end])
            after = statements[end + 1 :]
            return block, [*statements[:first], *self._entered(inside, lines), *after]
        guard = statements[behind] if behind < len(statements) else None
        if not isinstance(guard, cst.Try):
            raise _Unclear
        return block, [*statements[:first], *self._guarded(guard, lines), *statements[behind + 1 :]]

    def _is_plain_start(self) -> bool:
        """Whether the transaction has a name of its own that only its start and its ends mention."""
        small = only(self.start)
        if not isinstance(small, cst.Assign) or len(small.targets) != 1:
            return False
        target = small.targets[0].target
        value = small.value.expression if isinstance(small.value, cst.Await) else small.value
        if not isinstance(target, cst.Name) or value is not self.transaction.call.node:
            return False
        ends = [*self.transaction.starts, *self.transaction.commits, *self.transaction.rollbacks]
        named = [
            node
            for node in descendants(self.transaction.call.function.node)
            if isinstance(node, cst.Name) and node.value == target.value and not self._is_attribute(node)
        ]
        return len(named) == 1 + len(ends)

    def _is_attribute(self, name: cst.Name) -> bool:
        above = self.parents.get(id(name))
        return isinstance(above, cst.Attribute) and above.attr is name

    def _entered(self, inside: list[Statement], lines: Sequence[cst.EmptyLine]) -> list[Statement]:
        if not inside:
            raise _Unclear
        return [entering(self.transaction.call.node, inside, lines)]

    def _guarded(self, guard: cst.Try, lines: Sequence[cst.EmptyLine]) -> list[Statement]:
        """A `try` that commits at its end, and rolls back in its handlers."""
        body = _statements(guard.body)
        after = _statements(guard.orelse.body) if guard.orelse is not None else []
        if guard.finalbody is not None and self._holds_end(guard.finalbody):
            raise _Unclear
        for part in (body, after):
            if part and part[-1] is self.commit:
                part.pop()
                break
        else:
            raise _Unclear
        inside = self._without_rollbacks([*body, *after])
        handlers = [kept for handler in guard.handlers if (kept := self._handler(handler)) is not None]
        if not handlers and guard.finalbody is None:
            return self._entered(inside, [*lines, *blocks.comments_of(guard.leading_lines)])
        entered = self._entered(inside, [])
        changed = guard.with_changes(
            body=guard.body.with_changes(body=entered),
            handlers=handlers,
            orelse=None,
            leading_lines=[*lines, *blocks.comments_of(guard.leading_lines)],
        )
        return [changed]

    def _handler(self, handler: cst.ExceptHandler) -> cst.ExceptHandler | None:
        """A handler without its rollback; None where only `raise` is left."""
        statements = _statements(handler.body)
        kept = [statement for statement in statements if statement not in self.rollbacks]
        if len(kept) == len(statements):
            return handler
        if any(self._holds_end(statement) for statement in kept):
            raise _Unclear
        last = only(kept[0]) if len(kept) == 1 else None
        if isinstance(last, cst.Raise) and last.exc is None:
            return None
        if not kept:
            kept = [cst.SimpleStatementLine([cst.Pass()])]
        return handler.with_changes(body=handler.body.with_changes(body=kept))

    def _without_rollbacks(self, statements: list[Statement]) -> list[Statement]:
        """Statements without the rollbacks in front of a `raise`, which rolls back by itself."""
        return [self._without(statement) for statement in statements]

    def _without(self, statement: Statement) -> Statement:
        lines = [line for line in self.rollbacks if line is statement or line in list(descendants(statement))]
        for line in lines:
            block = self.parents.get(id(line))
            if not isinstance(block, cst.IndentedBlock) or line is statement:
                raise _Unclear
            number = next(i for i, other in enumerate(block.body) if other is line)
            following = only(block.body[number + 1]) if number + 1 < len(block.body) else None
            if not isinstance(following, cst.Raise):
                raise _Unclear
            changed = statement.deep_remove(line)
            if not isinstance(changed, cst.SimpleStatementLine | cst.BaseCompoundStatement):
                raise _Unclear
            statement = changed
        return statement

    def _holds_end(self, node: cst.CSTNode) -> bool:
        below = {id(inner) for inner in descendants(node)} | {id(node)}
        return any(id(line) in below for line in (self.commit, *self.rollbacks))


def _statements(body: cst.BaseSuite) -> list[Statement]:
    if not isinstance(body, cst.IndentedBlock):
        raise _Unclear
    return list(body.body)  # type: ignore[arg-type]


def _line_of(node: cst.CSTNode, parents: dict[int, cst.CSTNode]) -> cst.SimpleStatementLine:
    """The line on which a call is awaited by itself, or assigned."""
    above = statement_around(node, parents)
    if not isinstance(above, cst.SimpleStatementLine) or not isinstance(only(above), cst.Expr | cst.Assign):
        raise _Unclear
    return above
