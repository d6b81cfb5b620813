"""How findings look: full and concise for people, JSON for programs, and nothing a terminal could be tricked with."""

from __future__ import annotations

import io
import json
import textwrap
from collections.abc import Iterable
from pathlib import Path

import pytest

from asyncdb_lint import Applicability, Diagnostic, Edit, Fix, Position, Range, RelatedPlace, Severity
from asyncdb_lint.fingerprints import fingerprint
from asyncdb_lint.report.diff import patch, readable
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.lines import Line, columns, wants_colour, write_lines
from asyncdb_lint.report.outputs import render
from asyncdb_lint.report.text import concise, full, summary, summary_of_changes

APP = Path("app.py").absolute()
DB = Path("db.py").absolute()


def place(start_line: int, start_column: int, end_line: int, end_column: int) -> Range:
    return Range(Position(start_line, start_column), Position(end_line, end_column))


def finding(
    where: Range,
    *,
    path: Path = APP,
    message: str = "`x` is never awaited",
    severity: Severity = Severity.ERROR,
    fix: Fix | None = None,
    related: tuple[RelatedPlace, ...] = (),
    help: str | None = None,  # noqa: A002 - the field's own name
) -> Diagnostic:
    return Diagnostic("ADB101", "unawaited-query", message, severity, path, where, help, fix, related)


def replacing(
    where: Range, content: str, applicability: Applicability = Applicability.SAFE, *, path: Path = APP
) -> Fix:
    return Fix("Add `await`", applicability, (Edit(path, where, content),))


def printed(lines: Iterable[Line], *, colour: bool = False) -> str:
    stream = io.StringIO()
    write_lines(lines, stream, colour=colour)
    return stream.getvalue()


def shown(source: str, diagnostic: Diagnostic, **others: str) -> str:
    """Renders one finding in full, without the blank line that follows it."""
    sources = {APP: source, **{Path(f"{name}.py").absolute(): text for name, text in others.items()}}
    return printed(full([diagnostic], sources, unsafe=False)).removesuffix("\n")


def expected(text: str) -> str:
    return textwrap.dedent(text).lstrip("\n")


# The full style


def test_a_finding_without_help_ends_with_a_bar() -> None:
    source = "import a\n\ndef f():\n    x = g()\n    return x\n\n\n"
    assert shown(source, finding(place(4, 9, 4, 12))) == expected("""
        ADB101 `x` is never awaited
         --> app.py:4:9
          |
        3 | def f():
        4 |     x = g()
          |         ^^^
        5 |     return x
          |
        """)


def test_help_stands_below_the_frame() -> None:
    assert shown("g()\n", finding(place(1, 1, 1, 4), help="Await it")) == expected("""
        ADB101 `x` is never awaited
         --> app.py:1:1
          |
        1 | g()
          | ^^^
        help: Await it
        """)


def test_a_safe_fix_is_marked_and_shows_what_it_changes() -> None:
    source = "def f():\n    a()\n    b()\n    c()\n"
    assert shown(source, finding(place(3, 5, 3, 8), fix=replacing(place(3, 5, 3, 5), "await "))) == expected("""
        ADB101 [*] `x` is never awaited
         --> app.py:3:5
          |
        1 | def f():
        2 |     a()
        3 |     b()
          |     ^^^
        4 |     c()
        help: Add `await`
          |
        2 |     a()
          -     b()
        3 +     await b()
        4 |     c()
          |
        """)


def test_an_unsafe_fix_is_not_marked_and_says_so() -> None:
    fix = replacing(place(1, 1, 1, 1), "await ", Applicability.UNSAFE)
    text = shown("g()", finding(place(1, 1, 1, 4), fix=fix))
    assert text.startswith("ADB101 `x` is never awaited\n")
    assert text.endswith("note: This is an unsafe fix and may change runtime behavior\n")


def test_a_display_only_fix_says_that_it_is_never_applied() -> None:
    diagnostic = finding(place(1, 1, 1, 4), fix=replacing(place(1, 1, 1, 1), "await ", Applicability.DISPLAY))
    assert shown("g()", diagnostic).endswith("note: This is a display-only fix and is never applied\n")
    assert "[*]" not in printed(full([diagnostic], {APP: "g()"}, unsafe=True))


