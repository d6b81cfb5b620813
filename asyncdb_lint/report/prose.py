"""Sentences of ours, in which backticks mark code, for readers that show code as such."""

from __future__ import annotations

import re
from collections.abc import Iterator

from asyncdb_lint.diagnostics import Diagnostic

_CODE = re.compile(r"`([^`]+)`")


def help_of(diagnostic: Diagnostic) -> str | None:
    """The help line: what the fix does, or what to write."""
    return diagnostic.fix.message if diagnostic.fix else diagnostic.help


def parts(sentence: str) -> Iterator[tuple[str, bool]]:
    """The pieces of a sentence, each with whether it is code."""
    for number, piece in enumerate(_CODE.split(sentence)):
        if piece:
            yield piece, number % 2 == 1
