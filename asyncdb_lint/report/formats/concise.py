"""One line a finding: `path:row:column: CODE [*] message`."""

from __future__ import annotations

from collections.abc import Iterator

from asyncdb_lint.report import text
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.formats.full import statistics
from asyncdb_lint.report.lines import Line

__all__ = ["render", "statistics"]


def render(report: Report) -> Iterator[Line]:
    """Renders the findings as Ruff's concise style does."""
    yield from text.concise(report.diagnostics, unsafe=report.unsafe)
    yield from report.closing()
