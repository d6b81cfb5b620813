"""Where statements and comments are, found by a scan over tokens: no tree is needed, and broken code does no harm.

The scan knows strings in the grammar of any Python, also f-strings that hold the quotes they stand in (PEP 701), so
that a `#` inside a string is never taken for a comment, whatever interpreter runs the linter.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from asyncdb_lint.decoding import line_starts

_CODE = re.compile(
    r"""
      (?P<newline>\r\n?|\n)
    | (?P<space>[ \t\f]+|\\(?:\r\n?|\n))
    | (?P<comment>\#[^\r\n]*)
    | (?P<string>(?P<prefix>\b[rbfutRBFUT]{1,2}|)(?P<quote>'''|\"""|'|"))
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<colon>:)
    | (?P<at>@)
    | (?P<other>\w+|.)
    """,
    re.VERBOSE,
)
_STRINGS = {
    "'''": re.compile(r"(?:[^'\\]|\\.|'(?!''))*(?:'''|\Z)", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*(?:"""|\Z)', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\r\n]|\\\r\n|\\.)*'?", re.DOTALL),
    '"': re.compile(r'(?:[^"\\\r\n]|\\\r\n|\\.)*"?', re.DOTALL),
}
# In an f-string a backslash escapes no brace, and `\N{DASH}` is one character unless the string is raw.
_TEXT = re.compile(r"\\N\{[^}\r\n]*\}|\\(?:\r\n|[^{}])|\{\{|\}\}|[{}]|'''|\"\"\"|['\"]|\r\n?|\n", re.DOTALL)
_RAW_TEXT = re.compile(r"\\(?:\r\n|[^{}])|\{\{|\}\}|[{}]|'''|\"\"\"|['\"]|\r\n?|\n", re.DOTALL)


class Comment(NamedTuple):
    """One comment, up to the end of its line; `is_alone` says that it stands between statements."""

    start: int
    end: int
    is_alone: bool


class Statement(NamedTuple):
    """A simple statement (or several with `;` between), or the header of a compound one with its decorators.

    `start` is its first character and `end` where its last line ends, after a comment there.
    """

    start: int
    end: int
    first_line: int
    last_line: int


@dataclass(frozen=True)
class Outline:
    """The comments and statements of a source, in order."""

    text: str
    comments: tuple[Comment, ...]
    statements: tuple[Statement, ...]

    @cached_property
    def line_starts(self) -> list[int]:
        """The index of each line's first character."""
        return line_starts(self.text)

    def statement_at(self, line: int) -> int | None:
        """The number of the statement on a line; between two statements the one that follows, None after the last."""
        index = bisect.bisect_left(self._last_lines, line)
        return index if index < len(self.statements) else None

    def line_of(self, offset: int) -> int:
        """The line of a character."""
        return bisect.bisect_right(self.line_starts, offset)

    @cached_property
    def _last_lines(self) -> list[int]:
        return [statement.last_line for statement in self.statements]


def outline(text: str) -> Outline:
    """Scans a source."""
    scan = _Scan(text)
    scan.run()
    return Outline(text, tuple(scan.comments), tuple(_with_decorators(text, scan.logical_lines)))


@dataclass(slots=True)
class _LogicalLine:
    start: int
    end: int
    is_decorator: bool


@dataclass(slots=True)
class _Literal:
    """An f-string that the scan is inside of; while in one of its fields, code is read."""

    quote: str
    is_raw: bool
    in_field: bool = False
    depth: int = 0
    """Brackets that are open in the field."""
    specs: int = 0
    """Format specs around the text that is being read: `{x:{width}}` has fields in them."""


@dataclass(slots=True)
class _Scan:
    text: str
    comments: list[Comment] = field(default_factory=list)
    logical_lines: list[_LogicalLine] = field(default_factory=list)
    _position: int = 0
    _depth: int = 0
    _literals: list[_Literal] = field(default_factory=list)
    _line: _LogicalLine | None = None

    def run(self) -> None:
        size = len(self.text)
        while self._position < size:
            if self._literals and not self._literals[-1].in_field:
                self._read_text(self._literals[-1])
            else:
                self._read_code()
        self._end_line(size)

    def _read_code(self) -> None:
        found = _CODE.match(self.text, self._position)
        if found is None:  # a lone surrogate or the like: no token, no harm
            self._position += 1
            return
        start, self._position = found.span()
        kind = found.lastgroup
        match "string" if found["quote"] else kind:
            case "newline":
                if not self._depth and not self._literals:
                    self._end_line(start)
                return
            case "space":
                return
            case "comment":
                self.comments.append(Comment(start, self._position, self._line is None))
                return
            case "string":
                self._begin(start)
                self._read_string(found["prefix"].lower(), found["quote"])
            case "open" | "close":
                self._begin(start)
                self._bracket(found.group())
            case "colon" if self._literals and not self._literals[-1].depth:
                self._literals[-1].in_field = False
                self._literals[-1].specs += 1
            case "at":
                self._begin(start, is_decorator=True)
            case _:
                self._begin(start)

    def _begin(self, start: int, *, is_decorator: bool = False) -> None:
        if self._line is None:
            self._line = _LogicalLine(start, start, is_decorator)

    def _end_line(self, end: int) -> None:
        if self._line is not None:
            self._line.end = end
            self.logical_lines.append(self._line)
            self._line = None

    def _bracket(self, bracket: str) -> None:
        literal = self._literals[-1] if self._literals else None
        step = 1 if bracket in "([{" else -1
        if literal is None:
            self._depth = max(self._depth + step, 0)
        elif bracket == "}" and not literal.depth:
            literal.in_field = False
        else:
            literal.depth = max(literal.depth + step, 0)

    def _read_string(self, prefix: str, quote: str) -> None:
        if "f" in prefix or "t" in prefix:
            self._literals.append(_Literal(quote, "r" in prefix))
            return
        found = _STRINGS[quote].match(self.text, self._position)
        self._position = found.end() if found else len(self.text)

    def _read_text(self, literal: _Literal) -> None:
        """Reads the text of an f-string up to the next field or its end; unclosed, it ends with its line."""
        found = (_RAW_TEXT if literal.is_raw else _TEXT).search(self.text, self._position)
        if found is None:
            self._position = len(self.text)
            return
        self._position = found.end()
        match found.group():
            case "{{" if literal.specs:
                self._position -= 1
                literal.in_field = True
            case "}}" if literal.specs:
                self._position -= 1
                literal.specs -= 1
            case "{":
                literal.in_field = True
            case "}":
                literal.specs = max(literal.specs - 1, 0)
            case "\n" | "\r" | "\r\n" if len(literal.quote) == 1:
                self._position = found.start()
                self._literals.pop()
            case "'''" | '"""' as quote if quote[0] == literal.quote:
                self._position = found.start() + 1
                self._literals.pop()
            case quote if quote == literal.quote:
                self._literals.pop()


def _with_decorators(text: str, lines: list[_LogicalLine]) -> Iterator[Statement]:
    starts = line_starts(text)
    first: _LogicalLine | None = None
    for line in lines:
        first = first or line
        if line.is_decorator and line is not lines[-1]:
            continue
        yield Statement(
            first.start, line.end, bisect.bisect_right(starts, first.start), bisect.bisect_right(starts, line.end)
        )
        first = None
