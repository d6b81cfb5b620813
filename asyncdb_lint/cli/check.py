"""`asyncdb-lint check`: lints and fixes files or standard input."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asyncdb_lint.cli import showing
from asyncdb_lint.cli.check_options import CheckOptions
from asyncdb_lint.cli.progress import ProgressBar
from asyncdb_lint.cli.shared import CLEAN, FAILURE, CannotRun, FilePath, FolderPath, failures_as_one_line, tell
from asyncdb_lint.report.formats import DEFAULT, format_names

if TYPE_CHECKING:
    from asyncdb_lint.gate import Gate
    from asyncdb_lint.last_run import LastRun
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

    asked = CheckOptions(outputs=asked_outputs(outputs, output_format, statistics=options["statistics"]), **options)
    is_stdin = Path("-") in paths
    problem = asked.problem(is_stdin=is_stdin, has_stdin_name=stdin_filename is not None, names_outputs=bool(outputs))
    if problem:
        raise CannotRun(problem)
    if stdin_filename is not None and stdin_filename.is_dir():
        raise CannotRun(f"--stdin-filename: {stdin_filename} is a folder; name the file that `-` is")
    if is_stdin and len(paths) > 1:
        raise CannotRun("`-` stands alone: standard input cannot be linted together with files")
    notebooks = [path for path in paths if path.suffix == ".ipynb" and path.is_file()]
    for notebook in notebooks:
        tell(f"warning: {notebook} left out: notebooks are linted in editors, by the language server")
    if notebooks:
        paths = tuple(path for path in paths if path not in notebooks)
        if not paths:
            return CLEAN
    with failures_as_one_line():
        last = None
        if not is_stdin:
            from asyncdb_lint.cli import remembering

            rules = select, extend_select, ignore, config, fail_on, isolated, force_exclude
            last = remembering.last_run(paths or (Path(),), asked, rules)
            known = remembering.answered(last) if last is not None else None
            if last is not None and known is not None:
                report = remembering.kept_report(known, asked)
                remembering.keep_words(last, report, asked, _arguments())
                return showing.print_findings(report, asked, sys.stdout, fails=known["fails"])
        from asyncdb_lint.settings import CommandLine, RuleSelection, Settings, SettingsResolver, parse_selectors

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
        return _check_files(paths or (Path(),), resolver, asked, last, force_exclude=force_exclude)


def _check_files(
    paths: Sequence[Path],
    resolver: SettingsResolver,
    asked: CheckOptions,
    last: LastRun | None,
    *,
    force_exclude: bool,
) -> int:
    from asyncdb_lint.files import find_files

    started = time.perf_counter()
    selection = find_files(paths, resolver, force_exclude=force_exclude)
    if asked.show_files:
        return showing.show_files(selection)
    if asked.show_settings:
        folder = Path(paths[0], "-").absolute()
        return showing.show_settings(selection.files or {folder: resolver.for_folder(Path.cwd())})
    from asyncdb_lint import runner
    from asyncdb_lint.cli.gating import gate_of, tell_about_known
    from asyncdb_lint.cli.outputs import refuse_linted
    from asyncdb_lint.report.lines import counted

    refuse_linted(asked.outputs, selection.files)
    showing.tell_about(selection, asked)
    gate = gate_of(selection.files, paths, asked)
    session = _session(asked)
    session.surroundings.take(selection.seen)
    run = _run(session, selection.files, {}, asked, gate)
    if asked.verbose:
        tell(f"checked {counted(run.left.files, 'file')} in {time.perf_counter() - started:.2f} s")
    if asked.diff:
        return showing.print_diff(run, {}, asked)
    problems = [*run.untouchable, *map(str, runner.write(run))]
    for problem in problems:
        tell(f"error: {problem}")
    report, fails = showing.report_of(run, asked), _fails(run, selection.files)
    code = showing.print_findings(report, asked, sys.stdout, fails=fails)
    tell_about_known(gate, asked)
    if last is not None and gate is None:
        from asyncdb_lint.cli import remembering

        if remembering.keep(last, selection, resolver, session.surroundings, report, fails=fails):
            remembering.keep_words(last, report, asked, _arguments())
    return FAILURE if problems else code


def _check_stdin(filename: Path | None, resolver: SettingsResolver, asked: CheckOptions, *, force_exclude: bool) -> int:
    from asyncdb_lint.cli.gating import gate_of
    from asyncdb_lint.cli.outputs import refuse_linted
    from asyncdb_lint.files import is_left_out
    from asyncdb_lint.runner import encoded

    path = (filename or Path("-")).absolute()
    files = {path: resolver.for_folder(path.parent)}
    if asked.show_settings:
        return showing.show_settings(files)
    refuse_linted(asked.outputs, files)
    data = sys.stdin.buffer.read()
    if filename and (force_exclude or files[path].force_exclude) and is_left_out(path, resolver):
        # An editor that pipes an excluded file through `--fix` expects it back as it was.
        if asked.changes:
            sys.stdout.buffer.write(data)
        return CLEAN
    gate = gate_of(files, [path.parent], asked, is_one_file=True)
    run = _run(_session(asked), files, {path: data}, asked, gate, only=path)
    if asked.diff:
        return showing.print_diff(run, {path: data}, asked)
    if asked.changes:
        sys.stdout.buffer.write(encoded(run.after[path], data) if path in run.after else data)
        sys.stdout.flush()
    stream = sys.stderr if asked.changes else sys.stdout
    return showing.print_findings(showing.report_of(run, asked), asked, stream, fails=_fails(run, files))


def _arguments() -> Sequence[str]:
    """The words of the command line."""
    arguments: Sequence[str] = click.get_current_context().find_root().obj
    return arguments


def _fails(run: FixRun, files: dict[Path, Settings]) -> bool:
    """Whether something is left that is as grave as the settings of its file want it."""
    return any(files[found.path].fails(found) for found in run.left.diagnostics)


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
