"""Collects changes of several modules, so that steps of one cure can meet in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import libcst as cst

from ...nodes import children, comments_in, descendants
from ...parsing import ParsedModule
from .. import blocks
from ..blocks import Statement
from ..changes import AddImport, Change, InsertAfter, PlanRefused, Replace


class Edits:
    """Replacements, statements put in front of top-level ones, and imports, as they come up."""

    def __init__(self) -> None:
        self._replaced: dict[int, tuple[ParsedModule, cst.CSTNode, cst.CSTNode]] = {}
        self._before: dict[int, tuple[ParsedModule, Statement, list[Statement]]] = {}
        self._others: list[Change] = []

    def replace(self, module: ParsedModule, node: cst.CSTNode, new: cst.CSTNode) -> None:
        """Puts a node in the place of another."""
        self._replaced[id(node)] = (module, node, new)

    def is_replaced(self, node: cst.CSTNode) -> bool:
        """Whether an earlier step has already put something in the place of a node."""
        return id(node) in self._replaced

    def put_before(self, module: ParsedModule, statement: Statement, new: Statement) -> None:
        """Puts a top-level statement in front of another, behind those that were put there before."""
        self._before.setdefault(id(statement), (module, statement, []))[2].append(new)

    def put_after(self, module: ParsedModule, statement: Statement, new: Sequence[Statement]) -> None:
        """Puts statements behind another."""
        self._others.append(InsertAfter(module, statement, new))

    def add_import(self, module: ParsedModule, source: str, name: str, alias: str | None = None) -> None:
        """Makes an import hold."""
        self._others.append(AddImport(module, source, name, alias if alias != name else None))

    def changes(self) -> tuple[Change, ...]:
        """All that was collected."""
        made: list[Change] = []
        for module, statement, new in self._before.values():
            taken = self._replaced.pop(id(statement), None)
            itself = taken[2] if taken is not None else statement
            made.append(Replace(module, statement, _stacked(new, cast("Statement", itself))))
        made += [Replace(module, node, new) for module, node, new in self._replaced.values()]
        return (*made, *self._others)


def _stacked(new: Sequence[Statement], last: Statement) -> list[Statement]:
    """Statements with the blank lines between them that formatters ask for."""
    stack: list[Statement] = []
    for statement in [*new, last]:
        _, comments = blocks.split_blanks(blocks.leading_lines(statement))
        if not stack:
            count = 2 if _is_definition(statement) else 1
        elif _is_definition(statement) or _is_definition(stack[-1]):
            count = 2
        else:
            count = 1 if comments or not isinstance(statement, cst.SimpleStatementLine) else 0
        stack.append(blocks.with_leading(statement, [*_blank(count), *comments]))
    return stack


def _blank(count: int) -> list[cst.EmptyLine]:
    return [cst.EmptyLine(indent=False) for _ in range(count)]


def _is_definition(statement: cst.CSTNode) -> bool:
    return isinstance(statement, cst.FunctionDef | cst.ClassDef)


def top_statement(module: ParsedModule, node: cst.CSTNode) -> Statement:
    """The top-level statement in which a node stands."""
    offset = module.offset_of(module.range_of(node).start)
    for statement, (start, end) in zip(module.tree.body, module.places.statements, strict=True):
        if start <= offset < end:
            return statement
    raise PlanRefused("the call stands in no statement")


def parents_in(root: cst.CSTNode) -> dict[int, cst.CSTNode]:
    """The parent of every node below a root, by the node's identity."""
    found: dict[int, cst.CSTNode] = {}
    pending = [root]
    while pending:
        node = pending.pop()
        for child in children(node):
            found[id(child)] = node
            pending.append(child)
    return found


def statement_around(node: cst.CSTNode, parents: dict[int, cst.CSTNode]) -> cst.BaseStatement | None:
    """The innermost statement that an expression stands in."""
    above = parents.get(id(node))
    while above is not None and not isinstance(above, cst.BaseStatement):
        above = parents.get(id(above))
    return above


def free_name(function: cst.CSTNode, *names: str) -> str:
    """The first of some names that a function does not mention; the last of them if it mentions all."""
    taken = {node.value for node in descendants(function) if isinstance(node, cst.Name)}
    return next((name for name in names if name not in taken), names[-1])


def loses_comments(node: cst.CSTNode, new: cst.CSTNode) -> bool:
    """Whether a comment inside a node is not in what takes its place."""
    kept = {id(comment) for comment in comments_in(new)}
    return any(id(comment) not in kept for comment in comments_in(node))


def statements_of(text: str) -> list[Statement]:
    """Source as statements; their line ends become those of the file they are put into."""
    return list(cst.parse_module(text.replace("\r\n", "\n").replace("\r", "\n")).body)
