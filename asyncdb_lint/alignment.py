"""From places in the text a tree is written out as to places in the text it was read from.

LibCST drops form feeds in indentation, line continuations in front of a statement, some comments at the end of a block
and a last line end that is a bare CR. Without care, everything behind such a place would be off.
"""

from __future__ import annotations

import bisect
import difflib
import re
from collections.abc import Iterator, Sequence

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


class Alignment:
    """Which index of the original belongs to an index of the written text."""

    __slots__ = ("_ends", "_length", "_sources", "_starts", "_written_lines")

    def __init__(self, written: str, original: str) -> None:
        self._starts: list[int] = []
        self._sources: list[int] = []
        self._ends: list[int] = []
        self._length = len(original)
        self._written_lines = [0]
        for line in _LINE.findall(written):
            self._written_lines.append(self._written_lines[-1] + len(line))
        for start, source, length in _common(written, original):
            self._starts.append(start)
            self._sources.append(source)
            self._ends.append(start + length)

    def index(self, line: int, column: int) -> int:
        """The index into the written text of a line and column of it."""
        return self._written_lines[line - 1] + column - 1

    def start(self, index: int) -> int:
        """Where what starts at an index of the written text starts in the original."""
        piece = bisect.bisect_right(self._starts, index) - 1
        if piece >= 0 and index < self._ends[piece]:
            return self._sources[piece] + index - self._starts[piece]
        return self._sources[piece + 1] if piece + 1 < len(self._sources) else self._length

    def end(self, index: int) -> int:
        """Where what ends at an index of the written text ends in the original."""
        return self.start(index - 1) + 1 if index else 0


def _common(written: str, original: str) -> Iterator[tuple[int, int, int]]:
    """The pieces both texts share, in order: start in the one, start in the other, length."""
    mine, others = _LINE.findall(written), _LINE.findall(original)
    a_start, b_start = _offsets(mine), _offsets(others)
    for kind, a, b, c, d in difflib.SequenceMatcher(None, mine, others, autojunk=False).get_opcodes():
        if kind == "equal":
            yield a_start[a], b_start[c], a_start[b] - a_start[a]
        elif kind == "replace":
            old, new = "".join(mine[a:b]), "".join(others[c:d])
            for block in difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
                if block.size:
                    yield a_start[a] + block.a, b_start[c] + block.b, block.size


def _offsets(lines: Sequence[str]) -> list[int]:
    offsets = [0]
    for line in lines:
        offsets.append(offsets[-1] + len(line))
    return offsets
