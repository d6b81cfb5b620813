"""The names under which a statement gives its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .text import lexemes

_AFTER_SELECT = {"FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "UNION", "EXCEPT", "INTERSECT", "HAVING", "OFFSET", ";"}


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
