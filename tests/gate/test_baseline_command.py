"""`asyncdb-lint baseline`, and `check` with a baseline: what is shown, what fails, what is written."""

from __future__ import annotations

import json

import pytest

from tests.command import BROKEN, PITFALL, QUIET, Project, Ran

NAME = "asyncdb-lint-baseline.json"
SETTING = f'baseline = "{NAME}"\n'


def test_day_one_then_only_new_findings_fail(project: Project) -> None:
    project.write("app.py", PITFALL)
    ran = project.run("baseline")
    note = f'note: to use it, set `baseline = "{NAME}"`, or pass --baseline {NAME}\n'
    assert ran == Ran(0, "", f"Wrote 1 known finding to {NAME}.\n{note}")
    assert project.check("-q").code == 1
    known = f"note: 1 known finding left out by {NAME}\n"
    assert project.check("--baseline", NAME) == Ran(0, "All checks passed!\n", known)
    project.write("asyncdb-lint.toml", SETTING)
    assert project.check() == Ran(0, "All checks passed!\n", known)
    assert project.check("-q", "--no-baseline").code == 1
    project.write("app.py", "# moved\n\n\n" + PITFALL.replace('"', "'"))
    assert project.check() == Ran(0, "All checks passed!\n", known)
    project.write("new.py", PITFALL)
    found = json.loads(project.check("--output-format=json").out)
    assert [finding["filename"].rpartition("/")[2] for finding in found] == ["new.py"]
    # Known findings are left alone by fixes, too.
    project.check("--fix", "-q")
    assert "await" in project.read("new.py")
    assert "await" not in project.read("app.py")


def test_what_is_gone_is_told_and_taken_out(project: Project) -> None:
    project.write("asyncdb-lint.toml", SETTING)
    for name in ("a.py", "b.py", "c.py"):
        project.write(name, PITFALL)
    assert project.run("baseline") == Ran(0, "", f"Wrote 3 known findings to {NAME}.\n")
    project.write("a.py", QUIET)
    (project.root / "b.py").rename(project.root / "renamed.py")
    project.write("new.py", PITFALL.replace("name_of", "name_for"))
    told = project.check("a.py").err
    assert told == f"note: 1 known finding of {NAME} is gone: take out with `asyncdb-lint baseline --update`\n"
    before = project.read(NAME)
    ran = project.run("baseline", "--update")
    assert ran.code == 0
    assert ran.err.startswith(f"{NAME}: 1 known finding gone, 2 left, 1 new and not taken in.")
    files = {entry["file"] for entry in json.loads(project.read(NAME))["known"] if entry != "end"}
    assert files == {"c.py", "renamed.py"}
    assert project.read(NAME) != before


def test_a_syntax_error_is_never_known(project: Project) -> None:
    project.write("app.py", BROKEN)
    assert "note: 1 syntax error stay findings" in project.run("baseline").err
    assert project.check("-q", "--baseline", NAME).code == 1


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["baseline"], f"{NAME} exists; --update takes out what is gone, --force writes it anew"),
        (["baseline", "--update", "--force"], "--update takes out what is gone, --force takes in what is new; leave"),
        (["baseline", "--force", "app.py"], "--force writes the whole file anew; leave out the paths, or --force"),
        (["baseline", "-"], "baseline: standard input has no findings to know later; name files or folders"),
        (["baseline", "--update", "--file=gone.json"], "gone.json: no such baseline; write it with `asyncdb-lint"),
        (["baseline", "--force", "--file=app.py"], "app.py: is no baseline, and no JSON: "),
        (["baseline", "--force", "--file=package.json"], "package.json: is no baseline of asyncdb-lint; name another"),
        (["baseline", "--file=no/folder.json"], "no/folder.json: the baseline cannot be written: No such file"),
        (["check", "--baseline=gone.json"], "gone.json: no such baseline; write it with `asyncdb-lint baseline`"),
        (["check", "--baseline=a", "--no-baseline"], "--baseline and --no-baseline contradict each other; leave one"),
        (
            ["check", "--config=baseline = '../x.json'"],
            "--config `baseline = '../x.json'`: `baseline` must be the name",
        ),
        (["check", "--config=baseline = 'link/x.json'"], "`baseline` leads out of the project "),
        (["baseline", "--config=baseline = 'link/x.json'"], "`baseline` leads out of the project "),
    ],
)
def test_wrong_use_is_one_line_and_changes_nothing(project: Project, arguments: list[str], problem: str) -> None:
    inner = Project(project.root / "inner")
    inner.write("asyncdb-lint.toml", "")
    inner.write("app.py", PITFALL)
    inner.write("package.json", "{}")
    inner.write(NAME, '{"version": 1, "known": []}')
    (inner.root / "link").symlink_to(project.root)
    before = {file: file.read_bytes() for file in project.root.rglob("*") if file.is_file()}
    ran = inner.run(*arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert ran.err.startswith(f"error: {problem}")
    assert {file: file.read_bytes() for file in project.root.rglob("*") if file.is_file()} == before