def test_a_fix_shows_its_edits_in_every_file_with_the_new_line_numbers() -> None:
    source = "".join(f"line_{number}\n" for number in range(1, 13))
    fix = Fix(
        "Move it",
        Applicability.SAFE,
        (
            Edit(DB, place(1, 1, 1, 1), "import a\n"),
            Edit(APP, place(11, 1, 11, 8), "changed"),
            Edit(APP, place(2, 1, 2, 1), "new\n"),
        ),
    )
    assert shown(source, finding(place(2, 1, 2, 7), fix=fix), db="x = 1\n").endswith(
        expected("""
            help: Move it
               |
            1  | line_1
            2  + new
            3  | line_2
            4  | line_3
            ...
            11 | line_10
               - line_11
            12 + changed
            13 | line_12
               |
              --> db.py
               |
            1  + import a
            2  | x = 1
               |
            """)
    )


def test_related_places_follow_as_notes() -> None:
    related = (RelatedPlace(DB, place(1, 1, 1, 9), "the database is made here"),)
    text = shown("\n" * 9 + "database.x()\n", finding(place(10, 1, 10, 13), related=related), db="database = 1\n")
    assert text == expected("""
        ADB101 `x` is never awaited
          --> app.py:10:1
           |
        10 | database.x()
           | ^^^^^^^^^^^^
        note: the database is made here
          --> db.py:1:1
           |
         1 | database = 1
           | ^^^^^^^^
           |
        """)


def test_a_place_that_starts_a_line_and_spans_several_has_a_rail() -> None:
    source = "a = 1\nf(\n    1,\n)\nb = 2\n"
    assert shown(source, finding(place(2, 1, 4, 2))) == expected("""
        ADB101 `x` is never awaited
         --> app.py:2:1
          |
        1 |   a = 1
        2 | / f(
        3 | |     1,
        4 | | )
          | |_^
        5 |   b = 2
          |
        """)


def test_a_place_that_starts_inside_a_line_has_an_arm() -> None:
    source = "a = f(\n    1,\n)\n"
    assert shown(source, finding(place(1, 5, 3, 2))) == expected("""
        ADB101 `x` is never awaited
         --> app.py:1:5
          |
        1 |   a = f(
          |  _____^
        2 | |     1,
        3 | | )
          | |_^
          |
        """)


def test_a_long_place_is_folded_in_the_middle() -> None:
    source = "f(\n" + "".join(f"    {number},\n" for number in range(2, 20)) + ")\n"
    text = shown(source, finding(place(1, 1, 20, 2)))
    assert (
        expected("""
         4 | |     4,
        ...  |
        17 | |     17,
        """)
        in text
    )
    assert " 5 |" not in text


@pytest.mark.parametrize(
    ("line", "start", "end", "carets"),
    [
        ("    x()", 5, 8, "    ^^^"),
        ("\tx()", 2, 5, "    ^^^"),
        ("\t\tx(\t)", 3, 7, "        ^^^^^^^"),
        ("日本 = x()", 6, 9, "       ^^^"),
        ("a = '日本'", 5, 9, "    ^^^^^^"),
        ("e\u0301 = x()", 6, 9, "    ^^^"),
        ("x()", 4, 4, "   ^"),
    ],
)
def test_carets_stand_under_what_they_mean(line: str, start: int, end: int, carets: str) -> None:
    frame = shown(line, finding(place(1, start, 1, end))).splitlines()
    assert frame[4] == f"  | {carets}"


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_where_python_ends_them(newline: str) -> None:
    source = newline.join(["a = '\u2028\x0c'", "b()", ""])
    assert "2 | b()\n  | ^^^\n" in shown(source, finding(place(2, 1, 2, 4)))


def test_a_file_without_text_has_a_finding_without_a_frame() -> None:
    text = printed(full([finding(place(1, 1, 1, 1), help="Save it as UTF-8")], {}, unsafe=False))
    assert text == "ADB101 `x` is never awaited\n --> app.py:1:1\nhelp: Save it as UTF-8\n\n"


# The concise style and the summary


