"""Every `%` of a text that raises where a driver fills the text in by `text % {...}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from asyncdb_lint.semantics.sql.marks import masked
from asyncdb_lint.semantics.sql.text import regions


class LiteralPercent(NamedTuple):
    """One `%`, as far as Python reads it as a format, and the error that it raises."""

    shown: str
    error: str
    is_operator: bool
    """It stands in the statement proper: the remainder of a division."""
    is_pattern: bool
    """It stands in what LIKE compares with."""
    in_comment: bool
    literal: str | None
    """What is between the quotes around it."""
    operands: tuple[str, str] | None
    """What the remainder is taken of, and by what, where both are a name or a number."""


def literal_percents(text: str, names: frozenset[str]) -> Iterator[LiteralPercent]:
    """What raises in `text % {name: ...}`."""
    code = masked(text)
    taken = 0
    for match in _PERCENT.finditer(text):
        key, conversion = match["key"], match["conversion"]
        error = _error(key, conversion, names)
        if error is None and key is None and conversion != "%":
            taken += 1
            error = "TypeError" if taken > 1 else None
        if error is not None:
            at = match.start()
            shown = match.group() if conversion.isalnum() else "%"
            is_operator = code[at] == "%"
            literal = _literal(text, at)
            yield LiteralPercent(
                shown,
                error,
                is_operator,
                _PATTERN.search(code, 0, at) is not None,
                in_comment=code[at] == " ",
                literal=literal,
                operands=_operands(code, at) if is_operator else None,
            )


def _literal(text: str, at: int) -> str | None:
    """What is between the quotes around a place; None in a comment."""
    around = (text[start:end] for kind, start, end in regions(text) if kind == "string" and start < at < end)
    return next((string[1:-1] for string in around if string[0] == "'"), None)


def _operands(code: str, at: int) -> tuple[str, str] | None:
    left, right = _BEFORE.search(code[:at]), _BEHIND.match(code, at + 1)
    return (left[1], right[1]) if left and right else None


def _error(key: str | None, conversion: str, names: frozenset[str]) -> str | None:
    if conversion == "%":
        return None
    if key is not None and key not in names:
        return "KeyError"
    if conversion and conversion in "diouxXeEfFgGc":
        return "TypeError"
    return None if conversion and conversion in "rsa" else "ValueError"


_PERCENT = re.compile(
    r"%(?:\((?P<key>[^()]*)\))?[#0\- +]*(?:\*|\d+)?(?:\.(?:\*|\d+)?)?[hlL]?(?P<conversion>.|\Z)", re.DOTALL
)
_BEFORE = re.compile(r"([\w.]+)\s*\Z")
_BEHIND = re.compile(r"\s*(:?[\w.]+)")
_PATTERN = re.compile(r"\b(?:like|glob)\s*'*\Z", re.IGNORECASE)
