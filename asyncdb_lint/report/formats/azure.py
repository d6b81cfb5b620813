"""Logging commands of Azure Pipelines, which show findings as issues of the run."""

from __future__ import annotations

from asyncdb_lint.diagnostics import Diagnostic, Severity
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.lines import escaped
from asyncdb_lint.report.places import below, repository
from asyncdb_lint.report.prose import help_of


def render(report: Report) -> str:
    """Renders one command a finding."""
    return "".join(_command(diagnostic) + "\n" for diagnostic in report.diagnostics)


def _command(diagnostic: Diagnostic) -> str:
    start = diagnostic.range.start
    properties = {
        # There is nothing below a warning.
        "type": "error" if diagnostic.severity is Severity.ERROR else "warning",
        "sourcepath": below(diagnostic.path, repository()),
        "linenumber": str(start.line),
        "columnnumber": str(start.column),
        "code": diagnostic.code,
    }
    given = "".join(f"{name}={_property(value)};" for name, value in properties.items())
    help_line = help_of(diagnostic)
    message = diagnostic.message + (f" (help: {help_line})" if help_line else "")
    return f"##vso[task.logissue {given}]{_data(message)}"


def _data(text: str) -> str:
    # Line breaks are escapes by then, as is all else that a log would obey.
    return escaped(text).replace("%", "%AZP25")


def _property(text: str) -> str:
    return _data(text).replace(";", "%3B").replace("]", "%5D")
