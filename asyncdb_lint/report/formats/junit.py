"""JUnit's XML, which most CI services show as tests: a file is a suite, and a finding a test of it that failed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.report.encoding import xml_text
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.places import below, repository
from asyncdb_lint.report.prose import help_of


def render(report: Report) -> str:
    """Renders the test suites; a run without findings is one test that passed, as many services refuse none."""
    total = len(report.diagnostics)
    suites = "".join(_suite(path, found) for path, found in report.by_file) or _passed(report.checked)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<testsuites name="asyncdb-lint" tests="{total or 1}" failures="{total}" errors="0">\n{suites}</testsuites>\n'
    )


def _passed(checked: int) -> str:
    return (
        '  <testsuite name="asyncdb-lint" tests="1" failures="0" errors="0" skipped="0">\n'
        f'    <testcase name="all checks passed ({checked} checked)" classname="asyncdb-lint" time="0"/>\n'
        "  </testsuite>\n"
    )


def _suite(path: Path, diagnostics: list[Diagnostic]) -> str:
    file = xml_text(below(path, repository()))
    total = len(diagnostics)
    cases = "".join(line for diagnostic in diagnostics for line in _case(file, diagnostic))
    totals = f'tests="{total}" failures="{total}" errors="0" skipped="0"'
    return f'  <testsuite name="{file}" {totals}>\n{cases}  </testsuite>\n'


def _case(file: str, diagnostic: Diagnostic) -> Iterator[str]:
    start, severity = diagnostic.range.start, diagnostic.severity.value
    place = f"line {start.line}, column {start.column}"
    help_line = help_of(diagnostic)
    message = xml_text(diagnostic.message)
    help_text = f"&#10;help: {xml_text(help_line)}" if help_line else ""
    text = f"{file}:{start.line}:{start.column}: {diagnostic.code} {message}{help_text}"
    yield (
        f'    <testcase name="{diagnostic.code} {diagnostic.name}, {place}" classname="{file}" '
        f'file="{file}" line="{start.line}" time="0">\n'
    )
    yield f'      <failure type="{severity}" message="{message}">{text}</failure>\n'
    yield "    </testcase>\n"
