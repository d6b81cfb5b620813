"""Holds a fixed text against the tree it came from: a statement that no edit touches must be the same one still.

An edit that is wrong in its own place can change what follows: an opened quote swallows the next statement, a lost
indentation moves it into another block. Both may parse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import libcst as cst

from asyncdb_lint.diagnostics import Position
from asyncdb_lint.fixes.textdiff import Splice
from asyncdb_lint.parsing import ParsedModule, UnparsableFile, parse_text

_Path = tuple[str, ...]
"""The blocks that a statement stands in, and what it is."""
_BRANCHES = (cst.Else, cst.If, cst.ExceptHandler, cst.ExceptStarHandler, cst.Finally, cst.MatchCase)


def changed_elsewhere(before: str, after: str, edits: Sequence[Splice]) -> str | None:
    """The first statement outside of all edits that the result lost or changed, as written; None if all is well.

    Args:
        before: The text that was fixed.
        after: The text with the edits applied.
        edits: Apart from each other and in order, as indices into `before`.
    """
    old = _module(before)
    new = _module(after)
    if old is None or new is None:
        return None
    found = {(_start(new, node), path): node for path, node in _statements(new.tree)}
    for path, node in _untouched(old, old.tree, (), edits):
        twin = found.get((_shifted(_start(old, node), edits), path))
        if twin is None or not _bare(node).deep_equals(_bare(twin)):
            return old.code_of(node).strip()
    return None


def _module(text: str) -> ParsedModule | None:
    # A text of which LibCST and Python disagree was no text to fix; what does not parse is refused elsewhere.
    try:
        return ParsedModule(Path("-"), text, "utf-8", False, parse_text(text))
    except UnparsableFile:
        return None


def _untouched(
    module: ParsedModule, holder: cst.CSTNode, path: _Path, edits: Sequence[Splice]
) -> Iterator[tuple[_Path, cst.BaseStatement]]:
    for inner, node in _within(holder, path):
        if not any(_touches(edit, module, node) for edit in edits):
            yield inner, node
        else:
            yield from _untouched(module, node, inner, edits)


def _statements(holder: cst.CSTNode, path: _Path = ()) -> Iterator[tuple[_Path, cst.BaseStatement]]:
    """Every statement, however deep, with the blocks it stands in."""
    for inner, node in _within(holder, path):
        yield inner, node
        yield from _statements(node, inner)


def _within(holder: cst.CSTNode, path: _Path) -> Iterator[tuple[_Path, cst.BaseStatement]]:
    """The statements of the blocks that stand directly in a compound statement or the module."""
    if isinstance(holder, (cst.Module, cst.IndentedBlock)):
        for node in holder.body:
            yield (*path, type(node).__name__), node
        return
    for child in holder.children:
        if isinstance(child, (cst.IndentedBlock, *_BRANCHES)):
            yield from _within(child, (*path, type(child).__name__))


def _touches(edit: Splice, module: ParsedModule, node: cst.BaseStatement) -> bool:
    low, high, content = edit
    place = module.range_of(node)
    # A new indentation of its line touches a statement; so does a line added below the last one of its block.
    start = module.offset_of(Position(place.start.line, 1))
    end = module.offset_of(place.end)
    if isinstance(node, cst.BaseCompoundStatement):
        end = _next_line(module.text, end)
    if high == start:
        return bool(content) and not content.endswith(("\n", "\r"))
    return low <= end and start < high


def _start(module: ParsedModule, node: cst.CSTNode) -> int:
    return module.offset_of(module.range_of(node).start)


def _next_line(text: str, offset: int) -> int:
    ends = [found for found in (text.find("\n", offset), text.find("\r", offset)) if found >= 0]
    if not ends:
        return len(text)
    end = min(ends)
    return end + (2 if text.startswith("\r\n", end) else 1)


def _shifted(offset: int, edits: Sequence[Splice]) -> int:
    return offset + sum(len(content) - (end - start) for start, end, content in edits if end <= offset)


def _bare(node: cst.BaseStatement) -> cst.CSTNode:
    """A statement without what stands above and beside it: that belongs to the place, not to the statement."""
    if isinstance(node, cst.SimpleStatementLine):
        return node.with_changes(leading_lines=[], trailing_whitespace=cst.TrailingWhitespace())
    return node.with_changes(leading_lines=[])
