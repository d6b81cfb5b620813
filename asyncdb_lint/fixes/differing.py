"""What of a statement a rewrite has changed: a class of a thousand lines keeps all its methods but one."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from asyncdb_lint.nodes import field_names


def differing(old: Sequence[cst.CSTNode], new: Sequence[cst.CSTNode]) -> tuple[list[cst.CSTNode], list[cst.CSTNode]]:
    """The statements that are only in the one, and those only in the other, as deep as only blocks differ.

    A statement that both have is the same node.
    """
    gone, come = _without(old, new), _without(new, old)
    if len(gone) == len(come) == 1:
        inside = _blocks(gone[0], come[0])
        if inside is not None:
            return differing(inside[0].body, inside[1].body)
    return gone, come


def _without(some: Sequence[cst.CSTNode], others: Sequence[cst.CSTNode]) -> list[cst.CSTNode]:
    known = {id(other) for other in others}
    return [node for node in some if id(node) not in known]


def _blocks(old: cst.CSTNode, new: cst.CSTNode) -> tuple[cst.IndentedBlock, cst.IndentedBlock] | None:
    """The blocks of two classes that differ in nothing else."""
    if not isinstance(old, cst.ClassDef) or not isinstance(new, cst.ClassDef) or not _same_but_body(old, new):
        return None
    before, after = old.body, new.body
    if not isinstance(before, cst.IndentedBlock) or not isinstance(after, cst.IndentedBlock):
        return None
    return (before, after) if _same_but_body(before, after) else None


def _same_but_body(old: cst.CSTNode, new: cst.CSTNode) -> bool:
    return all(_is_same(getattr(old, name), getattr(new, name)) for name in field_names(type(old)) if name != "body")


def _is_same(old: object, new: object) -> bool:
    if isinstance(old, Sequence) and isinstance(new, Sequence) and not isinstance(old, str):
        return len(old) == len(new) and all(one is other for one, other in zip(old, new, strict=True))
    return old is new
