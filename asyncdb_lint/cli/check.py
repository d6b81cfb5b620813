"""`asyncdb-lint check`: lints and fixes files or standard input."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from asyncdb_lint.cli.progress import ProgressBar
from asyncdb_lint.cli.shared import (
    CLEAN,
    FAILURE,
    FINDINGS,
    CannotRun,
    FilePath,
    FolderPath,
    failures_as_one_line,
    tell,
)
from asyncdb_lint.report.formats import DEFAULT, format_names

if TYPE_CHECKING:
    from asyncdb_lint.files import Selection
    from asyncdb_lint.gate import Gate
    from asyncdb_lint.report.outputs import Output
    from asyncdb_lint.runner import FixRun
    from asyncdb_lint.session import Session
    from asyncdb_lint.settings import Settings, SettingsResolver

_EXAMPLES = """\b
Examples:
  asyncdb-lint check                       lint the current folder
  asyncdb-lint check --fix src tests       lint two folders and apply the safe fixes
  asyncdb-lint check --diff --unsafe-fixes show what all fixes would change
  asyncdb-lint check --select ADB1,ADB401  run one family and one rule
  asyncdb-lint check --add-ignore="for #7" accept what is there, fail on what comes
  asyncdb-lint check --output sarif:out.sarif --output github
  asyncdb-lint check --since origin/main   look at what this branch has changed
  cat app.py | asyncdb-lint check --stdin-filename app.py -

\b
Exit codes:
  0  nothing found but hints (or --exit-zero, or nothing as grave as --fail-on)
  1  errors or warnings are left; with --diff: there is something to change
  2  the linter could not do its work
"""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What one `check` is asked for, beyond the rules and the files."""

    fix: bool
    fix_only: bool
    unsafe: bool
    diff: bool
    add_ignore: str | None
    """The reason to write; empty for none, None where no comments are to be written."""
    baseline: Path | None
    no_baseline: bool
    since: str | None
    exit_zero: bool
    exit_non_zero_on_fix: bool
    outputs: tuple[Output, ...]
    """Where the findings go."""
    statistics: bool
    show_files: bool
    show_settings: bool
    color: str
    quiet: bool
    verbose: bool
    jobs: int | None
    """How many processes may work; None for one a core."""
    no_cache: bool
    cache_dir: Path | None
    timing: bool

    @property
    def changes(self) -> bool:
        """Whether files are to be written, or standard input to be written anew."""
        return (self.fix or self.fix_only or self.add_ignore is not None) and not self.diff

    @property
    def rewrites(self) -> bool:
        """Whether files are linted more than once, as they were and as they would be."""
        return self.fix or self.fix_only or self.diff or self.add_ignore is not None

    def problem(self, *, is_stdin: bool, has_stdin_name: bool, names_outputs: bool) -> str | None:
        """Says which options do not go together, and what to do."""
        shows = self.show_files or self.show_settings
        wrong = {
            "--stdin-filename names what `-` reads; add `-`": has_stdin_name and not is_stdin,
            "--since needs to know which file `-` is; add --stdin-filename": (
                self.since is not None and is_stdin and not has_stdin_name
            ),
            "--baseline and --no-baseline contradict each other; leave one out": self.baseline is not None
            and self.no_baseline,
            "--no-cache and --cache-dir contradict each other; leave one out": self.no_cache
            and self.cache_dir is not None,
            "--quiet and --verbose contradict each other; leave one out": self.quiet and self.verbose,
            "--exit-zero and --exit-non-zero-on-fix contradict each other; leave one out": self.exit_zero
            and self.exit_non_zero_on_fix,
            "--exit-non-zero-on-fix needs --fix or --fix-only; add one": self.exit_non_zero_on_fix
            and not (self.fix or self.fix_only),
            "--add-ignore writes comments instead of fixes; leave out --fix, --fix-only and --unsafe-fixes": (
                self.add_ignore is not None and (self.fix or self.fix_only or self.unsafe)
            ),
            "--add-ignore: a reason is one line; leave out the line break": not (self.add_ignore or "x").isprintable(),
            "--statistics counts findings, and --diff, --fix-only, --show-files and --show-settings print none; "
            "leave one out": self.statistics and (self.diff or self.fix_only or shows),
            "--output is for findings, and --diff, --fix-only, --show-files and --show-settings print none; "
            "leave one out": names_outputs and (self.diff or self.fix_only or shows),
            "--show-files and --show-settings lint nothing; leave out one of them and all that changes files": (
                self.show_files and self.show_settings
            )
            or (shows and (self.changes or self.diff)),
            "--show-files lists files, and `-` is none; leave one out": self.show_files and is_stdin,
        }
        return next((problem for problem, is_so in wrong.items() if is_so), None)


