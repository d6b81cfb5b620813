"""Puts something before the `yield` of a lifespan, and something behind it in a `finally`."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from .. import blocks
from ..blocks import Statement


def around_yield(
    body: Sequence[cst.CSTNode], opened: Sequence[Statement], closed: Sequence[Statement]
) -> list[Statement] | None:
    """A body that opens before its `yield` and closes behind it, whatever is raised between."""
    statements = [statement for statement in body if isinstance(statement, cst.BaseStatement)]
    for index, statement in enumerate(statements):
        new = _at_yield(statement, opened, closed)
        if new is not None:
            return [*statements[:index], *new, *statements[index + 1 :]]  # type: ignore[list-item]
    return None


def _at_yield(
    statement: cst.BaseStatement, opened: Sequence[Statement], closed: Sequence[Statement]
) -> list[Statement] | None:
    if isinstance(statement, cst.SimpleStatementLine) and _is_yield(statement):
        if not closed:
            return _headed(opened, statement, statement.leading_lines)
        blanks, comments = blocks.split_blanks(statement.leading_lines)
        guarded = cst.Try(
            cst.IndentedBlock([blocks.with_leading(statement, comments)]),
            finalbody=cst.Finally(cst.IndentedBlock(closed)),
        )
        return _headed(opened, guarded, blanks)
    if isinstance(statement, cst.Try):
        inside = statement.body.body
        final = statement.finalbody
        if final is not None and inside and _is_yield(inside[-1]):
            # The `finally` that is there serves both: opened last, closed first.
            closing = with_body(final.body, [*closed, *lines_of(final.body)])
            rest = statement.with_changes(finalbody=final.with_changes(body=closing))
            return _headed(opened, rest, statement.leading_lines)
    if isinstance(statement, cst.Try | cst.With):
        body = around_yield(statement.body.body, opened, closed)
        if body is not None:
            return [statement.with_changes(body=with_body(statement.body, body))]
    return None


def _headed(opened: Sequence[Statement], rest: Statement, leading: Sequence[cst.EmptyLine]) -> list[Statement]:
    """What opens, if anything does, and what follows it, with the lines that stood above both."""
    if not opened:
        return [blocks.with_leading(rest, leading)]
    first, *others = opened
    return [blocks.with_leading(first, leading), *others, blocks.with_leading(rest, [])]


def _is_yield(statement: cst.CSTNode) -> bool:
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and len(statement.body) == 1
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, cst.Yield)
    )


def with_body(suite: cst.BaseSuite, body: Sequence[Statement]) -> cst.BaseSuite:
    """A suite with other statements in it; one on the line of its header becomes a block."""
    if isinstance(suite, cst.IndentedBlock):
        return suite.with_changes(body=body)
    return cst.IndentedBlock(body)


def lines_of(suite: cst.BaseSuite) -> list[Statement]:
    """The statements of a suite as lines of their own."""
    return [blocks.in_block(statement) for statement in suite.body]
