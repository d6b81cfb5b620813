"""Every option of every command, used wrongly: one line on standard error says what to do, and the exit code is 2."""

from __future__ import annotations

import click
import pytest

from asyncdb_lint.cli import cli
from tests.command import PITFALL, Project, Ran

BASELINE = "asyncdb-lint-baseline.json"
LONG = "a" * 5000
# By command and parameter: the arguments, and what is said about them.
WRONG: dict[tuple[str, str], list[tuple[list[str], str]]] = {
    ("", "version"): [(["--version=1"], "does not take a value"), (["--verison"], "Did you mean '--version'")],
    ("check", "paths"): [
        (["gone"], "gone: no such file or folder"),
        ([""], "an empty name; leave it out, or name a file or folder"),
        ([LONG], "too long a name; name a file or folder"),
        (["-", "app.py"], "`-` stands alone: standard input cannot be linted together with files"),
    ],
    ("check", "select"): [
        (["--select"], "requires an argument; see `asyncdb-lint check --help`"),
        (["--select="], "an empty word names no rule; write a code, a name or `ALL`"),
        (["--select=ADB1O1"], "unknown rule `ADB1O1`; did you mean `ADB101`?"),
    ],
    ("check", "extend_select"): [(["--extend-select=unawaited"], "did you mean `unawaited-query`?")],
    ("check", "ignore"): [(["--ignore=,"], "--ignore: an empty word names no rule")],
    ("check", "config"): [
        (["--config=gone.toml"], "--config: `gone.toml` is no file, and no setting such as `select = ['ADB1']`"),
        (["--config=app.py"], "app.py:1: Expected '=' after a key"),
        (["--config=selekt = 1"], "unknown setting `selekt`; did you mean `select`?"),
        (["--config=select = 1"], "`select` must be a list of strings"),
        (["--config=extend = 'a.toml'"], "`extend` works in files only; name the file with --config"),
        (["--config=a.toml", "--config=b.toml"], "--config: name one file only; let it `extend` the other"),
    ],
    ("check", "isolated"): [(["--isolated", "--config=a.toml"], "--isolated reads no settings file; give settings as")],
    ("check", "fix"): [
        (["--fix=1"], "Option '--fix' does not take a value"),
        (["--fix", "--add-ignore"], "--add-ignore writes comments instead of fixes; leave out --fix"),
        (["--fix", "--show-files"], "--show-files and --show-settings lint nothing; leave out"),
    ],
    ("check", "fix_only"): [(["--fix-only", "--output=json:a"], "--output is for findings, and --diff, --fix-only")],
    ("check", "unsafe"): [(["--unsafe-fixes", "--add-ignore"], "--add-ignore writes comments instead of fixes")],
    ("check", "diff"): [(["--diff", "--statistics"], "--statistics counts findings, and --diff, --fix-only, --show")],
    ("check", "add_ignore"): [(["--add-ignore=a\nb"], "--add-ignore: a reason is one line; leave out the line break")],
    ("check", "baseline"): [
        (["--baseline=gone.json"], "gone.json: no such baseline; write it with `asyncdb-lint baseline`"),
        (["--baseline="], "Invalid value for '--baseline': an empty name; leave it out"),
        (["--baseline=."], "the baseline cannot be read: Is a directory"),
        (["--baseline=app.py"], "app.py: is no baseline, and no JSON"),
    ],
    ("check", "no_baseline"): [(["--no-baseline", f"--baseline={BASELINE}"], "contradict each other; leave one out")],
    ("check", "since"): [
        (["--since=HEAD"], "is in no Git work tree; lint a clone, or leave out --since"),
        (["--since=HEAD", "-"], "--since needs to know which file `-` is; add --stdin-filename"),
    ],
    ("check", "exit_zero"): [(["--exit-zero", "--exit-non-zero-on-fix", "--fix"], "contradict each other; leave one")],
    ("check", "exit_non_zero_on_fix"): [(["--exit-non-zero-on-fix"], "needs --fix or --fix-only; add one")],
    ("check", "fail_on"): [(["--fail-on=eror"], "'eror' is not one of 'error', 'warning', 'info'")],
    ("check", "outputs"): [
        (["--output=xml"], "--output: no format `xml`; there are azure, concise, full"),
        (["--output=json:"], "--output: no file after `json:`; write json:FILE"),
        (["--output=json", "--output=sarif"], "standard output takes one format, not json and sarif; give the others"),
        (["--output=json:app.py"], "--output: app.py is a file to lint; name another for json"),
        ([f"--output=json:{LONG}"], "File name too long; name another file"),
    ],
    ("check", "output_format"): [(["--output-format=xml"], "'xml' is not one of 'azure', 'concise', 'full'")],
    ("check", "statistics"): [
        (["--statistics", "--output-format=sarif"], "sarif has no place for counts; use concise"),
        (["--statistics", "--show-files"], "--show-files and --show-settings print none; leave one out"),
    ],
    ("check", "show_files"): [(["--show-files", "-"], "--show-files lists files, and `-` is none; leave one out")],
    ("check", "show_settings"): [(["--show-settings", "--diff"], "lint nothing; leave out one of them and all that")],
    ("check", "stdin_filename"): [
        (["--stdin-filename=app.py"], "--stdin-filename names what `-` reads; add `-`"),
        (["--stdin-filename=.", "-"], "--stdin-filename: . is a folder; name the file that `-` is"),
        (["--stdin-filename=", "-"], "an empty name; leave it out"),
    ],
    ("check", "force_exclude"): [(["--force-exclude=x"], "does not take a value; see `asyncdb-lint check --help`")],
    ("check", "color"): [(["--color=blue"], "'blue' is not one of 'auto', 'always', 'never'")],
    ("check", "quiet"): [(["-q", "-v"], "--quiet and --verbose contradict each other; leave one out")],
    ("check", "verbose"): [(["--verbose=2"], "does not take a value")],
    ("check", "jobs"): [
        (["--jobs=0"], "0 is not in the range x>=1; see `asyncdb-lint check --help`"),
        (["-j", "all"], "'all' is not a valid integer"),
    ],
    ("check", "no_cache"): [(["--no-cache", "--cache-dir=c"], "contradict each other; leave one out")],
    ("check", "cache_dir"): [
        (["--cache-dir="], "an empty name; leave it out, or name a file or folder"),
        (["--cache-dir=app.py"], "Directory 'app.py' is a file; see `asyncdb-lint check --help`"),
    ],
    ("check", "timing"): [(["--timing=1"], "does not take a value; see `asyncdb-lint check --help`")],
    ("clean", "cache_dir"): [
        (["--cache-dir=app.py"], "Directory 'app.py' is a file; see `asyncdb-lint clean --help`"),
        (["--cache-dir"], "requires an argument; see `asyncdb-lint clean --help`"),
        (["all"], "Got unexpected extra argument (all); see `asyncdb-lint clean --help`"),
    ],
    ("baseline", "paths"): [
        (["-"], "baseline: standard input has no findings to know later; name files or folders"),
        (["gone"], "gone: no such file or folder"),
        (["folder"], "baseline: no Python files found under the given paths; name others"),
    ],
    ("baseline", "file"): [
        (["--file"], "requires an argument; see `asyncdb-lint baseline --help`"),
        (["--file="], "an empty name; leave it out, or name a file or folder"),
        ([f"--file={LONG}"], "too long a name; name a file or folder"),
        (["--file=no/folder.json"], "the baseline cannot be written: No such file or directory"),
    ],
    ("baseline", "update"): [(["--update", "--file=gone.json"], "no such baseline; write it with `asyncdb-lint base")],
    ("baseline", "force"): [
        (["--force", "--update"], "--update takes out what is gone, --force takes in what is new; leave one out"),
        (["--force", "app.py"], "--force writes the whole file anew; leave out the paths, or --force"),
    ],
    ("baseline", "config"): [(["--config=baseline = '../a'"], "must be the name of a file inside the project")],
    ("baseline", "isolated"): [(["--isolated", "--config=a.toml"], "--isolated reads no settings file; give settings")],
    ("rule", "rule"): [
        (["ADB111"], "rule: unknown rule `ADB111`; did you mean `ADB101`?"),
        (["ADB1"], "rule: `ADB1` stands for several rules: ADB101, ADB102"),
        ([""], "rule: an empty word names no rule"),
        ([], "name one rule, or ask for --all"),
        (["ADB101", "ADB102"], "Got unexpected extra argument (ADB102); see `asyncdb-lint rule --help`"),
    ],
    ("rule", "every"): [(["--all", "ADB101"], "name one rule, or ask for --all")],
    ("rule", "output_format"): [(["--output-format=xml", "--all"], "'xml' is not one of 'text', 'json'")],
    ("config", "setting"): [
        (["slect"], "config: unknown setting `slect`; did you mean `select`?"),
        (["zzz"], "config: unknown setting `zzz`; see `asyncdb-lint config`"),
    ],
    ("config", "schema"): [(["--schema", "select"], "--schema is that of all settings: name none")],
    ("server", "stdio"): [(["--stdio=1"], "does not take a value; see `asyncdb-lint server --help`")],
}
CASES = [(command, *case) for (command, _), cases in WRONG.items() for case in cases]


