"""Settings on the command line: which file counts, what can be set in place, and what is shown."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from tests.command import PITFALL, QUIET, UNSAFE, Project, Ran

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

WARNING = 'severity.ADB101 = "warning"\n'


def refusal(project: Project, *arguments: str) -> str:
    """Runs what is wrong, and returns the one line that says so."""
    ran = project.check(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error: ")
    assert ran.err.count("\n") == 1
    return ran.err.removeprefix("error: ").rstrip("\n")


# Which file


@pytest.mark.parametrize("name", ["asyncdb-lint.toml", ".asyncdb-lint.toml"])
def test_a_file_of_our_own_needs_no_table(project: Project, name: str) -> None:
    project.write(name, "ignore = ['ADB101']\n")
    project.write("app.py", PITFALL)
    assert project.codes() == []


def test_our_own_file_goes_before_pyproject_in_the_same_folder_and_the_nearest_before_all(project: Project) -> None:
    project.write("pyproject.toml", "[tool.asyncdb-lint]\nignore = ['ADB101']\n")
    project.write("app.py", PITFALL)
    project.write("asyncdb-lint.toml", "")
    assert project.codes() == ["ADB101"]
    project.write("app/pyproject.toml", "[tool.asyncdb-lint]\nignore = ['ADB1']\n")
    project.write("app/main.py", PITFALL)
    assert project.codes() == ["ADB101"]


def test_config_names_a_file_that_holds_everywhere(project: Project) -> None:
    project.write("ci/strict.toml", "select = ['ADB4']\n")
    project.write("asyncdb-lint.toml", "select = ['ADB101']\n")
    project.write("app.py", PITFALL)
    assert project.codes() == ["ADB101"]
    assert project.codes("--config", "ci/strict.toml") == []
    assert project.codes("--config", "ci/strict.toml", "--extend-select=ADB1") == ["ADB101"]


def test_config_sets_in_place_and_wins_over_files(project: Project) -> None:
    project.write("asyncdb-lint.toml", "select = ['ADB4']\n")
    project.write("app.py", PITFALL)
    assert project.codes("--config", "select = ['ADB1']") == ["ADB101"]
    assert project.codes("--config", "select = ['ADB1']", "--config", "exclude = ['app.py']") == []
    assert project.codes("--config", "select = ['ADB1']", "--config", "per-file-ignores.'app.py' = ['ADB101']") == []
    assert project.codes("--isolated", "--config", "ignore = ['ADB101']") == []


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--config=gone.toml"], "--config: `gone.toml` is no file, and no setting such as `select = ['ADB1']`"),
        (["--config=a.toml", "--config=b.toml"], "--config: name one file only; let it `extend` the other"),
        (
            ["--isolated", "--config=a.toml"],
            "--config: --isolated reads no settings file; give settings as `key = value`",
        ),
        (["--config=pyproject.toml"], "--config: pyproject.toml has no `[tool.asyncdb-lint]`"),
        (["--config=selct = []"], "--config `selct = []`: unknown setting `selct`; did you mean `select`?"),
        (["--config=select = 'ADB1'"], "--config `select = 'ADB1'`: `select` must be a list of strings"),
        (["--config=extend = 'a.toml'"], "--config `extend = 'a.toml'`: `extend` works in files only"),
        (["--config=select = ["], "--config `select = [`: this is not TOML: "),
    ],
)
def test_a_wrong_config_is_one_line(project: Project, arguments: list[str], problem: str) -> None:
    project.write("a.toml", "")
    project.write("b.toml", "")
    project.write("pyproject.toml", "[project]\nname = 'x'\n")
    assert refusal(project, *arguments).startswith(problem)


# What can be set


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("selct = []", "unknown setting `selct`; did you mean `select`?"),
        ("force-exclude = 'yes'", "`force-exclude` must be `true` or `false`"),
        ("fail-on = 'eror'", "`fail-on` must be `error`, `warning` or `info`; did you mean `error`?"),
        ("severity = 'error'", "`severity` must be a table of rules, each with `error`, `warning` or `info`"),
        ("severity.ADB101 = 'fatal'", "`ADB101` must be `error`, `warning` or `info`"),
        ("severity.ADB1O1 = 'error'", "unknown rule `ADB1O1`; did you mean `ADB101`?"),
        ("target-python = 3.11", '`target-python` must be a version such as `"3.11"`'),
        ("target-python = '2.7'", '`target-python` must be a version such as `"3.11"`'),
        ("src = ['../other']", "`src` must be a list of folders inside the project; `../other` is outside"),
        ("src = ['/etc']", "`src` must be a list of folders inside the project; `/etc` is outside"),
        ("database-types = ['Db']", "`database-types` must be a list of dotted class names, such as "),
        ("rules.ADB003.min-lenght = 3", "unknown option `min-lenght` of ADB003; did you mean `min-length`?"),
        ("rules.ADB003.min-length = 'x'", "`min-length` must be a whole number"),
        ("rules.ADB003.min-length = true", "`min-length` must be a whole number"),
        ("rules.ADB101.depth = 1", "unknown option `depth` of ADB101; ADB101 has none"),
        ("rules.ADB1.depth = 1", "`ADB1` stands for several rules: ADB101, ADB102"),
        ("extend = 3", "`extend` must be a file name"),
        ("extend = 'gone.toml'", "`extend`: gone.toml is no file"),
        ("extend = 'pyproject.toml'", "`extend`: pyproject.toml has no `[tool.asyncdb-lint]`"),
        ("extend = 'asyncdb-lint.toml'", "`extend` leads in a circle: asyncdb-lint.toml -> asyncdb-lint.toml"),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_place(project: Project, text: str, problem: str) -> None:
    project.write("pyproject.toml", "[project]\nname = 'x'\n")
    project.write("asyncdb-lint.toml", f"# settings\nignore = [\n  'ADB401',\n]\n{text}\n")
    project.write("app.py", PITFALL)
    assert refusal(project).startswith(f"asyncdb-lint.toml:5: {problem}")


def test_severity_and_fail_on(project: Project) -> None:
    project.write("app.py", PITFALL)
    assert project.check("-q", "--fail-on=error").code == 1
    project.write("asyncdb-lint.toml", WARNING)
    ran = project.check("--fail-on=error")
    assert ran.code == 0
    assert "Found 1 warning in 1 file" in ran.out
    assert project.check("-q").code == 1
    project.write("asyncdb-lint.toml", WARNING + 'fail-on = "error"\n')
    assert project.check("-q").code == 0
    assert project.check("-q", "--fail-on=warning").code == 1
    project.write("asyncdb-lint.toml", 'fail-on = "error"\nseverity = { ADB1 = "info", ADB101 = "error" }\n')
    assert project.check("-q").code == 1


def test_applicability_can_be_moved_and_taken_away(project: Project) -> None:
    project.write("app.py", UNSAFE)

    def fixes(*settings: str) -> str:
        (finding,) = json.loads(project.check("--output-format=json", *(f"--config={s}" for s in settings)).out)
        return finding["fix"]["applicability"]

    assert fixes() == "unsafe"
    assert fixes("extend-safe-fixes = ['ADB1']") == "safe"
    assert fixes("extend-safe-fixes = ['ADB1']", "extend-unsafe-fixes = ['ADB101']") == "unsafe"
    assert fixes("extend-safe-fixes = ['ADB101']", "unfixable = ['ADB1']") == "display"
    project.check("--fix", "--config", "extend-safe-fixes = ['ADB101']")
    assert "await database" in project.read("app.py")


def test_files_that_git_ignores_are_linted_on_demand(project: Project) -> None:
    project.write(".gitignore", "gen.py\n")
    project.write("gen.py", PITFALL)
    assert project.codes(".") == []
    assert project.codes(".", "--config", "respect-gitignore = false") == ["ADB101"]


def test_force_exclude_can_be_a_setting(project: Project) -> None:
    project.write("asyncdb-lint.toml", "exclude = ['gen.py']\n")
    project.write("gen.py", PITFALL)
    assert project.codes("gen.py") == ["ADB101"]
    project.write("asyncdb-lint.toml", "exclude = ['gen.py']\nforce-exclude = true\n")
    assert project.codes("gen.py") == []
    assert project.check("-", "--stdin-filename=gen.py", stdin=PITFALL) == Ran(0, "", "")


def test_database_types_reach_the_whole_run(project: Project) -> None:
    source = "from somelib import Client\n\nclient = Client()\n\n\nasync def run():\n    client.execute('SELECT 1')\n"
    project.write("app.py", source)
    assert project.codes() == []
    project.write("asyncdb-lint.toml", "database-types = ['somelib.Client']\n")
    assert project.codes() == ["ADB101"]


def test_a_reason_can_be_required_of_every_ignore_comment(project: Project) -> None:
    project.write("app.py", PITFALL.replace(")\n    return", ")  # asyncdb-lint: ignore[ADB101] later\n    return"))
    assert project.codes("--config", "require-suppression-reason = true") == []
    long = ("--config", "rules.ADB003.min-length = 10")
    assert project.codes(*long) == []
    assert project.codes("--config", "require-suppression-reason = true", *long) == ["ADB003"]
    assert project.codes("--config", "require-suppression-reason = true", *long, "--select=ADB1") == []
    project.write("asyncdb-lint.toml", "require-suppression-reason = true\nignore = ['ADB003']\n")
    assert project.codes(*long) == []


# extend


def test_extend_builds_on_another_file(project: Project) -> None:
    (project.root / ".git").mkdir()
    project.write(
        "pyproject.toml",
        "[tool.asyncdb-lint]\nselect = ['ADB4']\nextend-exclude = ['old.py']\n"
        "per-file-ignores = {'a.py' = ['ALL']}\nseverity = {ADB401 = 'info'}\n",
    )
    project.write(
        "app/asyncdb-lint.toml",
        "extend = '../pyproject.toml'\nextend-select = ['ADB101']\nextend-exclude = ['older.py']\n"
        "per-file-ignores = {'b.py' = ['ALL']}\nseverity = {ADB1 = 'warning'}\n",
    )
    for name in ("old", "older", "a", "b", "main"):
        project.write(f"app/{name}.py", PITFALL)
    findings = json.loads(project.check("--output-format=json").out)
    assert [(Path(found["filename"]).name, found["severity"]) for found in findings] == [("main.py", "warning")]


def test_extend_in_a_circle_is_told(project: Project) -> None:
    project.write("asyncdb-lint.toml", "extend = 'b.toml'\n")
    project.write("b.toml", "\nextend = 'c.toml'\n")
    project.write("c.toml", "extend = 'b.toml'\n")
    project.write("app.py", QUIET)
    assert refusal(project) == "c.toml:1: `extend` leads in a circle: b.toml -> c.toml -> b.toml"


def test_extend_stays_inside_the_project(project: Project) -> None:
    outside = project.write("outside.toml", "select = ['ADB4']\n")
    (project.root / "repo" / ".git").mkdir(parents=True)
    project.write("repo/asyncdb-lint.toml", "extend = '../outside.toml'\n")
    project.write("repo/app.py", PITFALL)
    problem = f"repo/asyncdb-lint.toml:1: `extend` leads out of the project {project.root / 'repo'}, to {outside}"
    assert refusal(project).startswith(problem)
    project.write("repo/asyncdb-lint.toml", "extend = 'link.toml'\n")
    (project.root / "repo" / "link.toml").symlink_to(outside)
    assert refusal(project).startswith(problem)
    assert project.codes("--config", "outside.toml") == []


def test_links_that_lead_nowhere_or_in_a_circle_are_told(project: Project) -> None:
    project.write("app.py", QUIET)
    link = project.root / "asyncdb-lint.toml"
    link.symlink_to("gone.toml")
    assert refusal(project) == "asyncdb-lint.toml: this link leads to nothing"
    link.unlink()
    link.symlink_to("asyncdb-lint.toml")
    assert refusal(project) == "asyncdb-lint.toml: cannot be read: Too many levels of symbolic links"


# What is shown


def test_show_files_lists_what_would_be_linted(project: Project) -> None:
    project.write(".gitignore", "gen.py\n")
    for name in ("app/main.py", "app/gen.py", "app/notes.txt", "a\x1b[31m.py"):
        project.write(name, PITFALL)
    assert project.check("--show-files") == Ran(0, "a\\x1b[31m.py\napp/main.py\n", "")


def test_show_settings_prints_toml_that_sets_them(project: Project) -> None:
    project.write("pyproject.toml", "[project]\nname = 'x'\nrequires-python = '>=3.11,<4'\n")
    project.write(
        "asyncdb-lint.toml",
        "select = ['ADB101', 'ADB102']\nseverity = {ADB102 = 'info'}\nper-file-ignores = {'a \"b\".py' = ['ALL']}\n"
        "rules.ADB003.min-length = 4\n",
    )
    project.write("app.py", QUIET)
    ran = project.check("--show-settings")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith('# 1 file\n# from asyncdb-lint.toml\nselect = [\n  "ADB101",  # unawaited-query, error\n')
    assert '  "ADB102",  # unawaited-lifecycle-call, info\n' in ran.out
    shown = tomllib.loads(ran.out)
    assert shown["select"] == ["ADB101", "ADB102"]
    assert shown["target-python"] == "3.11"
    assert shown["rules"] == {"ADB003": {"min-length": 4}}
    assert shown["per-file-ignores"] == {'a "b".py': ["ALL"]}
    assert project.run("check", "--config", ran.out, "--show-settings").out == ran.out


def test_show_settings_shows_each_set_once(project: Project) -> None:
    project.write("a/asyncdb-lint.toml", "select = ['ADB1']\n")
    for name in ("a/one.py", "a/two.py", "b/one.py"):
        project.write(name, QUIET)
    lines = project.check("--show-settings").out.splitlines()
    assert [line for line in lines if re.match(r"# (?:\d+ files?|from|no settings)", line)] == [
        "# 2 files",
        "# from a/asyncdb-lint.toml",
        "# 1 file",
        "# no settings file: defaults",
    ]


def test_config_explains_settings(project: Project) -> None:
    ran = project.run("config")
    assert (ran.code, ran.err) == (0, "")
    assert "database-types" in ran.out
    one = project.run("config", "fail-on").out
    assert one.startswith("fail-on: The least severity")
    assert 'Default: "warning"' in one
    assert project.run("config", "fial-on") == Ran(
        2, "", "error: config: unknown setting `fial-on`; did you mean `fail-on`?\n"
    )
    assert json.loads(project.run("config", "--schema").out)["title"] == "asyncdb-lint"
    assert project.run("config", "select", "--schema").code == 2
