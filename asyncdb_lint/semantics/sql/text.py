"""The text of a statement as it stands in Python: literal pieces and holes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


@dataclass(frozen=True, slots=True)
class Hole:
    """A place that an expression fills in at run time; `index` is the caller's own name for it."""

    index: int


Parts: TypeAlias = Sequence["str | Hole"]


class Span(NamedTuple):
    """Where a hole's stand-in is in a filled text: `text[start:end]`."""

    hole: Hole
    start: int
    end: int


class Filled(NamedTuple):
    """A text whose holes are replaced by words that occur nowhere else in it."""

    text: str
    spans: tuple[Span, ...]
    mark: str

    def has_hole(self, word: str) -> bool:
        """Whether a piece of the text holds the stand-in of a hole."""
        return bool(self.spans) and self.mark in word

    def parts_of(self, start: int, end: int) -> tuple[str | Hole, ...]:
        """The pieces and holes of a stretch of the text that cuts no stand-in in two."""
        found: list[str | Hole] = []
        at = start
        for span in self.spans:
            if start <= span.start and span.end <= end:
                if at < span.start:
                    found.append(self.text[at : span.start])
                found.append(span.hole)
                at = span.end
        if at < end:
            found.append(self.text[at:end])
        return tuple(found)


def fill(parts: Parts) -> Filled:
    """Replaces each hole by a word, so that a scanner sees an ordinary statement."""
    literal = "".join(part for part in parts if isinstance(part, str))
    mark = "hole_"
    while mark in literal:
        mark = f"{mark}x_"
    pieces: list[str] = []
    spans: list[Span] = []
    at = 0
    for part in parts:
        if isinstance(part, Hole):
            piece = f"{mark}{len(spans)}_"
            spans.append(Span(part, at, at + len(piece)))
        else:
            piece = part
        pieces.append(piece)
        at += len(piece)
    return Filled("".join(pieces), tuple(spans), mark)


_LEXEME = re.compile(
    r"""
    (?P<comment> --[^\n]* | /\*.*?(?:\*/|\Z) )
  | (?P<string> [eE]'(?:[^'\\]|\\.|'')*(?:'|\Z) | '[^']*(?:'|\Z) | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$ )
  | (?P<name> "[^"]*(?:"|\Z) | `[^`]*(?:`|\Z) )
  | (?P<word> [^\W\d][\w$]* )
  | (?P<other> \d[\w.]* | \S )
    """,
    re.VERBOSE | re.DOTALL,
)


def regions(text: str) -> Iterator[tuple[str, int, int]]:
    """The comments, strings and quoted names of a text: what no keyword or placeholder of SQL stands in."""
    for match in _LEXEME.finditer(text):
        kind = "string" if match["string"] is not None else match.lastgroup
        if kind in ("comment", "string", "name"):
            yield kind, match.start(), match.end()


def lexemes(text: str) -> list[str]:
    """The words, names, numbers and signs of a statement, without comments; a string is one `'`.

    Made for what a statement says at large; where a hole stands is for `places`, which asks a real tokenizer.
    """
    found: list[str] = []
    for match in _LEXEME.finditer(text):
        if match.lastgroup == "comment":
            continue
        found.append("'" if match["string"] is not None else match.group())
    return found
