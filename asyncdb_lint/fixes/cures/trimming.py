"""Takes statements out of a function and mends what stood around them: emptied blocks, `try` without need, `async with` dedented."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TypeVar, cast

import libcst as cst

from .. import blocks
from ..blocks import Lines, Statement

_NodeT = TypeVar("_NodeT", bound=cst.CSTNode)
_LOOKS = (
    cst.Name,
    cst.Attribute,
    cst.UnaryOperation,
    cst.BooleanOperation,
    cst.Comparison,
    cst.ComparisonTarget,
    cst.SimpleString,
    cst.Integer,
)


@dataclass(frozen=True, slots=True)
class Trim:
    """What goes, by the identity of nodes; all else keeps its identity, so that other changes still find it."""

    statements: AbstractSet[int] = frozenset()
    """Small statements to take out."""
    entered: Mapping[int, Sequence[Statement]] = field(default_factory=dict)
    """Items of `async with` to take out, and what stands for each."""
    replaced: Mapping[int, cst.BaseExpression] = field(default_factory=dict)
    """Expressions to write differently."""

    def function(self, node: cst.FunctionDef) -> cst.FunctionDef:
        """The function without what goes."""
        return _Trimmer(self).node(node)


class _Trimmer:
    def __init__(self, trim: Trim) -> None:
        self._trim = trim

    def node(self, node: _NodeT) -> _NodeT:
        new = self._trim.replaced.get(id(node))
        if new is not None:
            return cast("_NodeT", new)
        if isinstance(node, cst.IndentedBlock):
            return cast("_NodeT", self._filled(node))
        changes: dict[str, object] = {}
        for name in node.__dataclass_fields__:
            value = getattr(node, name)
            if isinstance(value, cst.CSTNode):
                made: object = self.node(value)
                if made is not value:
                    changes[name] = made
            elif isinstance(value, (list, tuple)):
                items = [self.node(item) if isinstance(item, cst.CSTNode) else item for item in value]
                if any(a is not b for a, b in zip(items, value, strict=True)):
                    changes[name] = items
        return node.with_changes(**changes) if changes else node

    def _filled(self, block: cst.IndentedBlock) -> cst.IndentedBlock:
        """A block that keeps at least a `pass`."""
        body, left = self._statements(block.body)
        if len(body) == len(block.body) and all(a is b for a, b in zip(body, block.body, strict=True)) and not left:
            return block
        if not body:
            line = cst.SimpleStatementLine([cst.Pass()], leading_lines=blocks.comments_of(left))
            return block.with_changes(body=[line])
        return block.with_changes(body=body, footer=[*blocks.comments_of(left), *block.footer])

    def _suite(self, suite: cst.BaseSuite) -> tuple[list[Statement], Lines]:
        """The statements of a suite, which may be none, and comments that are left of others."""
        if isinstance(suite, cst.IndentedBlock):
            body, left = self._statements(suite.body)
            beside = blocks.left_of_removed([], suite.header)
            if body and beside:
                body[0] = blocks.with_leading(body[0], [*beside, *blocks.leading_lines(body[0])])
            return body, [*([] if body else beside), *left, *suite.footer]
        line = cst.SimpleStatementLine(cast("Sequence[cst.BaseSmallStatement]", suite.body))
        return self._statement(line)

    def _statements(self, body: Sequence[cst.CSTNode]) -> tuple[list[Statement], Lines]:
        result: list[Statement] = []
        left: Lines = []
        for number, statement in enumerate(body):
            made, remains = self._statement(cast("Statement", statement))
            if made and left:
                made[0] = blocks.with_leading(made[0], blocks.joined(left, blocks.leading_lines(made[0])))
                left = []
            if made and not result and number and not blocks.split_blanks(blocks.leading_lines(body[0]))[0]:  # type: ignore[arg-type]
                # What comes first in a block has no blank line above it.
                made[0] = blocks.with_leading(made[0], blocks.split_blanks(blocks.leading_lines(made[0]))[1])
            result += made
            left = blocks.joined(left, remains) if remains else left
        return result, left

    def _statement(self, statement: Statement) -> tuple[list[Statement], Lines]:
        match statement:
            case cst.SimpleStatementLine():
                return self._line(statement)
            case cst.With() if any(id(item) in self._trim.entered for item in statement.items):
                return self._with(statement)
            case cst.If():
                return self._if(statement)
            case cst.Try():
                return self._try(statement)
            case _:
                return [self.node(statement)], []

    def _line(self, line: cst.SimpleStatementLine) -> tuple[list[Statement], Lines]:
        kept = [small for small in line.body if id(small) not in self._trim.statements]
        if not kept:
            return [], blocks.left_of_removed(line.leading_lines, line.trailing_whitespace)
        if len(kept) < len(line.body):
            kept[-1] = kept[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
            line = line.with_changes(body=kept)
        return [self.node(line)], []

    def _with(self, node: cst.With) -> tuple[list[Statement], Lines]:
        kept = [item for item in node.items if id(item) not in self._trim.entered]
        before = [line for item in node.items for line in self._trim.entered.get(id(item), ())]
        if kept:
            kept[-1] = kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            bare = {"lpar": cst.MaybeSentinel.DEFAULT, "rpar": cst.MaybeSentinel.DEFAULT} if len(kept) == 1 else {}
            rest = self.node(node).with_changes(items=[self.node(item) for item in kept], **bare)
            # An item that is gone may be what a later one needs, so what stands for it comes first.
            return self._headed([*before, rest], node.leading_lines), []
        body, left = self._suite(node.body)
        return self._headed([*before, *body], node.leading_lines), left

    def _if(self, node: cst.If) -> tuple[list[Statement], Lines]:
        body, left = self._suite(node.body)
        orelse, else_left = self._orelse(node.orelse)
        if not body and orelse is None and is_pure(node.test):
            # What is left of its body stands above what follows.
            return [], [*node.leading_lines, *blocks.comments_of([*left, *else_left])]
        changed = self.node(node)
        return [changed.with_changes(orelse=orelse) if changed is not node else node], []

    def _orelse(self, node: cst.If | cst.Else | None) -> tuple[cst.If | cst.Else | None, Lines]:
        if node is None:
            return None, []
        if isinstance(node, cst.If):
            made, left = self._if(node)
            return cast("cst.If", made[0]) if made else None, left
        body, left = self._suite(node.body)
        return (self.node(node), []) if body else (None, left)

    def _try(self, node: cst.Try) -> tuple[list[Statement], Lines]:
        changed = self.node(node)
        if changed is node:
            return [node], []
        body, left = self._suite(node.body)
        after, after_left = self._suite(node.orelse.body) if node.orelse is not None else ([], [])
        final, final_left = self._suite(node.finalbody.body) if node.finalbody is not None else ([], [])
        handlers = [
            new
            for old, new in zip(node.handlers, changed.handlers, strict=True)
            if new is old or not _only_reraises(new)
        ]
        if not body:
            return self._headed([*after, *final], node.leading_lines), [*left, *after_left, *final_left]
        if not handlers and not final:
            return self._headed([*body, *after], node.leading_lines), [*left, *after_left, *final_left]
        if not handlers and after:
            changed = changed.with_changes(body=cst.IndentedBlock([*body, *after]), orelse=None)
        return [changed.with_changes(handlers=handlers, finalbody=changed.finalbody if final else None)], final_left

    def _headed(self, made: list[Statement], lines: Sequence[cst.EmptyLine]) -> list[Statement]:
        """Statements with the comments of the one they stood in above them."""
        if made:
            made[0] = blocks.with_leading(made[0], [*lines, *blocks.comments_of(blocks.leading_lines(made[0]))])
        return made


def is_pure(test: cst.CSTNode) -> bool:
    """Whether evaluating a condition does nothing but look."""
    return isinstance(test, _LOOKS) and all(
        is_pure(child) for child in test.children if isinstance(child, (cst.BaseExpression, cst.ComparisonTarget))
    )


def _only_reraises(handler: cst.ExceptHandler) -> bool:
    statements = handler.body.body
    if len(statements) != 1:
        return False
    line = statements[0]
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else line
    return isinstance(small, cst.Raise) and small.exc is None
