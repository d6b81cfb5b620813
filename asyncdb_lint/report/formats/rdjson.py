"""Reviewdog's diagnostic format, for review comments with suggestions on many services."""

from __future__ import annotations

from asyncdb_lint.decoding import line_starts
from asyncdb_lint.diagnostics import Applicability, Diagnostic, Position, Range, Severity
from asyncdb_lint.fixes.apply import apply_edits
from asyncdb_lint.report.encoding import json_text
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.lines import escaped
from asyncdb_lint.report.places import below, repository
from asyncdb_lint.report.prose import help_of

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def render(report: Report) -> str:
    """Renders the diagnostic result."""
    result = {
        "source": {"name": "asyncdb-lint"},
        "severity": "WARNING",
        "diagnostics": [_diagnostic(diagnostic, report) for diagnostic in report.diagnostics],
    }
    return json_text(result) + "\n"


def _diagnostic(diagnostic: Diagnostic, report: Report) -> dict[str, object]:
    help_line = help_of(diagnostic)
    found: dict[str, object] = {
        "message": escaped(diagnostic.message) + (f"\nhelp: {escaped(help_line)}" if help_line else ""),
        "location": {
            "path": below(diagnostic.path, repository()),
            "range": _range(diagnostic.range, report.lines.get(diagnostic.path, [])),
        },
        "severity": _SEVERITIES[diagnostic.severity],
        "code": {"value": diagnostic.code},
    }
    if suggestion := _suggestion(diagnostic, report):
        found["suggestions"] = [suggestion]
    if diagnostic.related:
        found["relatedLocations"] = [
            {
                "message": escaped(place.message),
                "location": {
                    "path": below(place.path, repository()),
                    "range": _range(place.range, report.lines.get(place.path, [])),
                },
            }
            for place in diagnostic.related
        ]
    return found


def _suggestion(diagnostic: Diagnostic, report: Report) -> dict[str, object] | None:
    """The whole fix as one: several suggestions would be alternatives, of which a reviewer takes one."""
    fix, source = diagnostic.fix, report.sources.get(diagnostic.path)
    if fix is None or source is None or fix.applicability is Applicability.DISPLAY:
        return None
    if {edit.path for edit in fix.edits} != {diagnostic.path}:
        return None
    edits = sorted(set(fix.edits))
    whole = Range(edits[0].range.start, max(edit.range.end for edit in edits))
    starts = line_starts(source)

    def index(position: Position) -> int:
        return starts[position.line - 1] + position.column - 1

    changed, rest = apply_edits(source, edits), source[index(whole.end) :]
    text = changed[index(whole.start) : len(changed) - len(rest)]
    return {"range": _range(whole, report.lines[diagnostic.path]), "text": text}


def _range(place: Range, lines: list[str]) -> dict[str, object]:
    return {"start": _position(place.start, lines), "end": _position(place.end, lines)}


def _position(position: Position, lines: list[str]) -> dict[str, int]:
    # This format counts columns in bytes of UTF-8.
    line = lines[position.line - 1] if position.line <= len(lines) else ""
    before = line[: position.column - 1]
    beyond = max(0, position.column - 1 - len(line))
    return {"line": position.line, "column": len(before.encode("utf-8", "surrogatepass")) + beyond + 1}
