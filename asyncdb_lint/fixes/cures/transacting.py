"""Cures BEGIN and COMMIT as statements: a transaction that is entered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from ..changes import FixPlan, Replace

if TYPE_CHECKING:
    from ...semantics.facts import ProjectFacts, RawTransaction

_Statements = Sequence[cst.BaseStatement]
_Suite = Sequence["cst.BaseStatement | cst.BaseSmallStatement"]


def enter_transaction(found: RawTransaction, project: ProjectFacts) -> FixPlan | None:
    """`async with database.transaction():` from BEGIN to COMMIT, where that is plainly what was meant."""
    by_verb: dict[str, list[cst.CSTNode]] = {"begin": [], "commit": [], "rollback": [], "savepoint": []}
    receivers: set[str] = set()
    for statement in found.statements:
        call = statement.run.query.sink
        line = call.statement
        is_alone = (
            isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 and isinstance(line.body[0], cst.Expr)
        )
        if statement.run.query.site is not call or not is_alone or not isinstance(call.node.func, cst.Attribute):
            return None
        by_verb[statement.verb].append(line)
        receivers.add(call.module.parsed.code_of(call.node.func.value))
    method = project.connections.method_giving(found.statements[0].run.query.sink, "transaction")
    if len(receivers) != 1 or method is None or by_verb["savepoint"]:
        return None
    if len(by_verb["begin"]) != 1 or len(by_verb["commit"]) != 1:
        return None
    entered = cst.parse_expression(f"{receivers.pop()}.{method}()")
    shape = _Shape(by_verb["begin"][0], by_verb["commit"][0], by_verb["rollback"], entered)
    module = found.statements[0].run.module.parsed
    for node in descendants(found.function.node):
        if isinstance(node, cst.IndentedBlock):
            body = shape.replaced(node.body)
            if body is not None and not shape.left:
                block = node.with_changes(body=body)
                return FixPlan.unsafe("Enter a transaction", Replace(module, node, block))
    return None


class _Shape:
    """The statements that control the transaction, and what becomes of the block they stand in."""

    def __init__(
        self, begin: cst.CSTNode, commit: cst.CSTNode, rollbacks: Sequence[cst.CSTNode], entered: cst.BaseExpression
    ) -> None:
        self._begin = begin
        self._commit = commit
        self._entered = entered
        self.left = list(rollbacks)
        """The ROLLBACKs that are still to be found a place for."""

    def replaced(self, body: _Statements) -> list[cst.BaseStatement] | None:
        """A block without its control statements; None unless the transaction starts in it, or in a `try` of it."""
        for at, statement in enumerate(body):
            if statement is self._begin:
                end = next((i for i in range(at, len(body)) if body[i] is self._commit), None)
                if end is not None:
                    return self._from_to(body, at, end)
                if at + 1 < len(body) and isinstance(following := body[at + 1], cst.Try):
                    made = self._tried(following, following.body.body)
                    return [*body[:at], *made, *body[at + 2 :]] if made else None
            if isinstance(statement, cst.Try) and statement.body.body and statement.body.body[0] is self._begin:
                made = self._tried(statement, statement.body.body[1:])
                return [*body[:at], *made, *body[at + 1 :]] if made else None
        return None

    def _from_to(self, body: _Statements, start: int, end: int) -> list[cst.BaseStatement] | None:
        inside = body[start + 1 : end]
        return [*body[:start], self._with(inside), *body[end + 1 :]] if inside else None

    def _tried(
        self, node: cst.Try, body: Sequence[cst.BaseStatement | cst.BaseSmallStatement]
    ) -> list[cst.BaseStatement]:
        """`try: ... COMMIT except: ROLLBACK; raise`; a handler that does more keeps doing it."""
        statements = [statement for statement in body if isinstance(statement, cst.BaseStatement)]
        if len(statements) < 2 or statements[-1] is not self._commit or node.orelse or node.finalbody:
            return []
        handlers = [self._without_rollback(handler) for handler in node.handlers]
        whole = [handler for handler in handlers if handler is not None]
        if len(whole) != len(handlers):
            return []
        entered = self._with(statements[:-1])
        if all(_only_raises(handler) for handler in whole):
            return [entered]
        return [node.with_changes(body=cst.IndentedBlock([entered]), handlers=whole)]

    def _without_rollback(self, handler: cst.ExceptHandler) -> cst.ExceptHandler | None:
        """A handler that rolls back and leaves by `raise`, without the ROLLBACK."""
        body = handler.body.body
        kept = [statement for statement in body if not any(statement is rollback for rollback in self.left)]
        if len(kept) == len(body) or not kept or not _raises(kept[-1]):
            return None
        self.left = [rollback for rollback in self.left if not any(rollback is statement for statement in body)]
        return handler.with_changes(body=handler.body.with_changes(body=kept))

    def _with(self, inside: _Statements) -> cst.With:
        first = inside[0]
        begin = self._begin
        lines = begin.leading_lines if isinstance(begin, cst.SimpleStatementLine) else ()
        if isinstance(first, cst.SimpleStatementLine | cst.BaseCompoundStatement):
            inside = [
                first.with_changes(leading_lines=[line for line in first.leading_lines if line.comment]),
                *inside[1:],
            ]
        return cst.With(
            [cst.WithItem(self._entered)],
            cst.IndentedBlock(list(inside)),
            asynchronous=cst.Asynchronous(),
            leading_lines=lines,
        )


def _raises(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.SimpleStatementLine) and isinstance(statement.body[-1], cst.Raise)


def _only_raises(handler: cst.ExceptHandler) -> bool:
    body = handler.body.body
    if len(body) != 1 or not isinstance(body[0], cst.SimpleStatementLine) or len(body[0].body) != 1:
        return False
    statement = body[0].body[0]
    return isinstance(statement, cst.Raise) and statement.exc is None
