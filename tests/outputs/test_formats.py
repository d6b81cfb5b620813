"""What each format says of the same findings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import html5lib
import junitparser
import pytest

from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.formats import format_names
from asyncdb_lint.report.formats.markdown import LARGEST
from asyncdb_lint.report.outputs import render
from tests.outputs.readers import azure_commands, github_commands
from tests.outputs.samples import APP, TEXT, finding, ordinary, place, rendered


@pytest.fixture(autouse=True)
def no_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests may be a CI service itself."""
    for name in ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_SHA"):
        monkeypatch.delenv(name, raising=False)


def test_the_formats_are_those_that_are_promised() -> None:
    assert set(format_names()) == {
        "full", "concise", "grouped", "json", "json-lines", "sarif", "github", "gitlab", "junit", "azure", "rdjson",
        "markdown", "html",
    }  # fmt: skip


@pytest.mark.parametrize("output_format", format_names())
def test_the_same_findings_give_the_same_text(output_format: str) -> None:
    assert rendered(output_format, ordinary()) == rendered(output_format, ordinary())


@pytest.mark.parametrize("output_format", format_names())
def test_a_file_without_text_has_findings_too(output_format: str) -> None:
    report = Report([finding(place(3, 4, 3, 9), related=ordinary().diagnostics[0].related)], {}, checked=1)
    assert "ADB101" in rendered(output_format, report)


@pytest.mark.parametrize("output_format", format_names())
def test_places_beyond_the_text_do_no_harm(output_format: str) -> None:
    report = Report([finding(place(99, 99, 99, 120))], {APP: TEXT}, checked=1)
    assert "ADB101" in rendered(output_format, report)


NOTHING = {
    "full": "All checks passed!\n",
    "concise": "All checks passed!\n",
    "grouped": "All checks passed!\n",
    "json": "[]\n",
    "json-lines": "",
    "github": "",
    "azure": "",
    "gitlab": "[]\n",
    "markdown": "## asyncdb-lint: all checks passed\n\n3 files checked.\n",
}


@pytest.mark.parametrize(("output_format", "text"), NOTHING.items())
def test_no_findings(output_format: str, text: str) -> None:
    assert rendered(output_format, Report([], checked=3)) == text


def test_no_findings_are_whole_documents_where_a_format_has_them() -> None:
    nothing = Report([], checked=3)
    (case,) = next(iter(junitparser.JUnitXml.fromstring(rendered("junit", nothing).encode())))
    assert case.is_passed
    assert json.loads(rendered("rdjson", nothing))["diagnostics"] == []
    assert json.loads(rendered("sarif", nothing))["runs"][0]["results"] == []
    assert "<h1>All checks passed</h1>" in rendered("html", nothing)


# For people


def test_grouped() -> None:
    assert (
        rendered("grouped", ordinary())
        == """\
app.py:
  5:5 ADB101 [*] `db.execute(...)` is never awaited, so it never runs
  6:5 ADB101 `db.execute(...)` is never awaited, so it never runs

db.py:
  1:1  ADB401 a list[0](1)
  1:12 ADB211 `db.execute(...)` is never awaited, so it never runs

Found 2 errors, 1 warning, 1 hint in 2 files (7 checked).
[*] 1 fixable with --fix (1 more with --unsafe-fixes).
"""
    )


def test_quiet_leaves_out_the_closing_lines() -> None:
    report = Report(ordinary().diagnostics, ordinary().sources, is_quiet=True)
    for output_format in ("full", "concise", "grouped"):
        assert "Found" not in rendered(output_format, report)


def test_a_file_whose_name_begins_like_a_command_is_shown_below_its_folder() -> None:
    path = Path("::error::x.py").absolute()
    text = rendered("concise", Report([finding(place(1, 1, 1, 2), path=path)], {path: "x\n"}, checked=1))
    assert text.startswith("./::error::x.py:1:1: ADB101")


# For programs


def test_json_lines_hold_the_objects_of_json() -> None:
    lines = rendered("json-lines", ordinary()).splitlines()
    assert [json.loads(line) for line in lines] == json.loads(rendered("json", ordinary()))


def test_fingerprints_are_the_same_in_every_format() -> None:
    found = ordinary().fingerprints
    assert len(set(found)) == 4
    assert [record["fingerprint"] for record in json.loads(rendered("json", ordinary()))] == found
    results = json.loads(rendered("sarif", ordinary()))["runs"][0]["results"]
    assert [result["partialFingerprints"]["asyncdbLint/v1"] for result in results] == found


