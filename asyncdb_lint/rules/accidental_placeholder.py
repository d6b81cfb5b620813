"""ADB406 accidental-placeholder: text that is read as a bind parameter and was not meant as one, or the other way."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.sql.marks import CastMark, Where
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import Accident, ModuleFacts


class AccidentalPlaceholder(Rule):
    """Text that is read as a bind parameter and was not meant as one, or the other way round."""

    code, name = "ADB406", "accidental-placeholder"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each place that hands such a text over."""
        for found in module.accidents:
            message, advice = _words(found)
            yield Finding(
                found.run.node, message, help=advice, fix=partial(cures.casting.cast_by_function, found.run.query)
            )


_FAILS = "every call raises an error"


def _words(found: Accident) -> tuple[str, str]:
    mark = found.mark
    if isinstance(mark, CastMark):
        written = f"`:{mark.name}::{mark.type}`"
        message = f"{written} is not read as a bind parameter, since two colons follow its name: {_FAILS}"
        return message, f"write `CAST(:{mark.name} AS {mark.type})`"
    name = f"`:{mark.name}`"
    escaped = f"`\\\\:{mark.name}`"
    match found.where:
        case Where.QUOTED:
            message = f"{name} stands in quotes, so the database sees text and is sent a value that it has no place for"
            return (
                f"{message}: {_FAILS}",
                f"leave the quotes out if {name} is to be bound, or write {escaped} for the text",
            )
        case Where.SLICE:
            message = (
                f"`[:{mark.name}]` is read as the bind parameter {name}: on PostgreSQL it is NULL without an error"
            )
            return message, f"write `[1:{mark.name}]`"
        case Where.COMMENT:
            message = f"{name} is read as a bind parameter, though it stands in a comment: {_FAILS}"
            return message, f"leave the colon out, or write {escaped}"
        case _:
            message = f"{name} is read as a bind parameter, though it stands in a string: {_FAILS}"
            return message, f"pass the whole text as a value, or write {escaped}"
