"""One line a finding, under the name of its file."""

from __future__ import annotations

from collections.abc import Iterator

from asyncdb_lint.report import text
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.formats.full import statistics
from asyncdb_lint.report.lines import BLANK, Line, Span, Style

__all__ = ["render", "statistics"]


def render(report: Report) -> Iterator[Line]:
    """Renders the findings file by file, with their places in a column."""
    for path, diagnostics in report.by_file:
        yield Span(text.shown_path(path), Style.STRONG), Span(":")
        starts = [diagnostic.range.start for diagnostic in diagnostics]
        rows = max(len(str(start.line)) for start in starts)
        columns = max(len(str(start.column)) for start in starts)
        for diagnostic, start in zip(diagnostics, starts, strict=True):
            place = Span(f"  {start.line:>{rows}}:{start.column:<{columns}} ")
            yield place, *text.headline(diagnostic, unsafe=report.unsafe)
        yield BLANK
    yield from report.closing()
