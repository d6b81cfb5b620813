"""What makes a finding the same finding after lines have moved.

A finding is known by its rule, the function or class it stands in, and its statement without layout. Line numbers, the
message and the way a formatter breaks lines are no part of it. Equal findings of one file are counted, in the order of
their places. The file's path is left to who compares: a baseline and GitLab want it, GitHub keeps it by itself.
"""

from __future__ import annotations

import bisect
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.suppressions.statements import Comment, Outline, Statement, outline

VERSION = 1
"""Grows when the same finding would get another fingerprint than before."""

_DEFINITION = re.compile(r"(?:async\s+)?(?P<kind>def|class)\s+(?P<name>\w+)")
_SPACE = re.compile(r"(?:\s|\\(?=[\r\n]))+")
_TOKEN = re.compile(
    r"""
      (?P<space>(?:\s|\\(?=[\r\n]))+)
    | (?P<prefix>\b[rbfutRBFUT]{1,2}|)
      (?:\'\'\'(?P<long1>(?:[^'\\]|\\.|'(?!''))*)(?:\'\'\'|\Z)|\"""(?P<long2>(?:[^"\\]|\\.|"(?!""))*)(?:\"""|\Z)
      |'(?P<short1>(?:[^'\\\r\n]|\\.)*)'?|"(?P<short2>(?:[^"\\\r\n]|\\.)*)"?)
    | (?P<word>\w+)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


class Identity(NamedTuple):
    """The parts that a fingerprint is made of."""

    code: str
    symbol: str
    """The dotted path of the innermost function or class, `Users.save`; empty at the top of a module."""
    statement: str
    """The statement that the finding starts in, on one line and without comments."""


@dataclass(frozen=True)
class SourceIdentities:
    """Tells what findings of one source are known by; the source is scanned once, and need not parse."""

    source: str

    def of(self, diagnostic: Diagnostic) -> Identity:
        """The identity of one finding."""
        number = self._outline.statement_at(diagnostic.range.start.line)
        if number is None:
            return Identity(diagnostic.code, "", "")
        return Identity(diagnostic.code, self.symbols[number], self._normalised(self._outline.statements[number]))

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """The symbol that each statement belongs to; the header of a function or class belongs to itself."""
        found: list[str] = []
        around: list[tuple[int, str]] = []
        for statement in self._outline.statements:
            indent = self._indent(statement)
            while around and indent <= around[-1][0]:
                around.pop()
            if name := self._defined(statement):
                around.append((indent, name))
            found.append(".".join(name for _, name in around))
        return tuple(found)

    @cached_property
    def _outline(self) -> Outline:
        return outline(self.source)

    @cached_property
    def _comment_starts(self) -> list[int]:
        return [comment.start for comment in self._outline.comments]

    def _indent(self, statement: Statement) -> int:
        first = self._outline.line_starts[statement.first_line - 1]
        return len(self.source[first : statement.start].expandtabs())

    def _defined(self, statement: Statement) -> str | None:
        """The name of the function or class that a statement is the header of, behind its decorators."""
        text = self._uncommented(statement)
        if not text.startswith("@"):
            found = _DEFINITION.match(text)
            return found["name"] if found else None
        headers = [found["name"] for line in re.split(r"[\r\n]+", text) if (found := _DEFINITION.match(line.lstrip()))]
        return headers[-1] if headers else None

    def _normalised(self, statement: Statement) -> str:
        tokens = list(_tokens(self._uncommented(statement)))
        # What formatters add and take away: round brackets, last commas. Equal results are counted anyway.
        return " ".join(
            word
            for word, following in zip(tokens, [*tokens[1:], ")"], strict=True)
            if word not in "();" and not (word == "," and following in ")]}")
        )

    def _uncommented(self, statement: Statement) -> str:
        kept: list[str] = []
        start = statement.start
        for comment in self._comments_in(statement):
            kept.append(self.source[start : comment.start])
            start = comment.end
        return "".join([*kept, self.source[start : statement.end]])

    def _comments_in(self, statement: Statement) -> tuple[Comment, ...]:
        first = bisect.bisect_left(self._comment_starts, statement.start)
        last = bisect.bisect_left(self._comment_starts, statement.end)
        return self._outline.comments[first:last]


def _tokens(code: str) -> Iterator[str]:
    """The tokens of a statement: strings in double quotes, numbers and prefixes in small letters."""
    for found in _TOKEN.finditer(code):
        kind = found.lastgroup
        match kind:
            case "space":
                continue
            case "long1" | "long2" | "short1" | "short2":
                # The text of a query is indented anew together with the code around it.
                text = _SPACE.sub(" ", found[kind]).strip() if kind.startswith("long") else found[kind]
                prefix = "".join(sorted(found["prefix"].lower().replace("u", "")))
                yield f'{prefix}"{text}"'.replace("\\'", "'").replace('\\"', '"')
            case _:
                word = found.group()
                yield word.lower() if word[0].isdigit() else word


def fingerprint(diagnostic: Diagnostic, source: str, *, occurrence: int = 1) -> str:
    """The fingerprint of one finding: hexadecimal digits that stay when lines move.

    Args:
        diagnostic: The finding.
        source: The text of its file.
        occurrence: Its number among the findings of the file that have the same identity, from 1.
    """
    return digest(SourceIdentities(source).of(diagnostic), occurrence=occurrence)


def digest(identity: Identity, *, occurrence: int = 1) -> str:
    """The fingerprint of an identity."""
    parts = (str(VERSION), identity.code, identity.symbol, identity.statement, str(occurrence))
    return hashlib.sha256("\0".join(parts).encode(errors="backslashreplace")).hexdigest()[:32]


def identities(diagnostics: Iterable[Diagnostic], sources: Mapping[Path, str]) -> list[Identity]:
    """The identities of findings, in their order; each source is scanned once."""
    known: dict[Path, SourceIdentities] = {}
    found: list[Identity] = []
    for diagnostic in diagnostics:
        path = diagnostic.path
        if path not in known:
            known[path] = SourceIdentities(sources.get(path, ""))
        found.append(known[path].of(diagnostic))
    return found


def fingerprints(diagnostics: Iterable[Diagnostic], sources: Mapping[Path, str]) -> list[str]:
    """The fingerprints of findings, in their order; no two of one file are the same."""
    findings = list(diagnostics)
    seen: Counter[tuple[Path, Identity]] = Counter()
    found: list[str] = []
    for diagnostic, identity in zip(findings, identities(findings, sources), strict=True):
        seen[diagnostic.path, identity] += 1
        found.append(digest(identity, occurrence=seen[diagnostic.path, identity]))
    return found
