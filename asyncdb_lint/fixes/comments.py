"""Comments that a rebuilt statement would lose: they come to stand above what follows them, or at the block's end.

Cures that take statements apart and put them together anew need not think of comments; every plan passes through here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import libcst as cst

from asyncdb_lint.fixes import blocks
from asyncdb_lint.fixes.differing import changed_region
from asyncdb_lint.fixes.rewrite import Unit
from asyncdb_lint.nodes import comments_in
from asyncdb_lint.parsing import ParsedModule

_ANCHORS = (cst.BaseExpression, cst.BaseSmallStatement, cst.BaseStatement, cst.ExceptHandler, cst.MatchCase)
_WITH_LINES = (
    cst.SimpleStatementLine,
    cst.BaseCompoundStatement,
    cst.ExceptHandler,
    cst.ExceptStarHandler,
    cst.MatchCase,
)


def with_lost_comments(
    module: ParsedModule, units: Mapping[int, Unit], removed: Iterable[cst.CSTNode]
) -> dict[int, Unit]:
    """The changed top-level statements, with every comment of the old ones.

    Comments inside of `removed` statements go with them; those around them have been taken care of.
    """
    body = module.tree.body
    text, places = module.places.text, module.places.statements
    suspects = [index for index in units if index < len(body) and "#" in text[slice(*places[index])]]
    if not suspects:
        return dict(units)
    changed = [changed_region(body[index : index + 1], unit).differing for index, unit in units.items()]
    old = Counter(c.value for gone, _ in changed for c in _comments(gone))
    new = Counter(c.value for _, come in changed for c in _comments(come))
    lost = old - new
    if not lost:
        return dict(units)
    kept = {id(c) for c in _comments([*(node for unit in units.values() for node in unit), *removed])}
    result = dict(units)
    for index in suspects:
        missing = [c for c in _comments([body[index]]) if id(c) not in kept and lost[c.value] > 0]
        for comment in missing:
            lost[comment.value] -= 1
        wanted = {id(c) for c in missing if not blocks.is_directive(c)}
        if wanted:
            result[index] = _restored(body[index], units[index], wanted)
    return result


def _comments(nodes: Iterable[cst.CSTNode]) -> list[cst.Comment]:
    return [comment for root in nodes for comment in comments_in(root)]


def _in_order(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it, in the order of their text."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(node.children))


def _restored(old: cst.CSTNode, unit: Unit, wanted: set[int]) -> Unit:
    holders = _holders(unit)
    above: dict[int, list[cst.EmptyLine]] = {}
    at_end: dict[int, list[cst.EmptyLine]] = {}
    waiting: list[cst.EmptyLine] = []
    last: int | None = None
    own: dict[int, int] = {}
    for line in _in_order(old):
        if isinstance(line, cst.SimpleStatementLine) and line.trailing_whitespace.comment is not None:
            survivor = next((holders[id(node)] for node in _in_order(line) if id(node) in holders), None)
            if survivor is not None:
                own[id(line.trailing_whitespace.comment)] = survivor
    for node in _in_order(old):
        if id(node) in wanted and isinstance(node, cst.Comment):
            # What stood beside a statement that is still there stays with it.
            target = own.get(id(node))
            restored = cst.EmptyLine(comment=node)
            (above.setdefault(target, []) if target is not None else waiting).append(restored)
        elif isinstance(node, _ANCHORS) and id(node) in holders:
            last = holders[id(node)]
            if waiting:
                above.setdefault(last, []).extend(waiting)
                waiting = []
    if waiting and last is not None:
        at_end[last] = waiting
    order = {id(node): number for number, node in enumerate(_in_order(old)) if isinstance(node, cst.Comment)}
    restorer = _Restorer(above, at_end, order)
    made: list[Any] = []
    for statement in unit:
        visited: Any = statement.visit(restorer)
        made.append(visited)
    return [*made, *restorer.left] if not at_end or restorer.left else made


def _holders(unit: Sequence[cst.CSTNode]) -> dict[int, int]:
    """For each node of the new statements, the innermost statement it is part of, by identity."""
    found: dict[int, int] = {}
    pending: list[tuple[cst.CSTNode, int]] = [(statement, id(statement)) for statement in reversed(unit)]
    while pending:
        node, holder = pending.pop()
        if isinstance(node, _WITH_LINES):
            holder = id(node)
        found.setdefault(id(node), holder)
        pending.extend((child, holder) for child in reversed(node.children))
    return found


class _Restorer(cst.CSTTransformer):
    """Writes comment lines above statements, and at the end of the blocks that statements stand in."""

    def __init__(
        self,
        above: Mapping[int, Sequence[cst.EmptyLine]],
        at_end: Mapping[int, list[cst.EmptyLine]],
        order: Mapping[int, int],
    ) -> None:
        super().__init__()
        self._order = order
        self._above = above
        self.left = [line for lines in at_end.values() for line in lines]
        self._last = set(at_end)

    def on_leave(self, original_node: Any, updated_node: Any) -> Any:
        """Puts in what belongs here."""
        if isinstance(original_node, cst.IndentedBlock) and self.left:
            if any(id(statement) in self._last for statement in original_node.body):
                updated_node = updated_node.with_changes(footer=[*self.left, *updated_node.footer])
                self.left = []
        if id(original_node) in self._above:
            blanks, comments = blocks.split_blanks(updated_node.leading_lines)
            lines = list(comments)
            for line in self._above[id(original_node)]:
                # Those that have moved here keep their order.
                before = [i for i, other in enumerate(lines) if self._number(other) < self._number(line)]
                lines.insert(before[-1] + 1 if before else 0, line)
            updated_node = updated_node.with_changes(leading_lines=[*blanks, *lines])
        return updated_node

    def _number(self, line: cst.EmptyLine) -> float:
        return self._order.get(id(line.comment), float("inf"))
