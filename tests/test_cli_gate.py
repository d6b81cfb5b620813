"""The command line as a gate: what fails a run, what is counted, and options that do not go together."""

from __future__ import annotations

import json

import pytest

from tests.command import FIXED, INTERPOLATED, PITFALL, QUIET, UNSAFE, Project, Ran

# --fail-on: also in test_cli_settings.py, with severities from settings


def test_fail_on_goes_by_severity_and_shows_all(project: Project) -> None:
    project.write("app.py", "x = 1  # asyncdb-lint: ignore[ADB101]\n")
    assert project.check("-q").code == 1
    assert project.check("-q", "--fail-on=warning").code == 1
    ran = project.check("--fail-on=error")
    assert ran.code == 0
    assert ran.out.startswith("ADB002")


# --fix-only and --exit-non-zero-on-fix


def test_fix_only_fixes_and_says_nothing_of_the_rest(project: Project) -> None:
    project.write("a.py", PITFALL)
    project.write("b.py", UNSAFE)
    assert project.check("--fix-only") == Ran(0, "Fixed 1 finding.\n", "")
    assert (project.read("a.py"), project.read("b.py")) == (FIXED, UNSAFE)
    assert project.check("--fix-only") == Ran(0, "", "")
    assert project.check("--fix-only", "-q", "--output-format=json") == Ran(0, "", "")
    assert project.check("--fix-only", "--diff").code == 0


def test_fix_only_of_standard_input(project: Project) -> None:
    assert project.check("-", "--fix-only", stdin=PITFALL) == Ran(0, FIXED, "Fixed 1 finding.\n")


def test_a_fix_can_fail_the_run(project: Project) -> None:
    project.write("a.py", PITFALL)
    assert project.check("--fix", "--exit-non-zero-on-fix").code == 1
    assert project.check("--fix", "--exit-non-zero-on-fix").code == 0
    project.write("a.py", PITFALL)
    assert project.check("--fix-only", "--exit-non-zero-on-fix").code == 1


# --statistics


def test_statistics_count_by_rule_the_most_frequent_first(project: Project) -> None:
    assert project.check("--statistics", "-q") == Ran(0, "", "")
    project.write("a.py", INTERPOLATED)
    for number in range(10):
        project.write(f"b{number}.py", PITFALL)
    ran = project.check("--statistics")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.startswith("10  ADB101 [*] unawaited-query\n 1  ADB401     interpolated-sql\n\nFound 11 errors")
    assert project.check("--statistics", "-q").out.count("\n") == 2


def test_statistics_as_json(project: Project) -> None:
    project.write("a.py", PITFALL)
    assert json.loads(project.check("--statistics", "--output-format=json").out) == [
        {"code": "ADB101", "name": "unawaited-query", "count": 1, "fixable": 1}
    ]
    assert project.check("--statistics", "--output-format=json", "--ignore=ALL").out == "[]\n"


# Wrong use


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--exit-zero", "--exit-non-zero-on-fix", "--fix"], "--exit-zero and --exit-non-zero-on-fix contradict each"),
        (["--exit-non-zero-on-fix"], "--exit-non-zero-on-fix needs --fix or --fix-only; add one"),
        (["-q", "-v"], "--quiet and --verbose contradict each other; leave one out"),
        (["--add-ignore", "--fix"], "--add-ignore writes comments instead of fixes; leave out --fix"),
        (["--add-ignore", "--unsafe-fixes"], "--add-ignore writes comments instead of fixes; leave out --fix"),
        (["--add-ignore=a\nb"], "--add-ignore: a reason is one line; leave out the line break"),
        (["--statistics", "--diff"], "--statistics counts findings, and --diff, --fix-only, --show-files and"),
        (["--statistics", "--fix-only"], "--statistics counts findings, and --diff, --fix-only, --show-files and"),
        (["--show-files", "--show-settings"], "--show-files and --show-settings lint nothing; leave out one of them"),
        (["--show-files", "--fix"], "--show-files and --show-settings lint nothing; leave out one of them"),
        (["--show-settings", "--diff"], "--show-files and --show-settings lint nothing; leave out one of them"),
        (["--show-files", "-"], "--show-files lists files, and `-` is none; leave one out"),
        (["--stdin-filename=a.py"], "--stdin-filename names what `-` reads; add `-`"),
        (["--fail-on=eror"], "Invalid value for '--fail-on': 'eror' is not one of 'error', 'warning', 'info'"),
        (["--fail-on"], "Option '--fail-on' requires an argument"),
        (["--config"], "Option '--config' requires an argument"),
        (["--fix=yes"], "Option '--fix' does not take a value"),
        (["--statistics", "gone.py"], "gone.py: no such file or folder"),
        (["--extend-select=ADB9"], "--extend-select: unknown rule `ADB9`; did you mean "),
        (["--ignore=unawaited"], "--ignore: unknown rule `unawaited`; did you mean `unawaited-query`?"),
    ],
)
def test_wrong_use_is_one_line_that_says_what_and_how_to_mend_it(
    project: Project, options: list[str], problem: str
) -> None:
    project.write("app.py", PITFALL)
    ran = project.check(*options)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"error: {problem}")
    assert ran.err.count("\n") == 1
    assert project.read("app.py") == PITFALL


def test_a_path_after_two_dashes_is_a_path(project: Project) -> None:
    project.write("--add-ignore", QUIET)
    assert project.check("--", "--add-ignore") == Ran(0, "All checks passed!\n", "")
