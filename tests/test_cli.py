"""The command line: what each option does, what goes to which stream, and the three exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from asyncdb_lint import __version__
from asyncdb_lint.pages import rule_names
from tests.command import BROKEN, FIXED, INTERPOLATED, PITFALL, QUIET, UNSAFE, UNSAFELY_FIXED, Project, Ran

AWAITING = [code for code in rule_names() if code.startswith("ADB10")]


# Nothing to report


def test_an_empty_folder_passes_with_a_warning(project: Project) -> None:
    assert project.check() == Ran(0, "All checks passed!\n", "warning: no Python files found under the given paths\n")


def test_a_notebook_is_left_out_with_a_warning(project: Project) -> None:
    project.write("app.py", PITFALL)
    project.write("explore.ipynb", '{"cells": []}')
    told = "warning: explore.ipynb left out: notebooks are linted in editors, by the language server\n"
    assert project.check("explore.ipynb") == Ran(0, "", told)
    ran = project.check("explore.ipynb", "app.py", "-q")
    assert (ran.code, ran.err) == (1, told)


def test_sound_code_passes(project: Project) -> None:
    project.write("app.py", QUIET)
    assert project.check() == Ran(0, "All checks passed!\n", "")


def test_sound_code_is_never_changed(project: Project) -> None:
    project.write("app.py", QUIET)
    project.check("--fix", "--unsafe-fixes")
    assert project.read("app.py") == QUIET
    assert project.check("--diff", "--unsafe-fixes").out == ""


def test_quiet_says_nothing_when_there_is_nothing_to_say(project: Project) -> None:
    assert project.check("-q") == Ran(0, "", "")


def test_json_of_nothing_is_an_empty_array(project: Project) -> None:
    project.write("app.py", QUIET)
    assert project.check("--output-format=json") == Ran(0, "[]\n", "")


# Findings


def test_a_finding_is_printed_in_full_and_counted(project: Project) -> None:
    project.write("app.py", PITFALL)
    ran = project.check()
    assert ran.code == 1
    assert ran.err == ""
    assert ran.out.startswith("ADB101 [*] `database.fetch_one(...)`")
    assert " --> app.py:7:12\n" in ran.out
    assert '7 |     user = database.fetch_one("SELECT name' in ran.out
    assert "\n  |            ^^^^^^" in ran.out
    assert ran.out.endswith("\n\nFound 1 error in 1 file (1 checked).\n[*] 1 fixable with --fix.\n")


def test_concise_is_one_line_each(project: Project) -> None:
    project.write("app.py", PITFALL)
    assert project.check("-q", "--output-format=concise").out.startswith("app.py:7:12: ADB101 [*] ")
    assert project.check("-q", "--output-format=concise").out.count("\n") == 1


def test_json_names_absolute_files_and_the_fix(project: Project) -> None:
    file = project.write("app.py", PITFALL)
    (finding,) = json.loads(project.check("--output-format=json").out)
    assert (finding["code"], finding["name"], finding["severity"]) == ("ADB101", "unawaited-query", "error")
    assert finding["filename"] == str(file)
    assert finding["location"] == {"row": 7, "column": 12}
    assert finding["fix"]["applicability"] == "safe"
    assert [edit["content"] for edit in finding["fix"]["edits"]] == ["await "]


def test_exit_zero_hides_findings_from_the_shell_only(project: Project) -> None:
    project.write("app.py", PITFALL)
    ran = project.check("--exit-zero")
    assert ran.code == 0
    assert "Found 1 error" in ran.out


def test_hints_are_shown_and_fail_nothing(project: Project) -> None:
    project.write(
        "app.py",
        "from databases import Database\nfrom fastapi import FastAPI\n\n"
        'database = Database("sqlite:///app.db")\n'
        "app = FastAPI(on_startup=[database.connect], on_shutdown=[database.disconnect])\n",
    )
    ran = project.check("--output-format=concise")
    assert ran.code == 0
    assert ran.out.startswith("app.py:5:26: ADB211 ")
    assert "Found 1 hint in 1 file" in ran.out


def test_a_file_that_does_not_parse_is_a_finding_and_the_others_go_on(project: Project) -> None:
    project.write("a.py", BROKEN)
    project.write("b.py", PITFALL)
    assert project.codes() == ["ADB001", "ADB101"]


# Which rules


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ([], ["ADB101", "ADB401"]),
        (["--select=ALL"], ["ADB101", "ADB401"]),
        (["--select=ADB1"], ["ADB101"]),
        (["--select=ADB1,ADB401"], ["ADB101", "ADB401"]),
        (["--select=ADB2", "--select", "ADB401"], ["ADB401"]),
        (["--select=unawaited-query"], ["ADB101"]),
        (["--ignore=ADB1"], ["ADB401"]),
        (["--select=ADB1", "--extend-select=ADB401", "--ignore=ADB101"], ["ADB401"]),
    ],
)
def test_rules_are_selected(project: Project, options: list[str], codes: list[str]) -> None:
    project.write("a.py", PITFALL)
    project.write("b.py", INTERPOLATED)
    assert project.codes(*options) == codes


def test_an_unknown_rule_is_one_line_with_the_nearest(project: Project) -> None:
    assert project.check("--select=ADB1O1") == Ran(
        2, "", "error: --select: unknown rule `ADB1O1`; did you mean `ADB101`?\n"
    )


def test_the_project_file_selects_and_isolated_does_not_read_it(project: Project) -> None:
    project.write("pyproject.toml", "[tool.asyncdb-lint]\nselect = ['ADB4']\n")
    project.write("app.py", PITFALL)
    assert project.codes() == []
    assert project.codes("--isolated") == ["ADB101"]
    assert project.codes("--extend-select=ADB101") == ["ADB101"]


def test_each_file_has_the_settings_of_its_own_folder(project: Project) -> None:
    project.write("a/pyproject.toml", "[tool.asyncdb-lint]\nignore = ['ADB101']\n")
    project.write("a/app.py", PITFALL)
    project.write("b/app.py", PITFALL)
    (finding,) = json.loads(project.check("--output-format=json").out)
    assert finding["filename"] == str(project.root / "b" / "app.py")


def test_per_file_ignores(project: Project) -> None:
    project.write("pyproject.toml", "[tool.asyncdb-lint.per-file-ignores]\n'tests/*' = ['ADB1']\n")
    project.write("tests/test_app.py", PITFALL)
    assert project.codes() == []
    project.write("app.py", PITFALL)
    assert project.codes() == ["ADB101"]


def test_a_wrong_setting_is_one_line_with_file_and_line(project: Project) -> None:
    project.write("pyproject.toml", "[tool.asyncdb-lint]\n\nselct = ['ADB4']\n")
    project.write("app.py", PITFALL)
    assert project.check() == Ran(2, "", "error: pyproject.toml:3: unknown setting `selct`; did you mean `select`?\n")


# Which files


def test_a_missing_path_is_one_line(project: Project) -> None:
    project.write("app.py", QUIET)
    assert project.check("app.py", "gone") == Ran(2, "", "error: gone: no such file or folder\n")


def test_an_excluded_file_is_linted_when_named_unless_forced(project: Project) -> None:
    project.write(".gitignore", "gen.py\n")
    project.write("gen.py", PITFALL)
    assert project.codes(".") == []
    assert project.codes("gen.py") == ["ADB101"]
    assert project.codes("gen.py", "--force-exclude") == []


# Fixing


def test_fix_applies_safe_fixes_and_a_second_run_changes_nothing(project: Project) -> None:
    project.write("app.py", PITFALL)
    assert project.check("--fix") == Ran(0, "Fixed 1 finding.\nAll checks passed!\n", "")
    assert project.read("app.py") == FIXED
    assert project.check("--fix") == Ran(0, "All checks passed!\n", "")
    assert project.read("app.py") == FIXED


def test_fix_alone_leaves_unsafe_fixes_alone(project: Project) -> None:
    project.write("app.py", UNSAFE)
    ran = project.check("--fix")
    assert ran.code == 1
    assert project.read("app.py") == UNSAFE
    assert ran.out.endswith("1 fixable with --fix --unsafe-fixes.\n")


def test_unsafe_fixes_are_applied_when_asked_for(project: Project) -> None:
    project.write("app.py", UNSAFE)
    assert project.check("--fix", "--unsafe-fixes").code == 0
    assert project.read("app.py") == UNSAFELY_FIXED


def test_fixing_keeps_encoding_mark_and_line_ends(project: Project) -> None:
    source = "\ufeff# Größe\n" + PITFALL
    project.write("app.py", source.replace("\n", "\r\n"))
    latin = "# coding: latin-1\n# Größe\n" + PITFALL
    project.write("latin.py", latin.encode("latin-1"))
    assert project.check("--fix").code == 0
    assert project.read("app.py") == source.replace(PITFALL, FIXED).replace("\n", "\r\n")
    assert (project.root / "latin.py").read_bytes().decode("latin-1") == latin.replace(PITFALL, FIXED)


def test_a_file_that_cannot_be_written_is_named(project: Project) -> None:
    file = project.write("app.py", PITFALL)
    file.chmod(0o444)
    ran = project.check("--fix")
    assert ran.code == 2
    assert ran.err == f"error: {file}: is read-only\n"
    assert project.read("app.py") == PITFALL


def test_diff_shows_the_fix_changes_nothing_and_can_be_applied(project: Project) -> None:
    project.write("app.py", PITFALL)
    ran = project.check("--diff")
    assert (ran.code, ran.err) == (1, "Would fix 1 finding.\n")
    assert ran.out.startswith("--- app.py\n+++ app.py\n@@ ")
    assert project.read("app.py") == PITFALL
    subprocess.run(["git", "apply", "-p0"], input=ran.out.encode(), cwd=project.root, check=True)
    assert project.read("app.py") == FIXED


def test_a_keyword_with_no_space_behind_is_no_obstacle(project: Project) -> None:
    # LibCST's own checks take it for an error, where a route becomes `async def` as well.
    source = UNSAFE.replace("return database", "return(1 if app else database").rstrip("\n") + ")\n"
    project.write("app.py", source)
    assert project.check("--fix", "--unsafe-fixes").code == 0
    assert project.read("app.py") == source.replace("def users", "async def users").replace("else ", "else await ")


def source_in(encoding: str, coding: str, word: str, *, fixed: bool = False) -> bytes:
    """A pitfall with a word of another language on its line and on one before it."""
    call = f"{'await ' if fixed else ''}database.fetch_one(\"SELECT name AS '{word}' FROM users\")"
    return f"""\
{coding}from databases import Database
# {word}
async def has_users(database: Database):
    user = {call}
    return user is not None
