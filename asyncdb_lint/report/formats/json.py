"""JSON in the shape of Ruff's: an array, one object a finding."""

from __future__ import annotations

from asyncdb_lint.report.as_json import counts_of_rules, records
from asyncdb_lint.report.encoding import json_text
from asyncdb_lint.report.findings import Report


def render(report: Report) -> str:
    """Renders the findings."""
    return json_text(list(records(report))) + "\n"


def statistics(report: Report) -> str:
    """Counts the findings of each rule."""
    return json_text(list(counts_of_rules(report.diagnostics))) + "\n"
