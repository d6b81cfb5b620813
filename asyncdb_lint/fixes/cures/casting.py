"""Cures `:name::type`: a cast in the words of the standard, which leaves the bind parameter to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...semantics.sql.marks import cast_marks
from ..changes import FixPlan, Replace
from .retexting import characters, with_replacements, written_text
from .sqltext import Unreadable

if TYPE_CHECKING:
    from ...semantics.facts import BoundQuery


def cast_by_function(query: BoundQuery) -> FixPlan | None:
    """Every `:name::type` of a text as `CAST(:name AS type)`."""
    try:
        text = written_text(query)
        marks = cast_marks(characters(text))
        if not marks:
            return None
        new = with_replacements(text, [(mark.start, mark.end, f"CAST(:{mark.name} AS {mark.type})") for mark in marks])
    except Unreadable:
        return None
    return FixPlan.safe("Write the cast as `CAST(... AS ...)`", Replace(query.site.module.parsed, text.root, new))
