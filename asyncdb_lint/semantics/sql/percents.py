"""Every `%` of a text that raises where a driver fills the text in by `text % {...}`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from asyncdb_lint.semantics.sql.marks import masked


@dataclass(frozen=True, slots=True)
class LiteralPercent:
    """One `%`, as far as Python reads it as a format, and the error that it raises."""

    shown: str
    error: str
    is_operator: bool
    """It stands in the statement proper: the remainder of a division."""
    is_pattern: bool
    """It stands in what LIKE compares with."""


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
            yield LiteralPercent(shown, error, code[at] == "%", _PATTERN.search(code, 0, at) is not None)


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
_PATTERN = re.compile(r"\b(?:like|glob)\s*'*\Z", re.IGNORECASE)
