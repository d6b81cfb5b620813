"""ADB403 placeholder-style: placeholders of another driver."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.bind_values import Shape
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import BoundQuery, ModuleFacts


class PlaceholderStyle(Rule):
    """Placeholders of another driver."""

    code, name = "ADB403", "placeholder-style"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each place that hands such a text over."""
        for found in module.foreign_placeholders:
            yield Finding(
                found.run.node,
                f"`{found.shown}` is no bind parameter here, only `:name` is: {_consequence(found.run.query)}",
                help=named_values(found.run.query, "in its place"),
                fix=partial(cures.restyling.restyle, found.run.query),
            )


def named_values(query: BoundQuery, where: str) -> str:
    """How the values are written by name."""
    named = query.values_by_name or {"name": "value"}
    marks = ", ".join(f"`:{name}`" for name in named)
    entries = ", ".join(f'"{name}": {value}' for name, value in named.items())
    return f"write {marks} {where} and pass `{{{entries}}}`"


def _consequence(query: BoundQuery) -> str:
    shapes = {given.shape for given in query.given}
    if shapes == {Shape.SEQUENCE}:
        return "the values are no dict, and every call raises TypeError"
    if shapes == {Shape.MAPPING} and all(given.certain for given in query.given):
        return "the values have no place to go, and every call raises ArgumentError"
    return "the database gets it as it is written, and every call raises an error"
