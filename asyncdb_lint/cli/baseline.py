"""`asyncdb-lint baseline`: writes down the findings that are there, so that only new ones fail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from asyncdb_lint.cli.shared import CLEAN, CannotRun, FilePath, failures_as_one_line, tell

if TYPE_CHECKING:
    from asyncdb_lint.baseline import Baseline
    from asyncdb_lint.settings import Settings

_EXAMPLES = """\b
Examples:
  asyncdb-lint baseline                    take all that is found now for known
  asyncdb-lint baseline --update           take out what is gone; nothing new is added
  asyncdb-lint baseline --force            write it anew, with what is new
  asyncdb-lint check --baseline FILE       show and fail on new findings only

\b
Name the file in the settings (`baseline = "asyncdb-lint-baseline.json"`), and every `check` uses it.
"""


@click.command(epilog=_EXAMPLES)
@click.argument("paths", nargs=-1, type=FilePath())
@click.option("--file", type=FilePath(), help="The file to write.  [default: what the setting `baseline` says]")
@click.option("--update", is_flag=True, help="Take out of an existing file what is gone; add nothing.")
@click.option("--force", is_flag=True, help="Write an existing file anew, with all that is found now.")
@click.option("--config", multiple=True, metavar="FILE|SETTING", help="A settings file, or a setting in place.")
@click.option("--isolated", is_flag=True, help="Read no settings file.")
def baseline(
    paths: tuple[Path, ...], file: Path | None, update: bool, force: bool, config: tuple[str, ...], isolated: bool
) -> int:
    """Write the findings under PATHS (default: the current folder) into a file of known findings."""
    from asyncdb_lint.files import find_files
    from asyncdb_lint.settings import CommandLine, Settings, SettingsResolver

    if update and force:
        raise CannotRun("--update takes out what is gone, --force takes in what is new; leave one out")
    if Path("-") in paths:
        raise CannotRun("baseline: standard input has no findings to know later; name files or folders")
    if force and paths:
        raise CannotRun("--force writes the whole file anew; leave out the paths, or --force")
    with failures_as_one_line():
        command_line = CommandLine.of(config, isolated=isolated)
        resolver = SettingsResolver(fixed=Settings() if isolated else None, command_line=command_line)
        selection = find_files(paths or (Path(),), resolver)
        path, is_set = _file(file, selection.files, resolver.for_folder(Path.cwd()))
        if not selection.files:
            raise CannotRun("baseline: no Python files found under the given paths; name others")
        if update:
            return _update(path, selection.files, paths or (Path(),))
        if path.exists() and not force:
            raise CannotRun(f"{_shown(path)} exists; --update takes out what is gone, --force writes it anew")
        return _write_all(path, selection.files, is_set=is_set)


def _file(asked: Path | None, files: Mapping[Path, Settings], here: Settings) -> tuple[Path, bool]:
    """The file to write, and whether `check` knows it from the settings."""
    from asyncdb_lint.baseline import DEFAULT_NAME
    from asyncdb_lint.gate import baseline_of

    named = list(dict.fromkeys(path for settings in (here, *files.values()) if (path := baseline_of(settings))))
    if asked is not None:
        return asked.absolute(), asked.absolute() in named
    if len(named) > 1:
        raise CannotRun(
            f"the settings name several baselines: {', '.join(map(_shown, named))}; name one with --file, and its paths"
        )
    return (named[0], True) if named else (Path(DEFAULT_NAME).absolute(), False)


def _write_all(path: Path, files: Mapping[Path, Settings], *, is_set: bool) -> int:
    from asyncdb_lint import runner
    from asyncdb_lint.baseline import UNREADABLE, Baseline, read_baseline
    from asyncdb_lint.report.lines import counted

    if path.exists():
        # Whatever is there is only replaced if it is a baseline, of whatever version.
        read_baseline(path, any_version=True)
    result = runner.lint(files)
    made = Baseline.of(path, result.diagnostics, result.sources)
    _save(made)
    tell(f"Wrote {counted(made.total, 'known finding')} to {_shown(path)}.")
    unreadable = sum(found.code == UNREADABLE for found in result.diagnostics)
    if unreadable:
        tell(f"note: {counted(unreadable, 'syntax error')} stay findings: nothing is known of what cannot be read")
    if not is_set:
        tell(f'note: to use it, set `baseline = "{_shown(path)}"`, or pass --baseline {_shown(path)}')
    return CLEAN


def _update(path: Path, files: Mapping[Path, Settings], asked: Sequence[Path]) -> int:
    from asyncdb_lint import runner
    from asyncdb_lint.gate import Gate
    from asyncdb_lint.report.lines import counted

    gate = Gate.of(files, baseline=path, asked=asked)
    left = runner.lint(files, gate=gate)
    (compared,) = gate.compared
    if compared.kept.text() != path.read_text(encoding="utf-8"):
        _save(compared.kept)
    tell(
        f"{_shown(path)}: {counted(compared.gone, 'known finding')} gone, {compared.kept.total} left, "
        f"{len(left.diagnostics)} new and not taken in."
    )
    return CLEAN


def _save(made: Baseline) -> None:
    from asyncdb_lint.fixes import write_atomically

    try:
        if made.path.exists():
            write_atomically(made.path, made.text())
        else:
            made.path.write_text(made.text(), encoding="utf-8", newline="\n")
    except OSError as error:
        raise CannotRun(f"{_shown(made.path)}: the baseline cannot be written: {error.strerror or error}") from error


def _shown(path: Path) -> str:
    from asyncdb_lint.settings.looking import shown

    return shown(path)
