"""Workflow commands of GitHub Actions, which show findings as annotations beside the changed lines."""

from __future__ import annotations

from asyncdb_lint.diagnostics import Diagnostic, Severity
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.lines import escaped
from asyncdb_lint.report.prose import help_of

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    """Renders one command a finding."""
    return "".join(_command(diagnostic) + "\n" for diagnostic in report.diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    start, end = diagnostic.range.start, diagnostic.range.end
    properties: dict[str, str | int] = {
        "title": f"{diagnostic.code} {diagnostic.name}",
        # The runner makes it relative to the checkout, also where the linter runs in a folder of it.
        "file": str(diagnostic.path.absolute()),
        "line": start.line,
        "endLine": end.line,
    }
    if start.line == end.line:
        properties |= {"col": start.column, "endColumn": end.column}
    given = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    help_line = help_of(diagnostic)
    message = _data(diagnostic.message) + (f"%0Ahelp: {_data(help_line)}" if help_line else "")
    return f"::{_COMMANDS[diagnostic.severity]} {given}::{message}"


def _data(text: str) -> str:
    # Line breaks are escapes by then, as is all else that a log would obey.
    return escaped(text).replace("%", "%25")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