def test_concise_is_one_line() -> None:
    fix = replacing(place(1, 1, 1, 1), "await ")
    assert printed(concise([finding(place(1, 1, 1, 4), fix=fix)], unsafe=False)) == (
        "app.py:1:1: ADB101 [*] `x` is never awaited\n"
    )


def test_files_elsewhere_keep_their_whole_path(tmp_path: Path) -> None:
    assert printed(concise([finding(place(1, 1, 1, 1), path=tmp_path / "a.py")], unsafe=False)).startswith(
        f"{tmp_path}/a.py:1:1: "
    )


def test_unsafe_fixes_are_marked_where_they_are_wanted() -> None:
    fix = replacing(place(1, 1, 1, 1), "await ", Applicability.UNSAFE)
    diagnostic = finding(place(1, 1, 1, 4), fix=fix)
    assert "[*]" not in printed(concise([diagnostic], unsafe=False))
    assert "[*]" in printed(concise([diagnostic], unsafe=True))


def summed_up(*severities: Severity, fixes: Iterable[Applicability] = (), unsafe: bool = False) -> str:
    found = [finding(place(1, 1, 1, 1), severity=severity) for severity in severities]
    found += [finding(place(1, 1, 1, 1), path=DB, fix=replacing(place(1, 1, 1, 1), "", kind)) for kind in fixes]
    return printed(summary(found, checked=12, unsafe=unsafe))


def test_nothing_found_is_said_in_one_line() -> None:
    assert summed_up() == "All checks passed!\n"


def test_what_was_fixed_is_said_first() -> None:
    assert printed(summary([], checked=1, unsafe=False)) == "All checks passed!\n"
    assert printed(summary_of_changes(fixed=1)) == "Fixed 1 finding.\n"
    assert printed(summary_of_changes(ignored=2)) == "Ignored 2 findings.\n"


def test_findings_are_counted_by_severity() -> None:
    assert summed_up(Severity.ERROR) == "Found 1 error in 1 file (12 checked).\n"
    assert summed_up(Severity.ERROR, Severity.ERROR, Severity.WARNING, Severity.INFO) == (
        "Found 2 errors, 1 warning, 1 hint in 1 file (12 checked).\n"
    )


@pytest.mark.parametrize(
    ("fixes", "unsafe", "line"),
    [
        ("d", False, ""),
        ("d", True, ""),
        ("s", False, "[*] 1 fixable with --fix."),
        ("ssu", False, "[*] 2 fixable with --fix (1 more with --unsafe-fixes)."),
        ("uu", False, "2 fixable with --fix --unsafe-fixes."),
        ("su", True, "[*] 2 fixable with --fix --unsafe-fixes."),
    ],
)
def test_fixable_findings_are_counted(fixes: str, unsafe: bool, line: str) -> None:
    kinds = {"s": Applicability.SAFE, "u": Applicability.UNSAFE, "d": Applicability.DISPLAY}
    text = summed_up(Severity.WARNING, fixes=[kinds[letter] for letter in fixes], unsafe=unsafe)
    assert text.splitlines()[1:] == ([line] if line else [])


# What a linted file may not do to a terminal


@pytest.mark.parametrize("evil", ["\x1b[31m", "\x07", "\x9b31m", "\u202e", "\u2066", "\r", "\x00", "\udc80"])
def test_control_characters_of_source_message_and_name_are_escaped(evil: str) -> None:
    path = APP.with_name(f"a{evil}b.py")
    related = (RelatedPlace(path, place(1, 1, 1, 2), f"note {evil}"),)
    fix = Fix(f"help {evil}", Applicability.SAFE, (Edit(path, place(1, 1, 1, 1), f"'{evil}'"),))
    diagnostic = finding(place(1, 1, 1, 2), path=path, message=f"message {evil}", related=related, fix=fix)
    line = "x = '" + ("" if evil == "\r" else evil) + "'"
    for colour in (False, True):
        lines = [*full([diagnostic], {path: line}, unsafe=False), *concise([diagnostic], unsafe=False)]
        # Red is also a colour of ours: without the finding's own, none must be left.
        text = printed(lines, colour=colour).replace("\x1b[31m-", "-").replace("\x1b[31m x", " x")
        assert evil not in text
        assert f"message \\{'u' if ord(evil[0]) > 255 else 'x'}{ord(evil[0]):02x}" in text


