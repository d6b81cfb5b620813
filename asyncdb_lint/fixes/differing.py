"""What of a statement a rewrite has changed: a class of a thousand lines keeps all its methods but one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import libcst as cst

from asyncdb_lint.fixes.textdiff import shared_ends
from asyncdb_lint.nodes import field_names

_WITH_BLOCK = (cst.ClassDef, cst.FunctionDef, cst.With, cst.For, cst.While, cst.If)


class Region(NamedTuple):
    """Statements that follow one another in a block, and what has become of them."""

    old: Sequence[cst.CSTNode]
    new: Sequence[cst.CSTNode]
    indents: tuple[str | None, ...] = ()
    """The indentation of each block around them, outermost first; None for the module's own."""

    @property
    def differing(self) -> tuple[list[cst.CSTNode], list[cst.CSTNode]]:
        """The statements that are only in the one, and those only in the other."""
        return _without(self.old, self.new), _without(self.new, self.old)


def changed_region(
    old: Sequence[cst.CSTNode], new: Sequence[cst.CSTNode], indents: tuple[str | None, ...] = ()
) -> Region:
    """The smallest region in which statements differ, as deep as only blocks do.

    A statement that both have is the same node. There is at least one old statement, if there was any.
    """
    start, end = shared_ends(old, new)
    if start + end == len(old) and old:
        # What is only inserted stands beside a statement that is still there.
        end, start = (end - 1, start) if end else (end, start - 1)
    old, new = old[start : len(old) - end], new[start : len(new) - end]
    if len(old) == len(new) == 1:
        blocks = _blocks(old[0], new[0])
        if blocks is not None and blocks[0].body:
            return changed_region(blocks[0].body, blocks[1].body, (*indents, blocks[0].indent))
    return Region(old, new, indents)


def _without(some: Sequence[cst.CSTNode], others: Sequence[cst.CSTNode]) -> list[cst.CSTNode]:
    known = {id(other) for other in others}
    return [node for node in some if id(node) not in known]


def _blocks(old: cst.CSTNode, new: cst.CSTNode) -> tuple[cst.IndentedBlock, cst.IndentedBlock] | None:
    """The blocks of two statements that differ in nothing else."""
    if not isinstance(old, _WITH_BLOCK) or type(old) is not type(new) or not _same_but_body(old, new):
        return None
    before, after = old.body, getattr(new, "body", None)
    if not isinstance(before, cst.IndentedBlock) or not isinstance(after, cst.IndentedBlock):
        return None
    return (before, after) if _same_but_body(before, after) else None


def _same_but_body(old: cst.CSTNode, new: cst.CSTNode) -> bool:
    return all(_is_same(getattr(old, name), getattr(new, name)) for name in field_names(type(old)) if name != "body")


def _is_same(old: object, new: object) -> bool:
    if isinstance(old, Sequence) and isinstance(new, Sequence) and not isinstance(old, str):
        return len(old) == len(new) and all(one is other for one, other in zip(old, new, strict=True))
    return old is new