""".encode(encoding)


def diff_of(project: Project, *arguments: str, stdin: bytes = b"") -> bytes:
    command = [sys.executable, "-m", "asyncdb_lint", "check", "--diff", *arguments]
    narrow = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run(command, cwd=project.root, input=stdin, env=narrow, capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (1, b"Would fix 1 finding.\n")
    return ran.stdout


@pytest.mark.parametrize(
    ("encoding", "coding", "word"),
    [
        ("utf-8", "", "\u65e5\u672c"),
        ("utf-8-sig", "", "\u65e5\u672c"),
        ("latin-1", "# coding: latin-1\n", "\xe9\xff"),
        # One of these characters ends with the byte of a backslash.
        ("shift_jis", "# coding: shift_jis\n", "\u8868\u793a"),
        # Each line begins and ends in ASCII, between shifts.
        ("iso2022_jp", "# coding: iso2022_jp\n", "\u8868\u793a"),
    ],
)
def test_a_diff_that_is_piped_has_the_bytes_of_the_file(
    project: Project, encoding: str, coding: str, word: str
) -> None:
    file = project.write("app.py", source_in(encoding, coding, word))
    subprocess.run(["git", "apply", "-p0"], input=diff_of(project), cwd=project.root, check=True)
    assert file.read_bytes() == source_in(encoding, coding, word, fixed=True)


def test_so_has_a_diff_of_standard_input(project: Project) -> None:
    latin = source_in("latin-1", "# coding: latin-1\n", "\xe9")
    assert diff_of(project, "-", stdin=latin).count(b"'\xe9'") == 2


def test_a_diff_for_people_is_text_in_the_encoding_of_the_terminal(project: Project) -> None:
    project.write("app.py", source_in("latin-1", "# coding: latin-1\n", "\xe9"))
    assert project.check("--diff", "--color=always").out.count("'\xe9'") == 2


def test_diff_shows_unsafe_fixes_when_asked_for(project: Project) -> None:
    project.write("app.py", UNSAFE)
    assert project.check("--diff").code == 0
    assert "+async def users" in project.check("--diff", "--unsafe-fixes").out


# Standard input


def test_standard_input_is_linted_under_its_name(project: Project) -> None:
    ran = project.check("-", "--stdin-filename=app/main.py", "--output-format=concise", stdin=PITFALL)
    assert ran.code == 1
    assert ran.out.startswith("app/main.py:7:12: ADB101 [*] ")


def test_standard_input_needs_no_name(project: Project) -> None:
    assert project.check("-", stdin=QUIET) == Ran(0, "All checks passed!\n", "")
    assert project.check("-", "--output-format=concise", stdin=PITFALL).out.startswith("-:7:12: ADB101")


def test_standard_input_replaces_the_saved_file(project: Project) -> None:
    project.write("app.py", PITFALL)
    assert project.check("-", "--stdin-filename=app.py", stdin=QUIET).code == 0
    assert project.read("app.py") == PITFALL


def test_fixed_standard_input_goes_to_standard_output_and_findings_beside_it(project: Project) -> None:
    assert project.check("-", "--fix", stdin=PITFALL) == Ran(0, FIXED, "Fixed 1 finding.\nAll checks passed!\n")
    ran = project.check("-", "--fix", stdin=UNSAFE)
    assert (ran.code, ran.out) == (1, UNSAFE)
    assert "ADB101" in ran.err


def test_fixing_standard_input_keeps_line_ends(project: Project) -> None:
    source = PITFALL.replace("\n", "\r\n")
    assert project.check("-", "--fix", "-q", stdin=source).out == FIXED.replace("\n", "\r\n")


def test_diff_of_standard_input(project: Project) -> None:
    ran = project.check("-", "--diff", "--stdin-filename=app.py", stdin=PITFALL)
    assert ran.code == 1
    assert ran.out.startswith("--- app.py\n")


def test_excluded_standard_input_passes_through(project: Project) -> None:
    project.write(".gitignore", "gen.py\n")
    options = ("-", "--stdin-filename=gen.py", "--force-exclude")
    assert project.check(*options, stdin=PITFALL) == Ran(0, "", "")
    assert project.check(*options, "--fix", stdin=PITFALL) == Ran(0, PITFALL, "")


def test_standard_input_stands_alone(project: Project) -> None:
    project.write("app.py", QUIET)
    ran = project.check("-", "app.py", stdin=QUIET)
    assert ran.code == 2
    assert ran.err.count("\n") == 1


# Colours and odd terminals


def test_colours_on_demand(project: Project) -> None:
    project.write("app.py", PITFALL)
    assert "\x1b[" not in project.check(NO_COLOR="", FORCE_COLOR="").out
    assert "\x1b[" in project.check("--color=always").out
    assert "\x1b[" in project.check(FORCE_COLOR="1", NO_COLOR="").out
    assert "\x1b[" not in project.check("--color=never", FORCE_COLOR="1").out


def test_a_terminal_that_knows_only_ascii(project: Project) -> None:
    project.write("app.py", PITFALL + "# Größe 日本\n")
    ran = project.check(PYTHONIOENCODING="ascii")
    assert (ran.code, ran.err) == (1, "")


def test_a_file_name_cannot_command_the_terminal(project: Project) -> None:
    project.write("a\x1b[31m\nb.py", PITFALL)
    ran = project.check("--output-format=concise")
    assert ran.out.startswith(r"a\x1b[31m\x0ab.py:7:12: ADB101")


def test_a_reader_that_goes_away_is_no_error(project: Project) -> None:
    for number in range(200):
        project.write(f"app_{number}.py", PITFALL)
    run = subprocess.Popen(
        [sys.executable, "-m", "asyncdb_lint", "check"],
        cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.readline()
    run.stdout.close()
    assert run.stderr.read() == b""
    assert run.wait(60) == 1
    run.stderr.close()


# rule


def test_rule_prints_the_page_by_code_and_by_name(project: Project) -> None:
    ran = project.run("rule", "ADB101")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("# unawaited-query (ADB101)\n")
    assert project.run("rule", "unawaited-query") == ran
    assert project.run("rule", "adb101") == ran


def test_rule_all_lists_every_rule_with_its_state(project: Project) -> None:
    lines = project.run("rule", "--all").out.splitlines()
    assert [line.split()[0] for line in lines] == list(rule_names())
    rows = {line.split()[0]: re.split(r" {2,}", line)[1:] for line in lines}
    assert rows["ADB101"] == [
        "unawaited-query", "error", "on", "safe", "a query of an async database that nobody awaits",
    ]  # fmt: skip
    assert rows["ADB510"][:4] == ["read-modify-write", "warning", "off", "no"]


def test_rule_as_json(project: Project) -> None:
    one = json.loads(project.run("rule", "ADB101", "--output-format=json").out)
    assert (one["code"], one["name"], one["severity"], one["since"]) == ("ADB101", "unawaited-query", "error", "0.1.0")
    assert (one["cwe"], one["security_severity"]) == ([], None)
    assert one["summary"].startswith("Finds ")
    assert one["explanation"].startswith("# unawaited-query")
    every = json.loads(project.run("rule", "--all", "--output-format=json").out)
    assert one in every
    assert [page["code"] for page in every] == sorted(page["code"] for page in every)
    assert {page["code"]: (page["cwe"], page["security_severity"]) for page in every if page["cwe"]} == {
        "ADB303": (["CWE-209"], "5.4"),
        "ADB401": (["CWE-89"], "8.8"),
        "ADB801": (["CWE-798", "CWE-259"], "9.8"),
    }


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "error: name one rule, or ask for --all\n"),
        (["ADB101", "--all"], "error: name one rule, or ask for --all\n"),
        (["ADB111"], "error: rule: unknown rule `ADB111`; did you mean `ADB101`?\n"),
        (["unawaited-qury"], "error: rule: unknown rule `unawaited-qury`; did you mean `unawaited-query`?\n"),
        (["ADB10"], f"error: rule: `ADB10` stands for several rules: {', '.join(AWAITING)}\n"),
    ],
)
def test_rule_says_in_one_line_what_is_wrong(project: Project, arguments: list[str], problem: str) -> None:
    assert project.run("rule", *arguments) == Ran(2, "", problem)


# The rest


def test_version_and_help(project: Project) -> None:
    assert project.run("--version") == Ran(0, f"asyncdb-lint {__version__}\n", "")
    assert "check" in project.run("--help").out
    ran = project.check("--help")
    assert (ran.code, ran.err) == (0, "")
    assert "asyncdb-lint check --fix src tests" in ran.out
    assert "Exit codes:" in ran.out


@pytest.mark.parametrize("arguments", [["chekc"], ["check", "--no-such-option"], ["check", "--output-format=xml"]])
def test_a_wrong_command_line_is_one_line_and_exit_code_2(project: Project, arguments: list[str]) -> None:
    ran = project.run(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1


def test_verbose_names_the_settings_and_the_time(project: Project) -> None:
    project.write("pyproject.toml", "[tool.asyncdb-lint]\n")
    project.write("app.py", QUIET)
    err = project.check("-v").err
    assert f"settings from {project.root / 'pyproject.toml'}\n" in err
    assert "checked 1 file in " in err


def crash(project: Project, *options: str) -> Ran:
    """Runs the linter with a fault in it: a file that shadows a module it needs."""
    project.write("shadow/sitecustomize.py", "import sys\nsys.modules['asyncdb_lint.files'] = None\n")
    return project.check(*options, PYTHONPATH=str(project.root / "shadow"))


def test_an_internal_error_is_short_and_asks_for_a_report(project: Project) -> None:
    ran = crash(project)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: internal error in asyncdb-lint {__version__}: ModuleNotFoundError: ")
    assert "please report it" in ran.err
    assert "Traceback" not in ran.err


def test_verbose_adds_the_traceback_to_an_internal_error(project: Project) -> None:
    ran = crash(project, "-v")
    assert ran.code == 2
    assert "Traceback" in ran.err