def test_github() -> None:
    commands = github_commands(rendered("github", ordinary()))
    assert [command.name for command in commands] == ["error", "error", "warning", "notice"]
    assert commands[0].properties == {
        "title": "ADB101 unawaited-query",
        "file": str(APP),
        "line": "5",
        "endLine": "5",
        "col": "5",
        "endColumn": "21",
    }
    assert commands[0].message == "`db.execute(...)` is never awaited, so it never runs\nhelp: Add `await`"


def test_github_takes_columns_only_within_a_line() -> None:
    (command,) = github_commands(rendered("github", Report([finding(place(5, 5, 6, 3))], {APP: TEXT})))
    assert (command.properties["line"], command.properties["endLine"]) == ("5", "6")
    assert "col" not in command.properties


def test_azure() -> None:
    commands = azure_commands(rendered("azure", ordinary()))
    assert [command.properties["type"] for command in commands] == ["error", "error", "warning", "warning"]
    assert commands[0].properties == {
        "type": "error",
        "sourcepath": "app.py",
        "linenumber": "5",
        "columnnumber": "5",
        "code": "ADB101",
    }


def test_gitlab_issues_have_what_gitlab_reads() -> None:
    issues = json.loads(rendered("gitlab", ordinary()))
    for issue in issues:
        assert issue.keys() >= {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert not issue["location"]["path"].startswith(("/", "."))
        assert issue["location"]["lines"]["begin"] == issue["location"]["positions"]["begin"]["line"]
    assert len({issue["fingerprint"] for issue in issues}) == len(issues)
    assert [issue["severity"] for issue in issues] == ["major", "major", "minor", "info"]
    assert "content" not in issues[0] or issues[0]["content"]["body"] == "Add `await`"


def test_gitlab_tells_the_same_finding_in_two_files_apart() -> None:
    other = APP.with_name("other.py")
    found = [finding(place(5, 5, 5, 21)), finding(place(5, 5, 5, 21), path=other)]
    issues = json.loads(rendered("gitlab", Report(found, {APP: TEXT, other: TEXT})))
    assert issues[0]["fingerprint"] != issues[1]["fingerprint"]


def test_junit() -> None:
    suites = list(junitparser.JUnitXml.fromstring(rendered("junit", ordinary()).encode()))
    assert [(suite.name, suite.tests, suite.failures) for suite in suites] == [("app.py", 2, 2), ("db.py", 2, 2)]
    case = next(iter(suites[0]))
    assert (case.name, case.classname) == ("ADB101 unawaited-query, line 5, column 5", "app.py")
    (failure,) = case.result
    assert (failure.type, failure.message) == ("error", "`db.execute(...)` is never awaited, so it never runs")
    assert failure.text == (
        "app.py:5:5: ADB101 `db.execute(...)` is never awaited, so it never runs\nhelp: Add `await`"
    )


def test_rdjson() -> None:
    result = json.loads(rendered("rdjson", ordinary()))
    first, second, third, fourth = result["diagnostics"]
    assert first["location"] == {
        "path": "app.py",
        "range": {"start": {"line": 5, "column": 5}, "end": {"line": 5, "column": 21}},
    }
    assert first["suggestions"] == [
        {"range": {"start": {"line": 5, "column": 5}, "end": {"line": 5, "column": 5}}, "text": "await "}
    ]
    assert first["relatedLocations"][0]["location"]["path"] == "db.py"
    # A fix of two files, a fix that is only shown, no fix
    assert not any("suggestions" in diagnostic for diagnostic in (second, third, fourth))
    assert [diagnostic["severity"] for diagnostic in result["diagnostics"]] == ["ERROR", "ERROR", "WARNING", "INFO"]


def test_rdjson_suggests_a_fix_of_several_edits_as_one_and_counts_bytes() -> None:
    from asyncdb_lint import Applicability, Edit, Fix

    source = "é = db.a() + db.b()\n"
    fix = Fix(
        "Add `await`",
        Applicability.UNSAFE,
        (Edit(APP, place(1, 14, 1, 14), "await "), Edit(APP, place(1, 5, 1, 5), "await ")),
    )
    report = Report([finding(place(1, 5, 1, 11), fix=fix)], {APP: source})
    (diagnostic,) = json.loads(rendered("rdjson", report))["diagnostics"]
    assert diagnostic["suggestions"] == [
        {
            "range": {"start": {"line": 1, "column": 6}, "end": {"line": 1, "column": 15}},
            "text": "await db.a() + await ",
        }
    ]


# Markdown


def test_markdown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        rendered("markdown", ordinary())
        == """\
## asyncdb-lint: 4 findings in 2 files

| rule | | severity | findings | fixable |
|---|---|---|---:|---:|
| ADB101 | unawaited-query | error | 2 | 1 |
| ADB211 | on-event | info | 1 |  |
| ADB401 | interpolated-sql | warning | 1 |  |

### `app.py`

- 5:5 **ADB101** (error, safe fix): `db.execute(...)` is never awaited, so it never runs
  <br>help: Add `await`
- 6:5 **ADB101** (error, unsafe fix): `db.execute(...)` is never awaited, so it never runs
  <br>help: Await it in both

### `db.py`

- 1:1 **ADB401** (warning): a list\\[0\\](1)
  <br>help: Write it anew
- 1:12 **ADB211** (info): `db.execute(...)` is never awaited, so it never runs
  <br>help: write `lifespan`
"""
    )


