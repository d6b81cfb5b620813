"""Carries the changes of a plan out on a module's tree, copying only what lies above a change."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import cast

import libcst as cst

from asyncdb_lint.fixes import blocks
from asyncdb_lint.fixes.blocks import AnyStatement, Lines, Statement
from asyncdb_lint.fixes.changes import InsertAfter, InsertBefore, PlanRefused, Remove, Replace
from asyncdb_lint.nodes import children, descendants, field_names
from asyncdb_lint.parsing import ParsedModule

NodeChange = Replace | Remove | InsertBefore | InsertAfter
Unit = list[Statement | cst.EmptyLine]
"""What has become of one top-level statement: statements, and comment lines left at the end of the module."""

_ATOMS = (cst.Call, cst.Name, cst.Attribute, cst.Subscript)
_NONE: frozenset[int] = frozenset()


class Rewriter:
    """Applies the changes of one module to its tree."""

    def __init__(self, module: ParsedModule, changes: Iterable[NodeChange], parenthesised: frozenset[int]) -> None:
        """Takes the changes; `parenthesised` has the identities of nodes whose replacement gets parentheses."""
        self._module = module
        self._parenthesised = parenthesised
        self._targets: dict[int, cst.CSTNode] = {}
        self._replaced: dict[int, Replace] = {}
        self._removed: set[int] = set()
        self._before: defaultdict[int, list[AnyStatement]] = defaultdict(list)
        self._after: defaultdict[int, list[AnyStatement]] = defaultdict(list)
        self._on_path: set[int] = set()
        self._bare: set[int] = set()
        self._done: set[int] = set()
        for change in changes:
            self._register(change)

    def units(self) -> dict[int, Unit]:
        """The top-level statements that change, by index, and what becomes of each."""
        body = self._module.tree.body
        self._mark([body[i] for i in sorted({self._unit_of(node) for node in self._targets.values()})])
        for change in self._replaced.values():
            self._mark(as_list(change.new))
        for statements in (*self._before.values(), *self._after.values()):
            self._mark(statements)
        rebuilt, left = self._block(body, _NONE)
        units: dict[int, Unit] = {
            i: list(new) for i, new in enumerate(rebuilt) if len(new) != 1 or new[0] is not body[i]
        }
        if comments := blocks.comments_of(left):
            last = len(body) - 1
            units[last] = [*units.get(last, [body[last]]), *comments]
        lost = [node for key, node in self._targets.items() if key not in self._done]
        if lost:
            raise PlanRefused(f"a change to `{self._source(lost[0])}` has no place in the result")
        return units

    def _register(self, change: NodeChange) -> None:
        node = change.node if isinstance(change, Replace) else change.statement
        key = id(node)
        self._targets[key] = node
        if isinstance(change, Replace):
            if self._replaced.setdefault(key, change).new is not change.new:
                raise PlanRefused(f"`{self._source(node)}` is replaced by two different things")
        elif isinstance(change, Remove):
            self._removed.add(key)
        elif isinstance(change, InsertBefore):
            self._before[key] += change.new_statements
        else:
            self._after[key] += change.new_statements
        if key in self._removed and key in self._replaced:
            raise PlanRefused(f"`{self._source(node)}` is both replaced and removed")

    def _source(self, node: cst.CSTNode) -> str:
        return self._module.code_of(node).strip()

    def _unit_of(self, node: cst.CSTNode) -> int:
        places = self._module.places
        place = places.of(node)
        if place is None:
            raise PlanRefused(f"this {type(node).__name__} is not part of {self._module.path}")
        index = bisect.bisect_right(places.lines, place[1]) - 1
        if index < 0:
            raise PlanRefused(f"this {type(node).__name__} stands in no statement")
        return index

    def _mark(self, roots: Sequence[cst.CSTNode]) -> None:
        """Notes which nodes have a target among their descendants."""
        parents: dict[int, cst.CSTNode | None] = {id(root): None for root in roots}
        stack = list(roots)
        while stack:
            node = stack.pop()
            if id(node) in self._targets:
                above: cst.CSTNode | None = node
                while above is not None:
                    self._on_path.add(id(above))
                    above = parents[id(above)]
            for child in children(node):
                parents[id(child)] = node
                stack.append(child)

    # From here on: a node and what becomes of it. `inside` has the nodes whose replacement is being built, so that a
    # replacement may hold what it replaces.

    def _node(self, node: cst.CSTNode, inside: frozenset[int]) -> cst.CSTNode:
        key = id(node)
        if key not in self._on_path:
            return node
        if key in self._replaced and key not in inside:
            return self._replacing(node, inside | {key})
        if isinstance(node, cst.IndentedBlock):
            return self._indented_block(node, inside)
        if isinstance(node, cst.SimpleStatementSuite) and self._restructures(node.body, inside):
            return self._suite(node, inside)
        changes: dict[str, object] = {"lpar": [], "rpar": []} if key in self._bare else {}
        for name in field_names(type(node)):
            value = getattr(node, name)
            if name in changes:
                continue
            if isinstance(value, cst.CSTNode):
                new_value: object = self._node(value, inside)
            elif isinstance(value, (list, tuple)) and any(id(item) in self._on_path for item in value):
                new_value = [self._node(item, inside) for item in value]
            else:
                continue
            if new_value is not value:
                changes[name] = new_value
        return node.with_changes(**changes) if changes else node

    def _replacing(self, node: cst.CSTNode, inside: frozenset[int]) -> cst.CSTNode:
        """What replaces a node that is no statement of a block."""
        self._done.add(id(node))
        new = self._replaced[id(node)].new
        if not isinstance(new, cst.CSTNode):
            raise PlanRefused(f"`{self._source(node)}` is no statement of a block: one node must replace it")
        if isinstance(node, _ATOMS) and node.lpar and isinstance(new, cst.Await) and new.expression is node:
            # `(x)` becomes `(await x)`, not `await (x)`.
            self._bare.add(id(node))
            bare = cast("cst.BaseExpression", self._node(node, inside))
            return new.with_changes(expression=bare, lpar=node.lpar, rpar=node.rpar)
        made = self._node(new, inside)
        return parenthesise(made) if id(node) in self._parenthesised else made

    def _indented_block(self, block: cst.IndentedBlock, inside: frozenset[int]) -> cst.IndentedBlock:
        rebuilt, left = self._block(block.body, inside)
        body = [statement for new in rebuilt for statement in new]
        if not body:
            return block.with_changes(body=[blocks.with_leading(_pass_line(), blocks.comments_of(left))])
        return block.with_changes(body=body, footer=[*blocks.comments_of(left), *block.footer])

    def _suite(self, suite: cst.SimpleStatementSuite, inside: frozenset[int]) -> cst.BaseSuite:
        line = cst.SimpleStatementLine(suite.body, trailing_whitespace=suite.trailing_whitespace)
        made, _ = self._line(line, inside)
        if not made:
            return suite.with_changes(body=[cst.Pass()])
        if len(made) == 1 and isinstance(made[0], cst.SimpleStatementLine):
            return suite.with_changes(body=made[0].body)
        return cst.IndentedBlock(made)

    def _block(self, body: Sequence[cst.BaseStatement], inside: frozenset[int]) -> tuple[list[list[Statement]], Lines]:
        """What becomes of each statement of a block, and the comments left of those removed at its end."""
        result: list[list[Statement]] = []
        left: Lines = []
        for statement in body:
            made, remains = self._statement(cast("Statement", statement), inside)
            if made and left:
                made[0] = blocks.with_leading(made[0], blocks.joined(left, blocks.leading_lines(made[0])))
                left = []
            result.append(made)
            left = blocks.joined(left, remains) if remains else left
        return result, left

    def _statement(self, statement: Statement, inside: frozenset[int]) -> tuple[list[Statement], Lines]:
        """What becomes of one statement, and what is left of its comments when nothing does."""
        key = id(statement)
        if key not in self._on_path:
            return [statement], []
        left: Lines = []
        if key in inside:
            # It moves into its own replacement, which takes the blank lines above.
            _, comments = blocks.split_blanks(statement.leading_lines)
            made, left = self._within(blocks.with_leading(statement, comments), statement, inside)
        elif key in self._removed:
            self._done.add(key)
            made = []
            left = blocks.left_of_removed(statement.leading_lines, blocks.trailing_of(statement))
        elif key in self._replaced:
            made = self._replacement(statement, inside | {key})
        else:
            made, left = self._within(statement, statement, inside)
        if key in inside:
            return made, left
        return self._surrounded(key, made, left, inside)

    def _surrounded(
        self, key: int, made: list[Statement], left: Lines, inside: frozenset[int]
    ) -> tuple[list[Statement], Lines]:
        before = self._inserted(self._before.get(key, ()), inside)
        after = self._inserted(self._after.get(key, ()), inside)
        if before or after:
            self._done.add(key)
        if before and made:
            blanks, comments = blocks.split_blanks(blocks.leading_lines(made[0]))
            before[0] = blocks.with_leading(before[0], blocks.joined(blanks, blocks.leading_lines(before[0])))
            # Definitions keep their distance from what comes before them.
            made = [blocks.with_leading(made[0], blocks.set_apart(before[-1], made[0], blanks, comments)), *made[1:]]
        if after and made:
            blanks, comments = blocks.split_blanks(blocks.leading_lines(after[0]))
            distance = blocks.split_blanks(blocks.leading_lines(made[0]))[0]
            after[0] = blocks.with_leading(after[0], blocks.set_apart(made[-1], after[0], blanks or distance, comments))
        made = [*before, *made, *after]
        if made and left:
            made[0] = blocks.with_leading(made[0], blocks.joined(left, blocks.leading_lines(made[0])))
            left = []
        return made, left

    def _inserted(self, statements: Iterable[AnyStatement], inside: frozenset[int]) -> list[Statement]:
        rebuilt, _ = self._block([blocks.in_block(statement) for statement in statements], inside)
        return [statement for new in rebuilt for statement in new]

    def _replacement(self, statement: Statement, inside: frozenset[int]) -> list[Statement]:
        self._done.add(id(statement))
        new = as_list(self._replaced[id(statement)].new)
        made = self._inserted(cast("list[AnyStatement]", new), inside)
        if not made:
            raise PlanRefused(f"`{self._source(statement)}` is replaced by nothing")
        lines = blocks.leading_lines(made[0])
        if not lines:
            # The comments above a statement stay above what replaces it, unless they moved into it.
            kept = blocks.split_blanks(statement.leading_lines)[0] if self._holds(new, statement) else None
            made[0] = blocks.with_leading(made[0], statement.leading_lines if kept is None else kept)
        last, old_last = made[-1], blocks.trailing_of(statement)
        if isinstance(last, cst.SimpleStatementLine) and old_last and not last.trailing_whitespace.comment:
            made[-1] = last.with_changes(trailing_whitespace=old_last)
        return made

    def _holds(self, new: Sequence[cst.CSTNode], statement: cst.CSTNode) -> bool:
        return any(id(root) in self._on_path and any(n is statement for n in descendants(root)) for root in new)

    def _within(
        self, statement: Statement, original: Statement, inside: frozenset[int]
    ) -> tuple[list[Statement], Lines]:
        """Changes inside a statement; a line of several small statements may come apart."""
        if isinstance(statement, cst.SimpleStatementLine) and self._restructures(original.body, inside):
            return self._line(statement, inside)
        self._on_path.add(id(statement))
        return [cast("Statement", self._node(statement, inside | {id(original)}))], []

    def _restructures(self, body: object, inside: frozenset[int]) -> bool:
        """Says whether small statements come or go, rather than change within themselves."""
        for small in cast("Sequence[cst.BaseSmallStatement]", body):
            key = id(small)
            if key in self._removed or key in self._before or key in self._after:
                return True
            change = self._replaced.get(key)
            if change and key not in inside and not isinstance(change.new, cst.BaseSmallStatement):
                return True
        return False

    def _line(self, line: cst.SimpleStatementLine, inside: frozenset[int]) -> tuple[list[Statement], Lines]:
        made: list[Statement] = []
        together: list[cst.BaseSmallStatement] = []

        def flush() -> None:
            if together:
                *others, last = together
                made.append(cst.SimpleStatementLine([*others, last.with_changes(semicolon=cst.MaybeSentinel.DEFAULT)]))
                together.clear()

        for small in line.body:
            key = id(small)
            before = self._inserted(self._before.get(key, ()), inside)
            after = self._inserted(self._after.get(key, ()), inside)
            if before:
                flush()
                made += before
            change = self._replaced.get(key)
            if key in self._removed:
                self._done.add(key)
            elif change and key not in inside and not isinstance(change.new, cst.BaseSmallStatement):
                self._done.add(key)
                flush()
                made += self._inserted(cast("list[AnyStatement]", as_list(change.new)), inside | {key})
            else:
                together.append(cast("cst.BaseSmallStatement", self._node(small, inside)))
            if after:
                flush()
                made += after
            if before or after:
                self._done.add(key)
        flush()
        if not made:
            return [], blocks.left_of_removed(line.leading_lines, line.trailing_whitespace)
        return _dressed(made, line), []


def _dressed(made: list[Statement], line: cst.SimpleStatementLine) -> list[Statement]:
    """Gives what became of a line the comments above and beside it."""
    blanks, comments = blocks.split_blanks(line.leading_lines)
    old = next((i for i, new in enumerate(made) if _shares(new, line)), 0)
    made[old] = blocks.with_leading(made[old], [*comments, *blocks.leading_lines(made[old])])
    made[0] = blocks.with_leading(made[0], [*blanks, *blocks.leading_lines(made[0])])
    for index in range(len(made) - 1, -1, -1):
        statement = made[index]
        if isinstance(statement, cst.SimpleStatementLine) and (_shares(statement, line) or index == 0):
            made[index] = statement.with_changes(trailing_whitespace=line.trailing_whitespace)
            return made
    return made


def _shares(statement: Statement, line: cst.SimpleStatementLine) -> bool:
    if not isinstance(statement, cst.SimpleStatementLine):
        return False
    values = {id(getattr(small, "value", small)) for small in line.body}
    return any(id(getattr(small, "value", small)) in values for small in statement.body)


def as_list(new: cst.CSTNode | Sequence[AnyStatement]) -> list[cst.CSTNode]:
    """The new node or nodes of a replacement."""
    return [new] if isinstance(new, cst.CSTNode) else list(new)


def parenthesise(node: cst.CSTNode) -> cst.CSTNode:
    """An expression in parentheses; any other node as it is."""
    if not isinstance(node, cst.BaseExpression):
        return node
    return node.with_changes(lpar=[cst.LeftParen(), *node.lpar], rpar=[*node.rpar, cst.RightParen()])


def _pass_line() -> cst.SimpleStatementLine:
    return cst.SimpleStatementLine([cst.Pass()])
