"""Where the bind parameters of a text stand: what a NULL would do there, and where no value can."""

from __future__ import annotations

import enum
import re
from functools import lru_cache
from typing import NamedTuple

from asyncdb_lint.semantics.sql.grammar import places
from asyncdb_lint.semantics.sql.marks import Mark, bind_marks, masked
from asyncdb_lint.semantics.sql.places import HolePlace, Place
from asyncdb_lint.semantics.sql.statement import Verb, first_word
from asyncdb_lint.semantics.sql.text import Hole


class Misplacement(enum.Enum):
    """A place where a bound value does not do what the text says."""

    ORDER = "sorted by a constant"
    GROUP = "grouped by a constant"
    COLUMN = "a constant instead of a column"
    COLUMN_NAME = "the name of a column"
    TABLE = "the name of a table"
    DIRECTION = "ASC or DESC"
    LIST = "a list without parentheses"
    ITEM = "one item of a list, given a list"


class BoundMark(NamedTuple):
    """A bind parameter that a value can be bound to, and what stands around it."""

    mark: Mark
    place: Place
    function: str
    before: str
    """The word or sign in front of it, in capitals."""
    after: str
    operand: str
    """What it is compared with or assigned to, where that is a name."""
    verb: Verb | None
    misplacement: Misplacement | None

    is_alone_in_list: bool
    """`IN (:ids)`"""


@lru_cache(maxsize=1024)  # an editor asks again at every keystroke
def bound_marks(text: str) -> tuple[BoundMark, ...]:
    """The bind parameters of a text that stand in the statement proper, with their places."""
    marks = [mark for mark in bind_marks(text) if mark.is_meant]
    if not marks:
        return ()
    parts: list[str | Hole] = []
    at = 0
    for number, mark in enumerate(marks):
        parts += [text[at : mark.start], Hole(number)]
        at = mark.end
    parts.append(text[at:])
    code, verb = masked(text), first_word(text)
    return tuple(_bound(code, mark, place, verb) for mark, place in zip(marks, places(parts), strict=True))


def _bound(code: str, mark: Mark, place: HolePlace, verb: Verb | None) -> BoundMark:
    front, behind = code[: mark.start].rstrip(), code[mark.end :].lstrip()
    # A search for what ends here tries each place before: in a long text that takes long.
    near = front[-_NEAR:]
    before = _last(_WORD_BEFORE, near).upper()
    after_match = _WORD_AFTER.match(behind)
    after = after_match.group().upper() if after_match is not None else ""
    operand = _OPERAND.search(near) if near.endswith(_END_OF_COMPARISON) else None
    return BoundMark(
        mark,
        place.place,
        place.function,
        before,
        after,
        operand.group(1) if operand is not None else "",
        verb,
        _misplacement(front, place.place, before, after, verb, code),
        after == ")" and _LIST.search(near) is not None,
    )


def _misplacement(
    front: str, place: Place, before: str, after: str, verb: Verb | None, code: str
) -> Misplacement | None:
    if before == "IN":
        return Misplacement.LIST
    if place is Place.ORDER_BY and (after in _AFTER_KEY or not after):
        return Misplacement.GROUP if _GROUP.search(front) else Misplacement.ORDER
    if place is Place.KEYWORD and before not in ("IS", "NOT") and _ORDER.search(front):
        return Misplacement.DIRECTION
    if place is Place.TABLE and not _IN_FUNCTION.search(front):
        return Misplacement.TABLE
    if place is Place.COLUMN:
        if before == "." or (after == "=" and _ASSIGNED.search(front)) or _INSERTED.search(front):
            return Misplacement.COLUMN_NAME
        if verb == "select" and _SELECTED.match(front) and after in (",", "FROM") and not _COMPOUND.search(code):
            return Misplacement.COLUMN
    return None


def _last(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group() if match is not None else ""


_NEAR = 200
_WORD_BEFORE = re.compile(r"(?:\w+|[<>=!~|@&#?\-*/%^+]+|\S)\Z")
_WORD_AFTER = re.compile(r"\w+|\S")
_OPERAND = re.compile(r"([\w.]*[^\W\d]\w*)\s*(?:=|<>|!=|<|>|<=|>=|\bis(?:\s+not)?\s+distinct\s+from)\Z", re.IGNORECASE)
_END_OF_COMPARISON = ("=", "<", ">", "m", "M")
_LIST = re.compile(r"\bin\s*\(\Z", re.IGNORECASE)
_AFTER_KEY = frozenset(
    {",", ")", ";", "ASC", "DESC", "NULLS", "LIMIT", "OFFSET", "FETCH", "FOR", "UNION", "HAVING", "ORDER", "ROWS"}
)
_GROUP = re.compile(r"\bgroup\s+by\b(?!.*\border\s+by\b)", re.IGNORECASE | re.DOTALL)
_ORDER = re.compile(r"\border\s+by\b[\w\s.,\"]*\Z", re.IGNORECASE)
_IN_FUNCTION = re.compile(r"\b(?:extract|substring|trim|overlay|position)\s*\([^()]*\Z", re.IGNORECASE)
_ASSIGNED = re.compile(r"\bset\b(?!.*\bwhere\b)(?:.*,)?\s*\Z", re.IGNORECASE | re.DOTALL)
_INSERTED = re.compile(r"\binto\s+[\w.\"]+\s*\([^()]*\Z", re.IGNORECASE)
# Only the list of the outermost SELECT, where nothing but columns and commas stands before it.
_SELECTED = re.compile(r"\s*select\b(?:\s+distinct\b)?[\w\s.,:\"]*\Z", re.IGNORECASE)
_COMPOUND = re.compile(r"\b(?:union|intersect|except|insert|exists)\b", re.IGNORECASE)
