"""What a run found, with all that a format may want to show of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from asyncdb_lint.report.lines import BLANK, Line
from asyncdb_lint.report.text import summary, summary_of_changes

if TYPE_CHECKING:
    from asyncdb_lint.diagnostics import Diagnostic


@dataclass(frozen=True)
class Report:
    """The findings of a run, in order, and the texts of the files that they show."""

    diagnostics: Sequence[Diagnostic]
    sources: Mapping[Path, str] = field(default_factory=dict)
    checked: int = 0
    fixed: int = 0
    ignored: int = 0
    unsafe: bool = False
    """Whether unsafe fixes count as fixable."""
    is_quiet: bool = False

    @property
    def by_file(self) -> Iterator[tuple[Path, list[Diagnostic]]]:
        """The findings of each file."""
        for path, group in groupby(self.diagnostics, key=lambda diagnostic: diagnostic.path):
            yield path, list(group)

    @cached_property
    def lines(self) -> dict[Path, list[str]]:
        """The lines of every text."""
        from asyncdb_lint.report import frames

        return {path: frames.source_lines(text) for path, text in self.sources.items()}

    @cached_property
    def fingerprints(self) -> list[str]:
        """What each finding is known by when lines move, in the order of the findings."""
        from asyncdb_lint.fingerprints import fingerprints

        return fingerprints(self.diagnostics, self.sources)

    @cached_property
    def symbols(self) -> list[str]:
        """The function or class that each finding stands in; empty at the top of a module."""
        from asyncdb_lint.fingerprints import identities

        return [identity.symbol for identity in identities(self.diagnostics, self.sources)]

    def closing(self) -> Iterator[Line]:
        """What stands below the findings: what was changed, and what is left; nothing if that is to be left out."""
        if not self.is_quiet:
            yield from summary_of_changes(fixed=self.fixed, ignored=self.ignored)
            yield from summary(self.diagnostics, checked=self.checked, unsafe=self.unsafe)

    def below_statistics(self) -> Iterator[Line]:
        """The same below counts, which a blank line sets off."""
        if self.diagnostics and not self.is_quiet:
            yield BLANK
        yield from self.closing()