def test_rich_markup_in_source_stays_text() -> None:
    text = printed(full([finding(place(1, 1, 1, 2))], {APP: "x[bold red] = ':smile:'"}, unsafe=False), colour=True)
    assert "x[bold red] = ':smile:'" in text


def test_colours_come_only_when_asked_for() -> None:
    lines = list(full([finding(place(1, 1, 1, 2))], {APP: "x"}, unsafe=False))
    assert "\x1b[" not in printed(lines)
    assert "\x1b[1;31mADB101\x1b[0m" in printed(lines, colour=True)


@pytest.mark.parametrize(
    ("choice", "terminal", "environment", "coloured"),
    [
        ("auto", False, {}, False),
        ("auto", True, {}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"FORCE_COLOR": "0"}, False),
        ("auto", True, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_who_decides_on_colours(
    choice: str, terminal: bool, environment: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    stream.isatty = lambda: terminal  # type: ignore[method-assign]
    assert wants_colour(stream, choice) is coloured


def test_always_means_always_also_for_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" in printed(full([finding(place(1, 1, 1, 2))], {APP: "x"}, unsafe=False), colour=True)


def test_columns_are_those_of_a_terminal() -> None:
    assert [columns(text) for text in ("", "abc", "日本", "e\u0301", "\ufb01", "\uff21")] == [0, 3, 4, 1, 1, 2]


# JSON


def as_json(*diagnostics: Diagnostic) -> str:
    return str(render("json", Report(diagnostics, {APP: "x = 1\n"})))


def test_no_findings_are_an_empty_array() -> None:
    assert as_json() == "[]\n"


def test_a_finding_has_ruffs_shape_and_its_related_places() -> None:
    fix = Fix("Add `await`", Applicability.UNSAFE, (Edit(DB, place(2, 1, 2, 3), "await "),))
    related = (RelatedPlace(DB, place(1, 1, 1, 9), "made here"),)
    diagnostic = finding(place(1, 5, 2, 8), fix=fix, related=related, severity=Severity.WARNING, help="Await it")
    assert json.loads(as_json(diagnostic)) == [
        {
            "code": "ADB101",
            "name": "unawaited-query",
            "severity": "warning",
            "message": "`x` is never awaited",
            "help": "Await it",
            "filename": str(APP),
            "location": {"row": 1, "column": 5},
            "end_location": {"row": 2, "column": 8},
            "fix": {
                "applicability": "unsafe",
                "message": "Add `await`",
                "edits": [
                    {
                        "content": "await ",
                        "filename": str(DB),
                        "location": {"row": 2, "column": 1},
                        "end_location": {"row": 2, "column": 3},
                    }
                ],
            },
            "related": [
                {
                    "message": "made here",
                    "filename": str(DB),
                    "location": {"row": 1, "column": 1},
                    "end_location": {"row": 1, "column": 9},
                }
            ],
            "fingerprint": fingerprint(diagnostic, "x = 1\n"),
            "url": None,
        }
    ]


def test_json_is_ascii_whatever_the_source_holds() -> None:
    assert as_json(finding(place(1, 1, 1, 2), message="日本 \udc80 \x1b")).isascii()


# The diff


def difference(before: str, after: str, *, exact: bool = True) -> str:
    if not exact:
        return printed(readable(APP, before, after))
    found = patch(APP, before.encode(), after.encode())
    assert found is not None
    return found.decode()


def test_no_change_is_no_diff() -> None:
    assert difference("a\n", "a\n") == ""


def test_a_diff_can_be_applied_by_patch() -> None:
    assert difference("a\nb\nc\n", "a\nB\nc\n") == "--- app.py\n+++ app.py\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"


def test_a_missing_last_line_feed_is_marked() -> None:
    mark = "\\ No newline at end of file"
    assert difference("a\nb", "a\nB").endswith(f" a\n-b\n{mark}\n+B\n{mark}\n")


def test_a_diff_keeps_carriage_returns_for_patch_and_hides_them_from_a_terminal() -> None:
    assert "-a\r\n+b\x1b\r\n" in difference("a\r\n", "b\x1b\r\n")
    assert "-a\n+\tb\\x1b\n" in difference("a\r\n", "\tb\x1b\r\n", exact=False)
