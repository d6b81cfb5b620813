"""What in a text is read as a bind parameter, and what was meant to be one.

SQLAlchemy's `text()` knows nothing of SQL: it takes every `:name` for a bind parameter, in strings and comments too,
and leaves what other drivers take for one (`$1`, `?`, `%s`) as it is.
"""

from __future__ import annotations

import enum
import re
from typing import NamedTuple

from asyncdb_lint.semantics.sql.statement import PLACEHOLDER
from asyncdb_lint.semantics.sql.text import regions


class Where(enum.Enum):
    """What a mark stands in."""

    CODE = "the statement"
    STRING = "a string"
    QUOTED = "a string that is nothing but the mark"
    NAME = "a quoted name"
    COMMENT = "a comment"
    SLICE = "a slice of an array"


class Mark(NamedTuple):
    """One `:name` that `text()` takes for a bind parameter, at `text[start:end]`."""

    name: str
    start: int
    end: int
    where: Where

    @property
    def is_meant(self) -> bool:
        """Whether a value can be bound here at all."""
        return self.where is Where.CODE


class CastMark(NamedTuple):
    """`:name::type`, which `text()` does not take for a bind parameter."""

    name: str
    type: str
    start: int
    end: int


class ForeignMark(NamedTuple):
    """A placeholder in the style of another driver; `key` is its name or number, where it has one."""

    style: str
    key: str
    start: int
    end: int

    @property
    def is_numbered(self) -> bool:
        """Whether it takes the value at a position."""
        return self.style in ("$1", "?", "%s", ":1", "{}")


def bind_marks(text: str) -> list[Mark]:
    """Every bind parameter of a text, as `text()` reads it, each time it is mentioned."""
    kinds = list(regions(text))
    return [
        Mark(match.group(1), match.start(), match.end(), _where(text, match, kinds))
        for match in PLACEHOLDER.finditer(text)
    ]


def cast_marks(text: str) -> list[CastMark]:
    """Every `:name::type` in the statement proper."""
    return [
        CastMark(match["name"], match["type"], match.start(), match.end()) for match in _CAST.finditer(masked(text))
    ]


def foreign_marks(text: str) -> list[ForeignMark]:
    """Every placeholder of another style that stands where a value is due."""
    code = masked(text)
    found = [
        ForeignMark(style, match.groupdict().get("key") or "", match.start(), match.end())
        for style, pattern in _STYLES.items()
        for match in pattern.finditer(code)
        if _is_value(code, match.start())
    ]
    return sorted(found, key=lambda mark: mark.start)


def masked(text: str) -> str:
    """A text of the same length with strings and quoted names blotted out and comments blank."""
    pieces: list[str] = []
    at = 0
    for kind, start, end in regions(text):
        fill = " " if kind == "comment" else "'" if kind == "string" else '"'
        pieces += [text[at:start], fill * (end - start)]
        at = end
    return "".join([*pieces, text[at:]])


def _where(text: str, match: re.Match[str], kinds: list[tuple[str, int, int]]) -> Where:
    for kind, start, end in kinds:
        if start <= match.start() and match.end() <= end:
            if kind == "comment":
                return Where.COMMENT
            if kind == "name":
                return Where.NAME
            is_whole = (match.start(), match.end()) == (start + 1, end - 1)
            return Where.QUOTED if is_whole else Where.STRING
    before = text[: match.start()].rstrip()
    if match.group(1).isdigit() and before.endswith("[") and not re.search(r"\barray\[$", before, re.IGNORECASE):
        return Where.SLICE
    return Where.CODE


_TYPE = r"[a-zA-Z_]\w*(?:\s*\(\s*\d+(?:\s*,\s*\d+)?\s*\))?(?:\[\])?"
_CAST = re.compile(rf"(?<![:\w\\]):(?P<name>[^\W\d]\w*)::(?P<type>{_TYPE})")

_STYLES = {
    "$1": re.compile(r"(?<![\w$])\$(?P<key>\d+)\b"),
    "?": re.compile(r"(?<![\w?@|&#])\?(?![\w?|&\-])"),
    "%s": re.compile(r"(?<![\w%])%s\b"),
    "%(name)s": re.compile(r"(?<![\w%])%\((?P<key>\w+)\)s\b"),
    "{name}": re.compile(r"(?<![\w${])\{(?P<key>[^\W\d]\w*)\}(?!\})"),
    "{}": re.compile(r"(?<![\w${])\{(?P<key>\d*)\}(?!\})"),
    "@name": re.compile(r"(?<![\w@])@(?P<key>[^\W\d]\w*)\b(?!\s*:=)"),
    "name:": re.compile(r"(?<![:\w])(?P<key>[^\W\d]\w*):(?![:\w=])"),
    ":1": re.compile(r"(?<![:\w\\\[]):(?P<key>\d+)(?![:\w])"),
}
_BEFORE_VALUE = re.compile(
    r"(?:[=<>(,+\-*/]|\|\||\b(?:like|ilike|in|limit|offset|between|and|or|not|then|else|select|returning|when|where))\s*\Z",
    re.IGNORECASE,
)


def _is_value(code: str, start: int) -> bool:
    """Whether a value is due at a place; elsewhere `?` and `@` are operators."""
    return _BEFORE_VALUE.search(code, max(0, start - 40), start) is not None
