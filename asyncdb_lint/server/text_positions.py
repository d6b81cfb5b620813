"""Positions of the linter and of the protocol, in one text.

The linter counts characters from 1, the protocol counts units of an agreed encoding from 0. Lines end as in Python's
grammar and in the protocol: at CR, LF and CRLF, and at nothing else.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable

from lsprotocol import types

from asyncdb_lint.decoding import line_starts
from asyncdb_lint.diagnostics import Edit, Position, Range
from asyncdb_lint.fixes.textdiff import splices

MARK = "\ufeff"
"""A byte order mark; some editors send it as the first character of a file, and the linter does not count it."""
_SURROGATES_FROM = 0x10000


class TextPositions:
    """Translates positions in one text."""

    def __init__(self, text: str, encoding: types.PositionEncodingKind | str | None) -> None:
        self.text = text
        self._encoding = encoding
        self._starts = line_starts(text)
        self._is_plain = text.isascii()
        self._marked = len(MARK) if text.startswith(MARK) else 0

    def offset(self, position: types.Position) -> int:
        """The index into the text; beyond a line's end it is that end, beyond the text the text's."""
        if position.line >= len(self._starts):
            return len(self.text)
        start, end = self._starts[position.line], self._end_of(position.line)
        if self._is_plain:
            return min(start + position.character, end)
        units = 0
        for index in range(start, end):
            if units >= position.character:
                return index
            units += self._width(self.text[index])
        return end

    def to_linter(self, position: types.Position) -> Position:
        """A position of the protocol as the linter counts it."""
        offset = self.offset(position)
        line = bisect.bisect_right(self._starts, offset)
        marked = self._marked if line == 1 else 0
        return Position(line, max(offset - self._starts[line - 1] - marked, 0) + 1)

    def offset_of(self, position: Position) -> int:
        """The index into the text of a position of the linter."""
        line = min(max(position.line, 1), len(self._starts)) - 1
        marked = self._marked if line == 0 else 0
        return min(self._starts[line] + position.column - 1 + marked, len(self.text))

    def to_client(self, position: Position) -> types.Position:
        """A position of the linter as the client counts it."""
        return self.at(self.offset_of(position))

    def at(self, offset: int) -> types.Position:
        """The position of an index into the text."""
        line = bisect.bisect_right(self._starts, offset) - 1
        before = self.text[self._starts[line] : offset]
        return types.Position(line, len(before) if self._is_plain else sum(map(self._width, before)))

    def range(self, place: Range) -> types.Range:
        """A range of the linter as the client counts it."""
        return types.Range(self.to_client(place.start), self.to_client(place.end))

    def edits(self, edits: Iterable[Edit]) -> list[types.TextEdit]:
        """Edits of the linter as the client applies them."""
        return [types.TextEdit(self.range(edit.range), edit.content) for edit in sorted(set(edits))]

    def replacing(self, new: str) -> list[types.TextEdit]:
        """The edits that make the text into another."""
        if self._marked and not new.startswith(MARK):
            new = MARK + new
        return [
            types.TextEdit(types.Range(self.at(start), self.at(end)), content)
            for start, end, content in splices(self.text, new)
        ]

    def _end_of(self, line: int) -> int:
        end = self._starts[line + 1] if line + 1 < len(self._starts) else len(self.text)
        while end > self._starts[line] and self.text[end - 1] in "\r\n":
            end -= 1
        return end

    def _width(self, character: str) -> int:
        if self._encoding == types.PositionEncodingKind.Utf8:
            return len(character.encode("utf-8", "surrogatepass"))
        if self._encoding == types.PositionEncodingKind.Utf32:
            return 1
        return 2 if ord(character) >= _SURROGATES_FROM else 1
