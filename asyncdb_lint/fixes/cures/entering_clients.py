"""Cures a test client that is not entered, where the function around it shows what uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from .. import blocks
from ..blocks import Statement
from ..changes import FixPlan, Replace
from .editing import parents_in

if TYPE_CHECKING:
    from ...semantics.facts import UnenteredClient


def enter_client(client: UnenteredClient) -> FixPlan | None:
    """`with TestClient(app) as client:` around a function's `yield`, or around what follows an assignment."""
    function, call = client.call.function, client.call.node
    if not client.can_be_entered or not isinstance(function.node, cst.FunctionDef):
        return None
    parents = parents_in(function.node)
    small = parents.get(id(call))
    line = parents.get(id(small)) if small is not None else None
    if isinstance(small, cst.Yield) and isinstance(line, cst.Expr):
        line = parents.get(id(line))
    block = parents.get(id(line)) if isinstance(line, cst.SimpleStatementLine) else None
    if not isinstance(line, cst.SimpleStatementLine) or not isinstance(block, cst.IndentedBlock) or len(line.body) > 1:
        return None
    statements: list[Statement] = list(block.body)  # type: ignore[arg-type]
    at = next(number for number, statement in enumerate(statements) if statement is line)
    name, inner = _what_follows(small, line, statements[at + 1 :], is_fixture=not function.name.startswith("test"))
    if not inner:
        return None
    entered = cst.With(
        items=[cst.WithItem(call, cst.AsName(cst.Name(name)))],
        body=cst.IndentedBlock(inner),
        leading_lines=line.leading_lines,
    )
    body = block.with_changes(body=[*statements[:at], entered])
    return FixPlan.unsafe("Enter the client", Replace(client.call.module.parsed, block, body))


def _what_follows(
    small: cst.CSTNode | None, line: cst.SimpleStatementLine, rest: list[Statement], *, is_fixture: bool
) -> tuple[str, list[Statement]]:
    """The name of the client, and the statements that need it entered."""
    yielded = cst.SimpleStatementLine([cst.Expr(cst.Yield(cst.Name("client")))])
    match small:
        case cst.Yield():
            return "client", [yielded, *rest]
        case cst.Return() if is_fixture and not rest:
            return "client", [yielded]
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]) if rest:
            first = blocks.with_leading(rest[0], blocks.split_blanks(blocks.leading_lines(rest[0]))[1])
            last = rest[-1].body[0] if isinstance(rest[-1], cst.SimpleStatementLine) else None
            if isinstance(last, cst.Return):
                # A client that is returned is left before it is used.
                return name, []
            return name, [first, *rest[1:]]
        case _:
            return "", []
