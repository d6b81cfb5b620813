"""`--output` and `--output-format`: several formats at once, to files and to standard output."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from asyncdb_lint.report.formats import format_names
from tests.command import PITFALL, QUIET, Project, Ran

SUMMARY = "Found 1 error in 1 file (1 checked).\n[*] 1 fixable with --fix.\n"


@pytest.fixture
def app(project: Project) -> Project:
    project.write("app.py", PITFALL)
    return project


def refused(project: Project, *arguments: str) -> str:
    """What a run says that does nothing."""
    before = sorted(project.root.rglob("*"))
    ran = project.check(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith("error: ")
    assert sorted(project.root.rglob("*")) == before
    return ran.err.removeprefix("error: ").removesuffix("\n")


# Nothing changes for who asks for nothing


def test_full_is_the_default(app: Project) -> None:
    assert (
        app.check() == app.check("--output-format=full") == app.check("--output=full") == app.check("--output=full:-")
    )


@pytest.mark.parametrize("output_format", ["grouped", "sarif"])
def test_both_options_print_the_same(app: Project, output_format: str) -> None:
    ran = app.check(f"--output-format={output_format}")
    assert (ran.code, ran.err) == (1, "")
    assert ran == app.check("--output", output_format)


# Several at once


def test_a_file_and_standard_output(app: Project) -> None:
    ran = app.check("--output", "sarif:out.sarif", "--output", "github")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("::error title=ADB101")
    assert json.loads(app.read("out.sarif"))["version"] == "2.1.0"


def test_all_formats_at_once(app: Project) -> None:
    outputs = [f"--output={name}:{name}.out" for name in format_names()]
    assert app.check(*outputs, "-q") == Ran(1, "", "")
    assert all("ADB101" in app.read(f"{name}.out") for name in format_names())
    assert app.read("concise.out") == app.check("--output-format=concise", "-q").out


def test_where_all_goes_to_files_the_summary_is_printed(app: Project) -> None:
    assert app.check("--output", "json:a.json", "--output", "junit:b.xml") == Ran(1, SUMMARY, "")
    assert app.check("--output", "json:a.json", "-q") == Ran(1, "", "")
    assert len(json.loads(app.read("a.json"))) == 1
    ET.fromstring(app.read("b.xml"))


def test_the_single_form_is_for_standard_output(app: Project) -> None:
    ran = app.check("--output-format", "concise", "--output", "json:a.json", "-q")
    assert ran.out.startswith("app.py:7:12: ADB101")
    assert len(json.loads(app.read("a.json"))) == 1


def test_files_are_written_when_nothing_is_found(project: Project) -> None:
    project.write("app.py", QUIET)
    assert project.check("--output", "json:a.json", "-q") == Ran(0, "", "")
    assert project.read("a.json") == "[]\n"


def test_files_hold_no_colours(app: Project) -> None:
    app.check("--output", "full:out.txt", "--color=always")
    assert "\x1b" not in app.read("out.txt")
    assert "\x1b" in app.check("--output", "full", "--color=always").out


def test_colours_are_for_people_only(app: Project) -> None:
    assert "\x1b" not in app.check("--output", "markdown", "--color=always").out


def test_findings_of_fixed_standard_input_go_beside_it(project: Project) -> None:
    ran = project.check("-", "--fix", "--output", "json:a.json", stdin=PITFALL)
    assert ran.out == PITFALL.replace("user = database", "user = await database")
    assert ran.err == "Fixed 1 finding.\nAll checks passed!\n"
    assert project.read("a.json") == "[]\n"


def test_statistics_go_where_findings_would(app: Project) -> None:
    app.check("--statistics", "--output", "json:a.json", "--output", "markdown:b.md")
    assert json.loads(app.read("a.json"))[0]["count"] == 1
    assert "| ADB101 | unawaited-query | error | 1 | 1 |" in app.read("b.md")


# Files


def test_missing_folders_are_made(app: Project) -> None:
    app.check("--output", "junit:reports/lint/junit.xml")
    assert "<testsuites" in app.read("reports/lint/junit.xml")


def test_a_file_is_replaced_whole_and_keeps_its_mode(app: Project) -> None:
    old = app.write("a.json", "x" * 10_000)
    old.chmod(0o640)
    app.check("--output", "json:a.json")
    assert json.loads(app.read("a.json"))
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert {file.name for file in app.root.iterdir()} == {"app.py", "a.json"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_a_new_file_has_the_mode_of_new_files(app: Project) -> None:
    subprocess.run(
        [sys.executable, "-c", "import os, sys; os.umask(0o027); from asyncdb_lint.cli import main; main(sys.argv[1:])",
         "check", "--output", "json:a.json"],
        cwd=app.root, check=True, capture_output=True,
    )  # fmt: skip
    assert stat.S_IMODE((app.root / "a.json").stat().st_mode) == 0o640


def test_a_link_stays_and_what_it_points_to_is_written(app: Project) -> None:
    (app.root / "kept").mkdir()
    (app.root / "a.json").symlink_to("kept/b.json")
    app.check("--output", "json:a.json")
    assert (app.root / "a.json").is_symlink()
    assert json.loads(app.read("kept/b.json"))


def test_a_device_is_written_to_and_stays(app: Project) -> None:
    assert app.check("--output", "json:/dev/null", "-q") == Ran(1, "", "")
    assert Path("/dev/null").is_char_device()
    assert json.loads(app.check("--output", "json:/dev/stdout", "-q").out)


@pytest.mark.parametrize("target", ["app.py/out.json", "locked.json"])
def test_findings_are_printed_when_their_file_cannot_be_written(app: Project, target: str) -> None:
    app.write("locked.json", "old").chmod(0o444)
    (app.root / "folder").mkdir()
    ran = app.check("--output", f"json:{target}", "--output", "sarif:out.sarif")
    if target == "locked.json" and os.geteuid() == 0:
        # root may write everything
        assert ran.code == 1
        return
    assert ran.code == 2
    assert ran.err.startswith(f"error: {target}: cannot be written: ")
    assert ran.err.count("\n") == 1
    assert ran.out == app.check().out
    assert json.loads(app.read("out.sarif"))["version"] == "2.1.0"
    assert app.read("locked.json") == "old"


# Wrong use: one line that says what to do


def test_standard_output_takes_one_format(app: Project) -> None:
    assert refused(app, "--output", "sarif", "--output", "github") == (
        "standard output takes one format, not sarif and github; give the others a file: --output github:FILE"
    )
    assert "not concise and json;" in refused(app, "--output-format=concise", "--output=json:-")


def test_a_file_takes_one_format(app: Project) -> None:
    assert refused(app, "--output", "sarif:out", "--output", "json:./out") == (
        "two outputs would be written to out; give each a file of its own"
    )


@pytest.mark.parametrize("text", ["xml", "xml:a.xml", "", ":a", "out.sarif", "SARIF"])
def test_an_unknown_format_lists_those_there_are(app: Project, text: str) -> None:
    said = refused(app, "--output", text)
    assert said.startswith(f"--output: no format `{text.partition(':')[0]}`; there are azure, concise, full")


def test_a_missing_file_name(app: Project) -> None:
    assert refused(app, "--output", "sarif:") == (
        "--output: no file after `sarif:`; write sarif:FILE, or sarif for standard output"
    )


def test_a_folder_is_no_file(app: Project) -> None:
    assert refused(app, "--output", "sarif:.") == "--output: . is a folder; name a file"


def test_a_source_is_not_overwritten(app: Project) -> None:
    assert refused(app, "--output", "sarif:app.py") == ("--output: app.py is a file to lint; name another for sarif")
    assert app.read("app.py") == PITFALL


@pytest.mark.parametrize("option", ["--diff", "--fix-only", "--show-files", "--show-settings"])
def test_options_that_print_no_findings_write_none(app: Project, option: str) -> None:
    assert refused(app, "--output", "sarif:out.sarif", option).startswith("--output is for findings, and --diff")


@pytest.mark.parametrize("output_format", ["sarif", "github", "html"])
def test_formats_without_a_place_for_counts(app: Project, output_format: str) -> None:
    assert refused(app, "--statistics", "--output", output_format) == (
        f"--statistics: {output_format} has no place for counts; "
        "use concise, full, grouped, json, json-lines or markdown"
    )


def test_names_of_files_cannot_harm_a_terminal(app: Project) -> None:
    assert "\x1b" not in refused(app, "--output", "sarif:\x1b[31m", "--output", "json:\x1b[31m")


# Each format costs who asks for it


@pytest.mark.parametrize("output_format", format_names())
def test_a_format_is_imported_only_when_asked_for(project: Project, output_format: str) -> None:
    module = f"asyncdb_lint.report.formats.{output_format.replace('-', '_')}"
    program = (
        "import sys; from asyncdb_lint.cli import main; main(['check', '-q', *sys.argv[2:]]);"
        "print(*(name for name in sys.modules if name.startswith('asyncdb_lint.report.formats.')), file=sys.stderr)"
    )
    for asked in ([], ["--output", f"{output_format}:out"]):
        run = [sys.executable, "-c", program, "", *asked]
        done = subprocess.run(run, cwd=project.root, check=True, capture_output=True, text=True)
        assert (module in done.stderr.split()) is (bool(asked) or output_format == "full")
