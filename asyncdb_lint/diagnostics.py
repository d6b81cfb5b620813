"""What the linter says: diagnostics, fixes and edits as plain data.

Everything above this floor (reports, the command line, editors) only renders these records, and nothing below
it knows them. Positions are 1-based lines and 1-based columns counted in characters, as editors show them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from asyncdb_lint.severity import Applicability, Severity

__all__ = [
    "Applicability",
    "Diagnostic",
    "Edit",
    "Fix",
    "FreedImport",
    "Position",
    "Range",
    "RelatedPlace",
    "Severity",
]


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place between two characters: line and column, both from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """The characters from `start` up to, and not including, `end`."""

    start: Position
    end: Position


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replaces the characters of a range in one file by `content`; an empty range inserts."""

    path: Path
    range: Range
    content: str


@dataclass(frozen=True, slots=True)
class FreedImport:
    """An import that a fix leaves unused, unless something else uses it."""

    path: Path
    module: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that cure a finding; they are applied together or not at all, also across files."""

    message: str
    applicability: Applicability
    edits: tuple[Edit, ...]
    freed: tuple[FreedImport, ...] = ()
    """The edits already take out what this fix alone leaves unused; these are for several fixes together."""


@dataclass(frozen=True, slots=True)
class RelatedPlace:
    """Another place that explains a finding, with what is to be seen there."""

    path: Path
    range: Range
    message: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: what is so at this place, what it does to the user, and how to cure it."""

    code: str
    name: str
    message: str
    severity: Severity
    path: Path
    range: Range
    help: str | None = None
    fix: Fix | None = None
    related: tuple[RelatedPlace, ...] = ()

    @property
    def sort_key(self) -> tuple[str, Range, str]:
        """Orders diagnostics by file, place and code, as every report shows them."""
        return str(self.path), self.range, self.code
