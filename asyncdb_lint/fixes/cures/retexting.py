"""Puts other characters in the place of some in a text, and leaves all else as it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from .moving import assigned_text
from .sqltext import SqlText, Unreadable, read_text
from .unholing import rewritten

if TYPE_CHECKING:
    from ...semantics.facts import BoundQuery

_HOLE = "\0"


def written_text(query: BoundQuery) -> SqlText:
    """The text of a query as its source has it, where nothing else reads it; raises `Unreadable` elsewhere."""
    written = query.query
    if written is None or query.site is not query.sink:
        raise Unreadable
    term, root = written.term, written.node
    if isinstance(root, cst.Name):
        root = assigned_text(query.site, root)
    if query.wrapping is not None and query.wrapping.call.node is root and len(query.wrapping.call.arguments) == 1:
        term, root = query.wrapping.call.arguments[0].term, query.wrapping.call.arguments[0].node
    if not isinstance(root, cst.SimpleString | cst.FormattedString | cst.ConcatenatedString | cst.BinaryOperation):
        raise Unreadable
    return read_text(query.site.module.parsed, term, root)


def characters(text: SqlText) -> str:
    """The characters of a text, with one that occurs nowhere for each hole."""
    found = [_HOLE if atom.blank is not None and not atom.text else atom.text for atom in text.atoms]
    if any(len(character) != 1 for character in found):
        raise Unreadable
    return "".join(found)


def with_replacements(text: SqlText, replaced: Sequence[tuple[int, int, str]]) -> cst.BaseExpression:
    """The expression with new text for stretches of its characters; raises `Unreadable` where one is torn apart."""
    edits: list[tuple[int, int, str]] = []
    for start, end, new in replaced:
        atoms = text.atoms[start:end]
        torn = {id(atom.literal) for atom in atoms} != {id(atoms[0].literal)} or atoms[0].literal is None
        if torn or any(atom.blank is not None for atom in atoms):
            raise Unreadable
        edits.append((atoms[0].start, atoms[-1].end, new))
    return rewritten(text, edits)
