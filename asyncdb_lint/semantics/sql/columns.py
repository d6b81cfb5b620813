"""What a SELECT lists: the names of its columns, and whether it can only give one row."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from .text import lexemes

AGGREGATES = {"COUNT", "SUM", "MIN", "MAX", "AVG", "EXISTS", "TOTAL", "BOOL_AND", "BOOL_OR", "EVERY", "ARRAY_AGG"}
_AFTER_SELECT = {"FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "HAVING", "OFFSET", ";"}

_NOT_COUNTED = {
    "DISTINCT", "GROUP", "HAVING", "LIMIT", "OFFSET", "FETCH", "UNION", "EXCEPT", "INTERSECT", "ORDER", "OVER",
    "FOR", ";",
}  # fmt: skip
_PLAIN_SELECT = re.compile(r"\s*SELECT\s+(?P<listed>[^']*?)\s+FROM\s.*", re.IGNORECASE | re.DOTALL)


def columns(text: str) -> tuple[str, ...] | None:
    """The names of the columns that a SELECT or a RETURNING lists; None where they are not all written out.

    A name without quotes and with capitals is another one on PostgreSQL, and one that comes twice says nothing.
    """
    words = lexemes(text)
    names: list[str] = []
    for item in _items(_listed(words)):
        name = _name(item)
        if name is None or name in names:
            return None
        names.append(name)
    return tuple(names) or None


def gives_one_row(text: str) -> bool:
    """Whether a statement says itself that it gives no more than one row: `LIMIT 1`, an aggregate of all rows."""
    upper = [word.upper() for word in lexemes(text)]
    pairs = set(itertools.pairwise(upper))
    return not pairs.isdisjoint({("LIMIT", "1"), ("FIRST", "ROW"), ("FIRST", "1")}) or always_gives_row(text)


def always_gives_row(text: str) -> bool:
    """Whether a statement gives a row whatever the tables hold: an aggregate of all rows, a SELECT from nothing."""
    upper = [word.upper() for word in lexemes(text)]
    if upper[:1] == ["INSERT"]:
        return "VALUES" in upper and "RETURNING" in upper and upper[1:2] == ["INTO"] and "CONFLICT" not in upper
    if upper[:1] != ["SELECT"] or not {"GROUP", "UNION", "HAVING", "OFFSET"}.isdisjoint(upper):
        return False
    listed = _listed(upper)
    return "FROM" not in upper or any(
        word in AGGREGATES and following == "(" for word, following in itertools.pairwise(listed)
    )


def listed_text(text: str) -> str | None:
    """What stands between SELECT and FROM in a plain SELECT whose rows COUNT(*) would count; None for any other."""
    found = _PLAIN_SELECT.fullmatch(text)
    upper = {word.upper() for word in lexemes(text)}
    if found is None or upper & _NOT_COUNTED or "(" in found["listed"]:
        return None
    return found["listed"]


def _listed(words: Sequence[str]) -> Sequence[str]:
    """The list of columns, between SELECT and FROM or behind RETURNING."""
    upper = [word.upper() for word in words]
    if upper[:1] == ["SELECT"]:
        start = 2 if upper[1:2] in (["DISTINCT"], ["ALL"]) else 1
    elif upper[:1] in (["INSERT"], ["UPDATE"], ["DELETE"]) and upper.count("RETURNING") == 1:
        start = upper.index("RETURNING") + 1
    else:
        return ()
    depth = 0
    for at in range(start, len(words)):
        depth += {"(": 1, ")": -1}.get(words[at], 0)
        if depth == 0 and upper[at] in _AFTER_SELECT:
            return words[start:at]
    return words[start:]


def _items(words: Sequence[str]) -> Iterator[list[str]]:
    item: list[str] = []
    depth = 0
    for word in words:
        depth += {"(": 1, ")": -1}.get(word, 0)
        if word == "," and depth == 0:
            yield item
            item = []
        else:
            item.append(word)
    if item:
        yield item


def _name(item: Sequence[str]) -> str | None:
    """`name`, `table.name` or `anything AS name`."""
    if not item or not (len(item) == 1 or item[-2] == "." or item[-2].upper() == "AS"):
        return None
    if len(item) > 1 and item[-2] == "." and len(item) % 2 == 0:
        return None
    word = item[-1]
    if word[0] in {'"', "`"}:
        return word.strip('"`')
    return word if word.isidentifier() and word == word.lower() else None
