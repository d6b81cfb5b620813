"""One text that a query may run: what it does, its bind parameters, and what is wrong with how it is written."""

from __future__ import annotations

from functools import cached_property

from .flat_texts import FlatText
from .queries import numbered
from .sql import Statement, read
from .sql.bound import BoundMark, bound_marks
from .sql.marks import CastMark, ForeignMark, Mark, bind_marks, cast_marks, foreign_marks
from .sql.percents import LiteralPercent, literal_percents
from .sql.text import Filled, fill


class QueryText:
    """One text that a query may run; holes are filled with words that occur nowhere else in it."""

    def __init__(self, flat: FlatText) -> None:
        self.flat = flat
        self.parts = numbered(flat.parts)
        self.filled: Filled = fill(self.parts)
        self.is_whole = flat.literal is not None

    @cached_property
    def statement(self) -> Statement:
        """What it does."""
        return read(self.parts)

    @cached_property
    def marks(self) -> list[Mark]:
        """Its bind parameters whose names are known."""
        return [mark for mark in bind_marks(self.filled.text) if not self.filled.has_hole(mark.name)]

    @cached_property
    def bound(self) -> list[BoundMark]:
        """Those of them that stand in the statement proper, with their places."""
        return [bound for bound in bound_marks(self.filled.text) if not self.filled.has_hole(bound.mark.name)]

    @cached_property
    def accidents(self) -> list[Mark]:
        """What is read as a bind parameter where no value can be bound."""
        return [mark for mark in self.marks if not mark.is_meant]

    @cached_property
    def statements(self) -> int:
        """How many statements it holds; what holes may bring along does not count."""
        return read([" ".join(part for part in self.parts if isinstance(part, str))]).statements

    @cached_property
    def casts(self) -> list[CastMark]:
        """Every `:name::type`."""
        return cast_marks(self.filled.text)

    @cached_property
    def percents(self) -> list[LiteralPercent]:
        """Each literal `%` that raises where a driver fills in the text by `%`."""
        names = frozenset(mark.name for mark in self.marks)
        return [found for found in literal_percents(self.filled.text, names) if not self.filled.has_hole(found.shown)]

    @cached_property
    def foreign(self) -> list[ForeignMark]:
        """Placeholders in the style of other drivers; only of whole texts, since `%s` may yet be filled in."""
        return foreign_marks(self.filled.text) if self.is_whole else []