class _Check(click.Command):
    """The command, with the one option whose value may be left out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Takes `--add-ignore` alone for one without reason, never the path behind it for the reason."""
        end = args.index("--") if "--" in args else len(args)
        spelled = ["--add-ignore=" if arg == "--add-ignore" else arg for arg in args[:end]]
        return super().parse_args(ctx, [*spelled, *args[end:]])


@click.command(cls=_Check, epilog=_EXAMPLES)
@click.argument("paths", nargs=-1, type=FilePath())
@click.option("--select", multiple=True, metavar="RULES", help="Run only these rules: codes, prefixes, names or ALL.")
@click.option("--extend-select", multiple=True, metavar="RULES", help="Run these rules, too.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Do not run these rules.")
@click.option("--config", multiple=True, metavar="FILE|SETTING", help="A settings file, or a setting: `src = ['a']`.")
@click.option("--isolated", is_flag=True, help="Read no settings file.")
@click.option("--fix", is_flag=True, help="Apply safe fixes.")
@click.option("--fix-only", is_flag=True, help="Apply safe fixes; neither show what is left nor fail on it.")
@click.option("--unsafe-fixes", "unsafe", is_flag=True, help="Count and apply fixes that want a look, too.")
@click.option("--diff", is_flag=True, help="Show what --fix would change as a unified diff; change nothing.")
@click.option("--add-ignore", metavar="[=REASON]", help="Write ignore comments for all findings.")
@click.option(
    "--baseline",
    type=FilePath(),
    help="Leave out findings that this file knows.  [default: what the setting `baseline` says]",
)
@click.option("--no-baseline", is_flag=True, help="Show known findings, too.")
@click.option("--since", metavar="REV", help="Leave out findings on lines that are as in this Git revision.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option("--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if something was fixed, even if all was.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    help="Exit with 1 only for findings as grave as this.  [default: info]",
)
@click.option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FORMAT[:FILE]",
    help="Print findings, or write them to a file; may be given several times.",
)
@click.option(
    "--output-format",
    type=click.Choice(format_names()),
    help=f"How findings are printed.  [default: {DEFAULT}]",
)
@click.option("--statistics", is_flag=True, help="Print how many findings each rule has, instead of the findings.")
@click.option("--show-files", is_flag=True, help="Print which files would be linted, and lint none.")
@click.option("--show-settings", is_flag=True, help="Print the settings in force, and lint nothing.")
@click.option("--stdin-filename", type=FilePath(), help="Where the source read from `-` belongs.")
@click.option("--force-exclude", is_flag=True, help="Leave out excluded files even if they are named.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Use colours; `auto` heeds the terminal, NO_COLOR and FORCE_COLOR.",
)
@click.option("-j", "--jobs", type=click.IntRange(min=1), metavar="N", help="Use N processes.  [default: all cores]")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier runs have found.")
@click.option(
    "--cache-dir",
    type=FolderPath(),
    help="Keep there what was found.  [default: ASYNCDB_LINT_CACHE_DIR, or the user's folder for caches]",
)
@click.option("--timing", is_flag=True, help="Say on stderr how long each phase and rule takes; use no cache.")
@click.option("-q", "--quiet", is_flag=True, help="Print findings and nothing else.")
@click.option("-v", "--verbose", is_flag=True, help="Say what is read and how long it takes; print tracebacks.")
def check(
    paths: tuple[Path, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    config: tuple[str, ...],
    isolated: bool,
    fail_on: str | None,
    stdin_filename: Path | None,
    force_exclude: bool,
    outputs: tuple[str, ...],
    output_format: str | None,
    **options: Any,
) -> int:
    """Lint the Python files under PATHS (default: the current folder), or standard input with `-`."""
    from asyncdb_lint.cli.outputs import asked_outputs
    from asyncdb_lint.settings import CommandLine, RuleSelection, Settings, SettingsResolver, parse_selectors

    asked = CheckOptions(outputs=asked_outputs(outputs, output_format, statistics=options["statistics"]), **options)
    is_stdin = Path("-") in paths
    problem = asked.problem(is_stdin=is_stdin, has_stdin_name=stdin_filename is not None, names_outputs=bool(outputs))
    if problem:
        raise CannotRun(problem)
    if stdin_filename is not None and stdin_filename.is_dir():
        raise CannotRun(f"--stdin-filename: {stdin_filename} is a folder; name the file that `-` is")
    if is_stdin and len(paths) > 1:
        raise CannotRun("`-` stands alone: standard input cannot be linted together with files")
    with failures_as_one_line():
        selection = RuleSelection(
            select=parse_selectors(select, origin="--select") if select else None,
            extend_select=parse_selectors(extend_select, origin="--extend-select"),
            ignore=parse_selectors(ignore, origin="--ignore"),
        )
        in_place = (*config, f'fail-on = "{fail_on}"') if fail_on else config
        command_line = CommandLine.of(in_place, selection, isolated=isolated)
        resolver = SettingsResolver(fixed=Settings() if isolated else None, command_line=command_line)
        if is_stdin:
            return _check_stdin(stdin_filename, resolver, asked, force_exclude=force_exclude)
        return _check_files(paths or (Path(),), resolver, asked, force_exclude=force_exclude)


def _check_files(paths: Sequence[Path], resolver: SettingsResolver, asked: CheckOptions, *, force_exclude: bool) -> int:
    from asyncdb_lint.files import find_files
    from asyncdb_lint.report.lines import counted

    started = time.perf_counter()
    selection = find_files(paths, resolver, force_exclude=force_exclude)
    if asked.show_files:
        return _show_files(selection)
    if asked.show_settings:
        return _show_settings(selection.files or {Path(paths[0], "-").absolute(): resolver.for_folder(Path.cwd())})
    from asyncdb_lint import runner
    from asyncdb_lint.cli.outputs import refuse_linted

    refuse_linted(asked.outputs, selection.files)
    _tell_about(selection, asked)
    gate = _gate(selection.files, paths, asked)
    session = _session(asked)
    session.surroundings.take(selection.seen)
    run = _run(session, selection.files, {}, asked, gate)
    if asked.verbose:
        tell(f"checked {counted(run.left.files, 'file')} in {time.perf_counter() - started:.2f} s")
    if asked.diff:
        return _print_diff(run, asked)
    problems = [*run.untouchable, *map(str, runner.write(run))]
    for problem in problems:
        tell(f"error: {problem}")
    code = _print_findings(run, selection.files, asked, sys.stdout)
    _tell_about_known(gate, asked)
    return FAILURE if problems else code


def _check_stdin(filename: Path | None, resolver: SettingsResolver, asked: CheckOptions, *, force_exclude: bool) -> int:
    from asyncdb_lint.cli.outputs import refuse_linted
    from asyncdb_lint.files import is_left_out
    from asyncdb_lint.runner import encoded

    path = (filename or Path("-")).absolute()
    files = {path: resolver.for_folder(path.parent)}
    if asked.show_settings:
        return _show_settings(files)
    refuse_linted(asked.outputs, files)
    data = sys.stdin.buffer.read()
    if filename and (force_exclude or files[path].force_exclude) and is_left_out(path, resolver):
        # An editor that pipes an excluded file through `--fix` expects it back as it was.
        if asked.changes:
            sys.stdout.buffer.write(data)
        return CLEAN
    run = _run(
        _session(asked), files, {path: data}, asked, _gate(files, [path.parent], asked, is_one_file=True), only=path
    )
    if asked.diff:
        return _print_diff(run, asked)
    if asked.changes:
        sys.stdout.buffer.write(encoded(run.after[path], data) if path in run.after else data)
        sys.stdout.flush()
    return _print_findings(run, files, asked, sys.stderr if asked.changes else sys.stdout)


def _run(
    session: Session,
    files: dict[Path, Settings],
    overrides: dict[Path, bytes],
    asked: CheckOptions,
    gate: Gate | None,
    *,
    only: Path | None = None,
) -> FixRun:
    try:
        return _run_in(session, files, overrides, asked, gate, only)
    finally:
        if isinstance(session.progress, ProgressBar):
            session.progress.close()
        if session.timing is not None:
            for line in session.timing.table():
                tell(line)


def _session(asked: CheckOptions) -> Session:
    from asyncdb_lint.session import Session

    cache = None
    if not (asked.no_cache or asked.timing):
        from asyncdb_lint.cache import Cache, default_folder

        cache = Cache(asked.cache_dir or default_folder())
    session = Session(cache=cache, jobs=asked.jobs or _cores(), keeps=asked.rewrites)
    if asked.timing:
        from asyncdb_lint.timing import Timing

        session.timing = Timing()
    if sys.stderr.isatty() and not asked.quiet:
        session.progress = ProgressBar()
    return session


def _cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _run_in(
    session: Session,
    files: dict[Path, Settings],
    overrides: dict[Path, bytes],
    asked: CheckOptions,
    gate: Gate | None,
    only: Path | None,
) -> FixRun:
    from asyncdb_lint import runner

    for_writing = not (asked.diff or only)
    if asked.add_ignore is not None:
        if not asked.add_ignore and any(settings.enables("ADB003", default=False) for settings in files.values()):
            raise CannotRun("--add-ignore: the settings ask for a reason; write --add-ignore=REASON")
        return runner.add_ignores(
            files,
            overrides=overrides,
            reason=asked.add_ignore,
            for_writing=for_writing,
            gate=gate,
            session=session,
        )
    if asked.rewrites:
        run = runner.fix(
            files,
            overrides=overrides,
            unsafe=asked.unsafe,
            only=only,
            for_writing=for_writing,
            gate=gate,
            session=session,
        )
        for skip in run.skipped:
            start, code = skip.diagnostic.range.start, skip.diagnostic.code
            tell(f"warning: {skip.diagnostic.path}:{start.line}:{start.column}: {code} not fixed: {skip.reason}")
        return run
    return runner.FixRun(runner.lint(files, overrides=overrides, gate=gate, session=session))


def _gate(
    files: dict[Path, Settings], paths: Sequence[Path], asked: CheckOptions, *, is_one_file: bool = False
) -> Gate | None:
    """What the run leaves out: what a baseline knows, and what stands on lines that have not changed."""
    if asked.since is None and asked.baseline is None and not any(settings.baseline for settings in files.values()):
        return None
    from asyncdb_lint.gate import Gate

    comparison = None
    if asked.since is not None:
        from asyncdb_lint.revisions import Comparison, RevisionError

        place = paths[0].absolute()
        folder = place if place.is_dir() else place.parent
        try:
            comparison = Comparison.with_revision(asked.since, folder)
        except RevisionError as error:
            raise CannotRun(f"--since: {error}") from error
        outside = [file for file in files if not comparison.is_inside(file)]
        if outside:
            others = f" and {len(outside) - 1} others" if outside[1:] else ""
            tell(f"warning: --since: {outside[0]}{others} left out: not part of the repository {comparison.top}")
    if asked.no_baseline:
        return Gate(files, comparison=comparison)
    baseline = asked.baseline and asked.baseline.absolute()
    return Gate.of(files, baseline=baseline, comparison=comparison, asked=() if is_one_file else paths)


def _tell_about_known(gate: Gate | None, asked: CheckOptions) -> None:
    """Says on stderr what a baseline has kept back, and what is to be taken out of it."""
    if gate is None or asked.quiet:
        return
    from asyncdb_lint.report.lines import counted
    from asyncdb_lint.settings.looking import shown

    for compared in gate.compared:
        name = shown(compared.kept.path)
        if compared.known:
            tell(f"note: {counted(compared.known, 'known finding')} left out by {name}")
        if compared.gone:
            verb = "is" if compared.gone == 1 else "are"
            tell(
                f"note: {counted(compared.gone, 'known finding')} of {name} {verb} gone: "
                "take out with `asyncdb-lint baseline --update`"
            )


def _print_findings(run: FixRun, files: dict[Path, Settings], asked: CheckOptions, stream: TextIO) -> int:
    from asyncdb_lint.cli.outputs import print_report
    from asyncdb_lint.report.findings import Report
    from asyncdb_lint.report.outputs import write_stream
    from asyncdb_lint.report.text import summary_of_changes

    diagnostics = run.left.diagnostics
    report = Report(
        diagnostics,
        run.left.sources,
        checked=run.left.files,
        fixed=run.fixed,
        ignored=run.ignored,
        unsafe=asked.unsafe,
        is_quiet=asked.quiet,
    )
    if asked.fix_only:
        write_stream(() if asked.quiet else summary_of_changes(fixed=run.fixed, ignored=run.ignored), stream)
    elif not print_report(report, asked.outputs, stream, color=asked.color, statistics=asked.statistics):
        return FAILURE
    if asked.exit_non_zero_on_fix and run.fixed:
        return FINDINGS
    fails = any(files[found.path].fails(found) for found in diagnostics)
    return FINDINGS if fails and not asked.exit_zero and not asked.fix_only else CLEAN


def _print_diff(run: FixRun, asked: CheckOptions) -> int:
    from asyncdb_lint.report.diff import unified
    from asyncdb_lint.report.lines import counted, wants_colour, write_lines

    colour = wants_colour(sys.stdout, asked.color)
    exact = not (colour or sys.stdout.isatty())
    write_lines(unified(run.before, run.after, exact=exact), sys.stdout, colour=colour)
    if not asked.quiet:
        sys.stdout.flush()
        verb, number = ("fix", run.fixed) if asked.add_ignore is None else ("ignore", run.ignored)
        tell(f"Would {verb} {counted(number, 'finding')}.")
    return FINDINGS if run.after and not asked.exit_zero else CLEAN


def _show_files(selection: Selection) -> int:
    from asyncdb_lint.report.text import shown_path

    for file in selection.files:
        click.echo(shown_path(file))
    return CLEAN


def _show_settings(files: dict[Path, Settings]) -> int:
    """Prints each distinct set of settings once, under the first file that has it."""
    from asyncdb_lint.engine import enabled_rules
    from asyncdb_lint.report.lines import counted, escaped
    from asyncdb_lint.settings.showing import shown_settings

    by_settings: dict[Settings, list[Path]] = {}
    for file, settings in files.items():
        by_settings.setdefault(settings, []).append(file)
    for settings, group in by_settings.items():
        rules = [
            (rule.code, rule.name, settings.severity_of(rule.code, rule.severity)) for rule in enabled_rules(settings)
        ]
        click.echo(f"# {counted(len(group), 'file')}")
        for line in shown_settings(settings, rules, group[0].parent):
            click.echo(escaped(line))
    return CLEAN


def _tell_about(selection: Selection, asked: CheckOptions) -> None:
    for folder in selection.unreadable:
        tell(f"warning: cannot read folder {folder}")
    if not selection.files and not asked.quiet:
        tell("warning: no Python files found under the given paths")
    if asked.verbose:
        for settings in dict.fromkeys(selection.files.values()):
            tell(f"settings from {settings.file}" if settings.file else "no settings file: defaults")
