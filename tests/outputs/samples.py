"""Reports to render: what real runs find, and what a hostile project would like to be shown."""

from __future__ import annotations

from pathlib import Path

from asyncdb_lint import Applicability, Diagnostic, Edit, Fix, Position, Range, RelatedPlace, Severity
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.lines import plain
from asyncdb_lint.report.outputs import render

APP = Path("app.py").absolute()
DB = Path("db.py").absolute()
TEXT = "import db\n\n\nasync def save(name):\n    db.execute(name)\n    db.execute(name)\n"
OTHER = "database = connect()\n"


def place(start_line: int, start_column: int, end_line: int, end_column: int) -> Range:
    return Range(Position(start_line, start_column), Position(end_line, end_column))


def finding(
    where: Range,
    *,
    path: Path = APP,
    message: str = "`db.execute(...)` is never awaited, so it never runs",
    severity: Severity = Severity.ERROR,
    code: str = "ADB101",
    fix: Fix | None = None,
    help_line: str | None = None,
    related: tuple[RelatedPlace, ...] = (),
) -> Diagnostic:
    name = {"ADB101": "unawaited-query", "ADB401": "interpolated-sql", "ADB211": "on-event"}[code]
    return Diagnostic(code, name, message, severity, path, where, help_line, fix, related)


def ordinary() -> Report:
    """An error with a safe fix, its twin with a fix over two files, a warning and a hint."""
    await_it = Fix("Add `await`", Applicability.SAFE, (Edit(APP, place(5, 5, 5, 5), "await "),))
    both = Fix(
        "Await it in both",
        Applicability.UNSAFE,
        (Edit(APP, place(6, 5, 6, 5), "await "), Edit(DB, place(1, 1, 1, 1), "import x\n")),
    )
    shown = Fix("Write it anew", Applicability.DISPLAY, (Edit(DB, place(1, 1, 1, 9), "db"),))
    return Report(
        [
            finding(place(5, 5, 5, 21), fix=await_it, related=(RelatedPlace(DB, place(1, 1, 1, 9), "made here"),)),
            finding(place(6, 5, 6, 21), fix=both),
            finding(
                place(1, 1, 1, 9), path=DB, code="ADB401", severity=Severity.WARNING, fix=shown, message="a list[0](1)"
            ),
            finding(place(1, 12, 1, 21), path=DB, code="ADB211", severity=Severity.INFO, help_line="write `lifespan`"),
        ],
        {APP: TEXT, DB: OTHER},
        checked=7,
    )


def file_name(evil: str) -> str:
    """A text as the name of a file, as far as a name can hold it."""
    return "".join("|" if character in "/\ud800" else character for character in evil) + ".py"


def hostile(evil: str) -> Report:
    """A finding whose file name, message, help, related place, source and fix all hold a text."""
    path = APP.with_name(file_name(evil))
    source = f"a = 1\nx = '{evil}'\nb = 2\n"
    fix = Fix(f"help {evil}", Applicability.SAFE, (Edit(path, place(2, 5, 2, 5), evil),))
    related = (RelatedPlace(path, place(1, 1, 1, 2), f"note {evil}"),)
    return Report(
        [finding(place(2, 1, 2, 2), path=path, message=f"message `{evil}` and {evil}", fix=fix, related=related)],
        {path: source},
        checked=1,
    )


def rendered(output_format: str, report: Report) -> str:
    shown = render(output_format, report)
    return shown if isinstance(shown, str) else plain(shown)
