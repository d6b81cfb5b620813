"""Which columns a write sets, and to what: from the text of an INSERT or UPDATE, or from `values(...)` of Core."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Bound
from typing import NamedTuple

from .dumped import Dumps, Entry
from .flat_texts import FlatText, Frame
from .records import Argument
from .sql import placeholders, plain_name
from .terms import UNKNOWN, Constant, Term

_SET = re.compile(r"\bset\b(.*?)(?:\bwhere\b|\breturning\b|\Z)", re.IGNORECASE | re.DOTALL)
_INSERT = re.compile(
    r"\binsert\s+into\s+\S+?\s*(?:\((?P<columns>[^()]*)\)\s*)?values\s*\((?P<values>.*)\)", re.IGNORECASE | re.DOTALL
)
_TARGET = re.compile(r"\s*([\w.\"`{}]+)\s*=(.*)", re.DOTALL)
_HOLE = "{}"


class Assignment(NamedTuple):
    """One value; `column` is None where the statement does not name it, `position` counts within the row."""

    column: str | None
    position: int
    value: Term
    frame: Frame | None = None
    """The calls through which the value is seen."""


def in_text(verb: str, text: FlatText, bound: Bound[str, Entry] | None) -> list[Assignment] | None:
    """What an INSERT or UPDATE assigns, given its bind values; None where that is not written out."""
    whole = "".join(part if isinstance(part, str) else _HOLE for part in text.parts)
    pairs = _updated(whole) if verb == "update" else _inserted(whole)
    if pairs is None or bound is None:
        return None
    found: list[Assignment] = []
    for position, (column, expression) in enumerate(pairs):
        if _HOLE in (column or ""):
            return None
        found.extend(Assignment(column, position, item.value, item.frame) for item in _values(expression, bound))
    return found


def in_core(given: Sequence[Argument], dumps: Dumps, frame: Frame | None) -> list[Assignment] | None:
    """What the arguments of `values(...)` assign; None where they are not written out."""
    found: list[Assignment] = []
    for argument in given:
        if argument.keyword not in (None, "values"):
            found.append(Assignment(argument.keyword, len(found), argument.term, frame))
            continue
        entries = dumps.of(argument.term, frame) if argument.star != "*" else None
        if entries is None:
            return None
        found += [Assignment(entry.name, len(found), entry.value, entry.frame) for entry in entries]
    return found or None


def _updated(whole: str) -> list[tuple[str | None, str]] | None:
    clause = _SET.search(whole)
    if clause is None:
        return None
    targets = [_TARGET.match(part) for part in _split(clause[1])]
    return [(plain_name(target[1]), target[2]) for target in targets if target] if all(targets) else None


def _inserted(whole: str) -> list[tuple[str | None, str]] | None:
    found = _INSERT.search(whole)
    if found is None:
        return None
    values = list(_split(found["values"]))
    names: list[str | None] = [plain_name(name) for name in (found["columns"] or "").split(",") if name.strip()]
    if len(names) != len(values):
        names = [None] * len(values)
    return list(zip(names, values, strict=True))


def _values(expression: str, bound: Bound[str, Entry]) -> Iterator[Entry]:
    """What an expression is made of: bind values by name; literals and functions of the database are constants."""
    if _HOLE in expression:
        yield Entry("", UNKNOWN, None)
    for name in placeholders(expression):
        yield bound.get(name) or Entry(name, Constant(None), None)


def _split(text: str) -> Iterator[str]:
    """The parts between commas that stand in no brackets; a comma inside quotes may split a literal, never a name."""
    depth = start = 0
    for index, character in enumerate(text):
        if character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
            if depth < 0:
                yield text[start:index]
                return
        elif character == "," and depth == 0:
            yield text[start:index]
            start = index + 1
    yield text[start:]