@pytest.fixture
def used(project: Project) -> Project:
    project.write("app.py", PITFALL)
    project.write("folder/notes.txt", "")
    for name in ("a.toml", "b.toml"):
        project.write(name, "")
    return project


def contents(project: Project) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in project.root.rglob("*") if file.is_file()}


def test_every_option_of_every_command_has_a_case() -> None:
    context = click.Context(cli)
    commands = {"": cli, **{name: cli.get_command(context, name) for name in cli.list_commands(context)}}
    options = {(name, str(option.name)) for name, command in commands.items() if command for option in command.params}
    assert options == set(WRONG)


@pytest.mark.parametrize(("command", "arguments", "said"), CASES, ids=lambda value: str(value)[:40])
def test_it_is_one_line_and_nothing_happens(used: Project, command: str, arguments: list[str], said: str) -> None:
    before = contents(used)
    ran = used.run(*filter(None, [command]), *arguments, stdin="")
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1), ran.err
    assert ran.err.startswith("error: ")
    assert said in ran.err
    assert contents(used) == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["lint"], "error: No such command 'lint'; see `--help`\n"),
        (["check", "--slect=A"], "error: No such option '--slect'. "),
        (
            ["check", "--extend-exclude=legacy"],
            "error: No such option '--extend-exclude'; it is a setting: --config 'extend-exclude = [\"legacy\"]'\n",
        ),
    ],
)
def test_what_does_not_exist_is_told_with_what_does(used: Project, arguments: list[str], said: str) -> None:
    ran = used.run(*arguments)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith(said)


def test_without_a_command_it_says_which_there_are(project: Project) -> None:
    ran = project.run()
    assert ran == Ran(2, "", project.run("--help").out)
