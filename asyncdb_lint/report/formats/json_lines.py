"""The objects of `json`, one a line."""

from __future__ import annotations

from asyncdb_lint.report.as_json import counts_of_rules, records
from asyncdb_lint.report.encoding import json_text
from asyncdb_lint.report.findings import Report


def render(report: Report) -> str:
    """Renders the findings."""
    return "".join(json_text(record, indent=None) + "\n" for record in records(report))


def statistics(report: Report) -> str:
    """Counts the findings of each rule."""
    return "".join(json_text(count, indent=None) + "\n" for count in counts_of_rules(report.diagnostics))
