"""Each finding with its code frame, the related places, the help line and what the fix would change."""

from __future__ import annotations

from collections.abc import Iterator

from asyncdb_lint.report import text
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.lines import Line


def render(report: Report) -> Iterator[Line]:
    """Renders the findings as Ruff's full style does."""
    yield from text.full(report.diagnostics, report.sources, unsafe=report.unsafe)
    yield from report.closing()


def statistics(report: Report) -> Iterator[Line]:
    """Counts the findings of each rule."""
    yield from text.statistics(report.diagnostics, unsafe=report.unsafe)
    yield from report.below_statistics()
