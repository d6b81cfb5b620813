"""Takes statements out of a function and mends what stood around them.

A block that is emptied goes, a `try` without need is unwrapped, the body of an `async with` is dedented. Comments above
what goes stay; those beside it speak of it alone, and go with it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
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


class Trim:
    """Takes nodes out by their identity; all others keep theirs, so that other changes still find them."""

    def __init__(
        self,
        targets: Iterable[int],
        parents: Mapping[int, cst.CSTNode],
        statements: Container[int],
        entered: Mapping[int, Sequence[Statement]],
        replaced: Mapping[int, cst.BaseExpression],
    ) -> None:
        """Takes what goes by its kind, and the parents of all nodes.

        Args:
            targets: All that goes or changes.
            parents: The parent of each node, by the node's identity.
            statements: Small statements to take out.
            entered: Items of `async with` to take out, and what stands for each.
            replaced: Expressions to write differently.
        """
        self._statements_out = statements
        self._entered = entered
        self._replaced = replaced
        self._on_path: set[int] = set()
        for target in targets:
            key: int | None = target
            while key is not None and key not in self._on_path:
                self._on_path.add(key)
                key = id(parents[key]) if key in parents else None

    def node(self, node: _NodeT) -> _NodeT:
        """A node without what goes."""
        if id(node) not in self._on_path:
            return node
        new = self._replaced.get(id(node))
        if new is not None:
            return cast("_NodeT", new)
        if isinstance(node, cst.IndentedBlock):
            return cast("_NodeT", self._filled(node))
        if isinstance(node, cst.SimpleStatementSuite):
            small = [item for item in node.body if id(item) not in self._statements_out]
            if len(small) < len(node.body):
                return cast("_NodeT", node.with_changes(body=small or [cst.Pass()]))
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
            return body, [*left, *suite.footer]
        return self._line(cst.SimpleStatementLine(cast("Sequence[cst.BaseSmallStatement]", suite.body)))

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
        if id(statement) not in self._on_path:
            return [statement], []
        match statement:
            case cst.SimpleStatementLine():
                return self._line(statement)
            case cst.With() if any(id(item) in self._entered for item in statement.items):
                return self._with(statement)
            case cst.If():
                return self._if(statement)
            case cst.Try():
                return self._try(statement)
            case _:
                return [self.node(statement)], []

    def _line(self, line: cst.SimpleStatementLine) -> tuple[list[Statement], Lines]:
        kept = [small for small in line.body if id(small) not in self._statements_out]
        if not kept:
            return [], list(line.leading_lines)
        if len(kept) < len(line.body):
            kept[-1] = kept[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
        return [line.with_changes(body=[self.node(small) for small in kept])], []

    def _with(self, node: cst.With) -> tuple[list[Statement], Lines]:
        kept = [item for item in node.items if id(item) not in self._entered]
        before = [line for item in node.items for line in self._entered.get(id(item), ())]
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
        return [changed.with_changes(orelse=orelse) if changed is not node else node], else_left

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
        # A `finally` that stays has its last comments in it.
        left = [] if final else final_left
        return [changed.with_changes(handlers=handlers, finalbody=changed.finalbody if final else None)], left

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