def test_markdown_links_to_the_lines_in_a_run_of_github(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("SERVER_URL", "https://github.com"), ("REPOSITORY", "a/b"), ("SHA", "abc")):
        monkeypatch.setenv(f"GITHUB_{name}", value)
    assert "- [5:5](https://github.com/a/b/blob/abc/app.py#L5) **ADB101**" in rendered("markdown", ordinary())


def test_markdown_that_github_would_not_show_says_what_it_leaves_out() -> None:
    paths = [APP.with_name(f"{number}.py") for number in range(600)]
    found = [finding(place(1, 1, 1, 2), path=path, message="long " * 800) for path in paths]
    text = rendered("markdown", Report(found, {}))
    assert len(text.encode()) <= LARGEST + 100
    shown = text.count("**ADB101**")
    assert 0 < shown < 600
    assert text.endswith(f"\n{600 - shown} findings more: too many for one page.\n")


# HTML


def test_html_holds_every_finding_and_counts_them_by_rule_and_file() -> None:
    tree = html5lib.parse(rendered("html", ordinary()), namespaceHTMLElements=False)
    articles = tree.findall(".//article")
    assert [(article.get("data-rule"), article.get("data-file")) for article in articles] == [
        ("ADB101", "app.py"), ("ADB101", "app.py"), ("ADB401", "db.py"), ("ADB211", "db.py"),
    ]  # fmt: skip
    rows = {
        (row.get("data-kind"), row.get("data-key")): "".join(row.findall("td")[-1].itertext())
        for row in tree.findall(".//tr")
    }
    assert rows == {
        ("rule", "ADB101"): "2", ("rule", "ADB401"): "1", ("rule", "ADB211"): "1", ("file", "app.py"): "2",
        ("file", "db.py"): "2",
    }  # fmt: skip
    code = "".join(articles[0].find("pre").itertext())
    assert "5 |     db.execute(name)\n  |     ^^^^^^^^^^^^^^^^\n" in code


def test_html_runs_nothing_but_its_own_script_and_style() -> None:
    text = rendered("html", ordinary())
    assert re.search(
        r"default-src &#39;none&#39;; img-src data:; style-src &#39;sha256-\S+; script-src &#39;sha256-", text
    )
    assert "http" not in re.sub(r"http-equiv", "", text)


# Counts


def test_counts_are_the_same_in_every_format_that_has_them() -> None:
    counted = json.loads(str(render("json", ordinary(), statistics=True)))
    assert [(count["code"], count["count"]) for count in counted] == [("ADB101", 2), ("ADB211", 1), ("ADB401", 1)]
    lines = str(render("json-lines", ordinary(), statistics=True)).splitlines()
    assert [json.loads(line) for line in lines] == counted
    table = str(render("markdown", ordinary(), statistics=True))
    assert [re.findall(r"\| (ADB\d+) .* (\d+) \| \d* ?\|", line) for line in table.splitlines()[4:]] == [
        [(count["code"], str(count["count"]))] for count in counted
    ]
