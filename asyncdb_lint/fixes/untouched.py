"""Holds a fixed text against the tree it came from: a statement that no edit touches must be the same one still.

An edit that is wrong in its own place can change what follows: an opened quote swallows the next statement, a lost
indentation moves it into another block. Both may parse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import libcst as cst

from asyncdb_lint.decoding import UnparsableFile
from asyncdb_lint.diagnostics import Position
from asyncdb_lint.fixes.textdiff import Splice
from asyncdb_lint.nodes import children
from asyncdb_lint.parsing import ParsedModule, parse_text

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
    found = {(_start(new, node), type(node)): (node, block) for block, node in _statements(new.tree)}
    for block, node in _untouched(old, old.tree, edits):
        twin, new_block = found.get((_shifted(_start(old, node), edits), type(node)), (None, ""))
        if twin is None or block not in (None, new_block) or not _bare(node).deep_equals(_bare(twin)):
            return old.code_of(node).strip()
    return None


def _module(text: str) -> ParsedModule | None:
    # A text of which LibCST and Python disagree was no text to fix; what does not parse is refused elsewhere.
    try:
        return ParsedModule(Path("-"), text, "utf-8", False, parse_text(text))
    except UnparsableFile:
        return None


def _untouched(
    module: ParsedModule, holder: cst.CSTNode, edits: Sequence[Splice]
) -> Iterator[tuple[str | None, cst.BaseStatement]]:
    """The statements that no edit touches, with their block; None where the head of that block is edited."""
    keeps_head = not isinstance(holder, cst.BaseCompoundStatement) or not _edits_head(module, holder, edits)
    for block, node in _within(holder):
        if not any(_touches(edit, module, node) for edit in edits):
            yield block if keeps_head else None, node
        else:
            yield from _untouched(module, node, edits)


def _statements(holder: cst.CSTNode) -> Iterator[tuple[str, cst.BaseStatement]]:
    """Every statement, however deep, with the block it stands in."""
    for block, node in _within(holder):
        yield block, node
        yield from _statements(node)


def _within(holder: cst.CSTNode, block: str = "") -> Iterator[tuple[str, cst.BaseStatement]]:
    """The statements of the blocks that stand directly in a compound statement or the module."""
    block = f"{block}/{type(holder).__name__}"
    if isinstance(holder, (cst.Module, cst.IndentedBlock)):
        for node in holder.body:
            yield block, node
        return
    for child in children(holder):
        if isinstance(child, (cst.IndentedBlock, *_BRANCHES)):
            yield from _within(child, block)


def _edits_head(module: ParsedModule, holder: cst.BaseCompoundStatement, edits: Sequence[Splice]) -> bool:
    first = holder.cases[0] if isinstance(holder, cst.Match) else holder.body
    body = module.range_of(first).start
    is_below = body.line > module.range_of(holder).start.line
    start, end = _start(module, holder), module.offset_of(Position(body.line, 1) if is_below else body)
    return any((low < end and start < high) or low == high == start for low, high, _ in edits)


def _touches(edit: Splice, module: ParsedModule, node: cst.BaseStatement) -> bool:
    low, high, content = edit
    place = module.range_of(node)
    first = place.start
    if isinstance(node, (cst.FunctionDef, cst.ClassDef)) and node.decorators:
        first = module.range_of(node.decorators[0]).start
    # A new indentation of its line touches a statement; so does a line added below the last one of its block.
    start = module.offset_of(Position(first.line, 1))
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
