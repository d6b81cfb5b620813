"""Finds the line of a TOML file that sets a key; the TOML reader keeps no positions."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
      (?P<text>\"""(?:[^\\]|\\.)*?(?:\"""|\Z)|'''.*?(?:'''|\Z)|"(?:[^"\\\n]|\\.)*"?|'[^'\n]*'?)
    | (?P<comment>\#[^\n]*)
    | (?P<newline>\n)
    | (?P<open>[\[{])
    | (?P<close>[\]}])
    | (?P<equals>=)
    | (?P<bare>[\w-]+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


def line_of(text: str, path: tuple[str, ...]) -> int:
    """The line that sets a key, given by its path of names; else the line of the nearest thing around it."""
    found: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    words: list[str] = []
    depth = at = 0
    line = 1
    is_header = is_value = False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        line += text.count("\n", at, token.start())
        at = token.start()
        if kind == "newline":
            if depth == 0:
                words, is_header, is_value = [], False, False
        elif is_value or kind == "comment":
            # Inside a value nothing is a key of its own, but brackets may carry it over lines.
            depth += (kind == "open") - (kind == "close")
        elif kind in ("bare", "text"):
            words.append(_name(token.group()))
        elif kind == "open" and not words:
            is_header = True
        elif kind == "close" and is_header:
            table = tuple(words)
            _note(found, table, line)
        elif kind == "equals":
            is_value = True
            _note(found, (*table, *words), line)
    while path and path not in found:
        path = path[:-1]
    return found.get(path, 1)


def _note(found: dict[tuple[str, ...], int], path: tuple[str, ...], line: int) -> None:
    for length in range(1, len(path) + 1):
        found.setdefault(path[:length], line)


def _name(word: str) -> str:
    return word[1:-1] if len(word) > 1 and word[0] in "\"'" and word[-1] == word[0] else word
