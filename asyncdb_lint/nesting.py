"""Finds sources that nest too deeply before the parser sees them: its native recursion would end the process.

A scan over tokens gives an upper bound of the depth of the tree. It is a small part of the cost of parsing.
"""

from __future__ import annotations

import re
from typing import Final

# Measured on LibCST 1.9 with a 2 MB stack: brackets overflow it at 400 levels, chains of operators and attributes at
# 1600, `elif` at 3200. CPython itself refuses 200 brackets and 100 indentations.
MAX_BRACKETS: Final = 100
MAX_LINKS: Final = 500
MAX_ELIFS: Final = 500
# The parser takes exponential time in the nesting of `case` patterns (and a steeper one in that of mappings).
MAX_PATTERN: Final = 16
_MAPPING_WEIGHT: Final = 2

_TOKEN = re.compile(
    r"""
      (?P<line>(?:\r\n?|\n)[ \t\f]*(?:(?:elif|if|case)\b)?)
    | (?P<space>[ \t\f]+|\\\r?\n?)
    | (?P<string>(?:[rbfutRBFUT]{1,2})?(?:
          '''(?:[^'\\]|\\.|'(?!''))*(?:'''|\Z) | \"""(?:[^"\\]|\\.|"(?!""))*(?:\"""|\Z)
        | '(?:[^'\\\r\n]|\\.)*'? | "(?:[^"\\\r\n]|\\.)*"? ))
    | (?P<link>(?:not|and|or|lambda|if|else|await|for|in|is|yield|from)\b|\*\*|//|<<|>>|[-+*/%@&|^~.])
    | (?P<word>\d[\w.]*|\w+|\.\.\.)
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<comma>,)
    | (?P<end>[;:])
    | (?P<comment>\#[^\r\n]*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_SILENT = frozenset({"word", "space", "comment", "other"})
_LINKS = frozenset({"link", "string"})
_FIELD = re.compile(r"\{\{|\}\}|[{}]")


def find_too_deep(text: str) -> int | None:
    """The index at which a source nests deeper than the parser can follow, or None."""
    if len(text) <= MAX_PATTERN:
        return None
    depth = _Depth()
    for match in _TOKEN.finditer("\n" + text):
        kind = match.lastgroup
        if kind in _SILENT:
            continue
        if kind in _LINKS:
            depth.link()
            if kind == "string" and _too_deep_inside(match.group()):
                return match.start() - 1
        elif kind == "open":
            depth.open(match.group())
        elif kind == "close":
            depth.close(match.group())
        elif kind == "comma":
            depth.separate()
        elif depth.brackets == 0:
            depth.end(match.group())
        if depth.exceeded:
            return max(match.start() - 1, 0)
    return None


class _Depth:
    """How deep the tree may nest at a token."""

    __slots__ = ("_elifs", "_in_case", "_links", "_pattern", "_total", "brackets", "exceeded")

    def __init__(self) -> None:
        self.brackets = 0
        self.exceeded = False
        # For each open bracket, the links since its last comma: a bound of how deep the expression there nests.
        self._links = [0]
        self._total = 0
        self._pattern = 0
        self._in_case = False
        self._elifs: dict[str, int] = {}

    def link(self) -> None:
        """An operator, a dot, a string that may continue another."""
        self._links[-1] += 1
        self._total += 1
        self.exceeded = self._total > MAX_LINKS

    def open(self, bracket: str) -> None:
        """An opening bracket."""
        self.brackets += 1
        self._links.append(0)
        if self._in_case:
            self._pattern += _MAPPING_WEIGHT if bracket == "{" else 1
        self.exceeded = self.brackets > MAX_BRACKETS or self._pattern > MAX_PATTERN

    def close(self, bracket: str) -> None:
        """A closing bracket; what it closed may be called, indexed or followed by an attribute."""
        if self.brackets:
            self.brackets -= 1
            self._total -= self._links.pop()
            if self._in_case:
                self._pattern -= _MAPPING_WEIGHT if bracket == "}" else 1
            self.link()

    def separate(self) -> None:
        """A comma: what follows does not nest in what came before."""
        self._total -= self._links[-1]
        self._links[-1] = 0

    def end(self, text: str) -> None:
        """A line end with what starts the next line, a semicolon or a colon, outside of brackets."""
        if text == ":":
            self._in_case = False
            return
        self._links[0] = self._total = self._pattern = 0
        start = text.strip("\r\n")
        self._in_case = start.endswith("case")
        if start.endswith("elif"):
            indent = start[:-4]
            self._elifs[indent] = self._elifs.get(indent, 0) + 1
            self.exceeded = self._elifs[indent] > MAX_ELIFS
        elif start.endswith("if"):
            self._elifs[start[:-2]] = 0


def _too_deep_inside(string: str) -> bool:
    # The expressions of an f-string are parsed as code; everything outside its braces is not.
    prefix = string[:2].lower()
    if len(string) <= MAX_BRACKETS or not ("f" in prefix or "t" in prefix) or "{" not in string:
        return False
    code: list[str] = []
    depth = start = 0
    for match in _FIELD.finditer(string):
        brace = match.group()
        if brace == "{" or (brace == "{{" and depth):
            if not depth:
                start = match.start()
            depth += len(brace)
        elif depth and brace[0] == "}":
            depth = max(depth - len(brace), 0)
            if not depth:
                code.append(string[start : match.end()])
    if depth:
        code.append(string[start:])
    return any(find_too_deep(field) is not None for field in code)
