"""The positions in the grammar of SQL that a hole can have."""

from __future__ import annotations

import enum
from typing import NamedTuple

from asyncdb_lint.semantics.sql.text import Hole


class Place(enum.Enum):
    """A position in the grammar, in the words of a message: `this value stands in <place>`."""

    COMPARISON = "a comparison"
    VALUES = "VALUES"
    ASSIGNMENT = "SET"
    PATTERN = "a LIKE pattern"
    LIMIT = "LIMIT or OFFSET"
    IN_LIST = "an IN list"
    ARGUMENT = "the argument of a function"
    EXPRESSION = "an expression without a type of its own"
    CAST = "a cast"
    INTERVAL = "an interval"
    COLUMN = "the name of a column"
    TABLE = "the name of a table"
    ORDER_BY = "ORDER BY or GROUP BY"
    IDENTIFIER = "a name or a part of one"
    KEYWORD = "a keyword"
    FRAGMENT = "a whole clause"
    PLACEHOLDER = "the name of a bind parameter"
    COMMENT = "a comment"
    UNKNOWN = "an unknown position"

    @property
    def is_value(self) -> bool:
        """A value of data stands here, which bind parameters are made for."""
        return self in _VALUE_PLACES

    @property
    def is_name(self) -> bool:
        """A name or keyword stands here: no bind parameter can, only a list of what is allowed."""
        return self in _NAME_PLACES


_VALUE_PLACES = frozenset(
    {
        Place.COMPARISON,
        Place.VALUES,
        Place.ASSIGNMENT,
        Place.PATTERN,
        Place.LIMIT,
        Place.IN_LIST,
        Place.ARGUMENT,
        Place.EXPRESSION,
        Place.CAST,
        Place.INTERVAL,
    }
)
_NAME_PLACES = frozenset({Place.COLUMN, Place.TABLE, Place.ORDER_BY, Place.IDENTIFIER, Place.KEYWORD})


class Quoting(enum.Enum):
    """How much of a quoted text the hole is."""

    BARE = enum.auto()
    WHOLE = enum.auto()
    PART = enum.auto()


class HolePlace(NamedTuple):
    """One hole, its place, and the token it stands in."""

    hole: Hole
    place: Place
    quoting: Quoting = Quoting.BARE
    prefix: str = ""
    """The text between the opening quote and the hole, as the database reads it."""
    suffix: str = ""
    shares_token: bool = False
    """Another hole stands in the same quoted text."""
    start: int = 0
    """Where the token starts in the filled text."""
    end: int = 0
    function: str = ""
    """The function whose argument it is, in capitals."""
