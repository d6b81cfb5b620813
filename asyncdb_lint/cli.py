"""The command line. Commands are thin, and each imports only what its run needs."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from asyncdb_lint import __version__

if TYPE_CHECKING:
    from asyncdb_lint.files import Selection
    from asyncdb_lint.report.lines import Line
    from asyncdb_lint.runner import FixRun
    from asyncdb_lint.settings import Settings, SettingsResolver

CLEAN, FINDINGS, FAILURE = 0, 1, 2
_EXAMPLES = """\b
Examples:
  asyncdb-lint check                       lint the current folder
  asyncdb-lint check --fix src tests       lint two folders and apply the safe fixes
  asyncdb-lint check --diff --unsafe-fixes show what all fixes would change
  asyncdb-lint check --select ADB1,ADB401  run one family and one rule
  cat app.py | asyncdb-lint check --stdin-filename app.py -

\b
Exit codes:
  0  nothing found (or --exit-zero)
  1  findings are left; with --diff: there is something to change
  2  the linter could not do its work
"""


class CannotRun(click.ClickException):
    """Something that keeps the linter from its work: one line on stderr, exit code 2."""


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """What one `check` is asked for, beyond the rules and the files."""

    fix: bool
    unsafe: bool
    diff: bool
    exit_zero: bool
    output_format: str
    color: str
    quiet: bool
    verbose: bool


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="asyncdb-lint", message="%(prog)s %(version)s")
def cli() -> None:
    """Finds and fixes misuse of async databases in Python."""


@cli.command(epilog=_EXAMPLES)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--select", multiple=True, metavar="RULES", help="Run only these rules: codes, prefixes, names or ALL.")
@click.option("--extend-select", multiple=True, metavar="RULES", help="Run these rules, too.")
@click.option("--ignore", multiple=True, metavar="RULES", help="Do not run these rules.")
@click.option("--isolated", is_flag=True, help="Read no pyproject.toml.")
@click.option("--fix", is_flag=True, help="Apply safe fixes.")
@click.option("--unsafe-fixes", "unsafe", is_flag=True, help="Count and apply fixes that want a look, too.")
@click.option("--diff", is_flag=True, help="Show what --fix would change as a unified diff; change nothing.")
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even if there are findings.")
@click.option(
    "--output-format",
    type=click.Choice(["full", "concise", "json"]),
    default="full",
    show_default=True,
    help="How findings are printed.",
)
@click.option("--stdin-filename", type=click.Path(path_type=Path), help="Where the source read from `-` belongs.")
@click.option("--force-exclude", is_flag=True, help="Leave out excluded files even if they are named.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Use colours; `auto` heeds the terminal, NO_COLOR and FORCE_COLOR.",
)
@click.option("-q", "--quiet", is_flag=True, help="Print findings and nothing else.")
@click.option("-v", "--verbose", is_flag=True, help="Say what is read and how long it takes; print tracebacks.")
def check(
    paths: tuple[Path, ...],
    select: tuple[str, ...],
    extend_select: tuple[str, ...],
    ignore: tuple[str, ...],
    isolated: bool,
    stdin_filename: Path | None,
    force_exclude: bool,
    **options: object,
) -> int:
    """Lint the Python files under PATHS (default: the current folder), or standard input with `-`."""
    from asyncdb_lint.settings import RuleSelection, Settings, SettingsResolver, parse_selectors

    asked = CheckOptions(**options)  # type: ignore[arg-type]
    with _failures_as_one_line():
        selection = RuleSelection(
            select=parse_selectors(select, origin="--select") if select else None,
            extend_select=parse_selectors(extend_select, origin="--extend-select"),
            ignore=parse_selectors(ignore, origin="--ignore"),
        )
        resolver = SettingsResolver(fixed=Settings() if isolated else None, selection=selection)
        if Path("-") in paths:
            if len(paths) > 1:
                raise CannotRun("`-` stands alone: standard input cannot be linted together with files")
            return _check_stdin(stdin_filename, resolver, asked, force_exclude=force_exclude)
        return _check_files(paths or (Path(),), resolver, asked, force_exclude=force_exclude)


@cli.command()
@click.argument("rule", metavar="[CODE]", required=False)
@click.option("--all", "every", is_flag=True, help="Explain all rules.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rule(rule: str | None, every: bool, output_format: str) -> int:
    """Explain a rule, by its code or name, or all rules."""
    from asyncdb_lint.pages import load_page, rule_names

    if (rule is None) != every:
        raise CannotRun("name one rule, or ask for --all")
    with _failures_as_one_line():
        pages = [load_page(code) for code in ([_exact_code(rule)] if rule else rule_names())]
    if output_format == "text":
        click.echo("\n\n".join(page.text.strip() for page in pages))
    else:
        from asyncdb_lint.report.as_json import pages_as_json

        click.echo(pages_as_json(pages) if every else pages_as_json(pages[0]))
    return CLEAN


def main(args: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code; nothing escapes as a traceback."""
    arguments = list(sys.argv[1:] if args is None else args)
    # Source text may hold what the terminal's encoding does not.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(arguments, prog_name="asyncdb-lint", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        click.echo(f"error: {_harmless(error.format_message())}", err=True)
        return FAILURE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return FAILURE
    except BrokenPipeError:
        # The reader has gone (`| head`): say no more, not even when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except Exception as error:  # noqa: BLE001 - the last resort: whatever went wrong, say so and exit with 2
        if {"-v", "--verbose"} & set(arguments):
            import traceback

            traceback.print_exc()
            return FAILURE
        click.echo(
            f"error: internal error in asyncdb-lint {__version__}: {type(error).__name__}: {error}\n"
            "This is a bug: please report it with what the same command prints when `-v` is added.",
            err=True,
        )
        return FAILURE
    return code or CLEAN


def _check_files(paths: Sequence[Path], resolver: SettingsResolver, asked: CheckOptions, *, force_exclude: bool) -> int:
    from asyncdb_lint.files import find_files
    from asyncdb_lint.report.lines import counted

    started = time.perf_counter()
    selection = find_files(paths, resolver, force_exclude=force_exclude)
    from asyncdb_lint import runner

    _tell_about(selection, asked)
    run = _run(selection.files, {}, asked)
    if asked.verbose:
        _tell(f"checked {counted(run.left.files, 'file')} in {time.perf_counter() - started:.2f} s")
    if asked.diff:
        return _print_diff(run, asked)
    problems = [*run.untouchable, *map(str, runner.write(run))]
    for problem in problems:
        _tell(f"error: {problem}")
    code = _print_findings(run, asked, sys.stdout)
    return FAILURE if problems else code


def _check_stdin(filename: Path | None, resolver: SettingsResolver, asked: CheckOptions, *, force_exclude: bool) -> int:
    from asyncdb_lint.files import is_left_out
    from asyncdb_lint.runner import encoded

    data = sys.stdin.buffer.read()
    path = (filename or Path("-")).absolute()
    changes_source = asked.fix and not asked.diff
    if filename and force_exclude and is_left_out(path, resolver):
        # An editor that pipes an excluded file through `--fix` expects it back as it was.
        if changes_source:
            sys.stdout.buffer.write(data)
        return CLEAN
    run = _run({path: resolver.for_folder(path.parent)}, {path: data}, asked, only=path)
    if asked.diff:
        return _print_diff(run, asked)
    if changes_source:
        sys.stdout.buffer.write(encoded(run.after[path], data) if path in run.after else data)
        sys.stdout.flush()
    return _print_findings(run, asked, sys.stderr if changes_source else sys.stdout)


def _run(
    files: dict[Path, Settings], overrides: dict[Path, bytes], asked: CheckOptions, *, only: Path | None = None
) -> FixRun:
    from asyncdb_lint import runner

    if asked.fix or asked.diff:
        writes = asked.fix and not asked.diff and only is None
        run = runner.fix(files, overrides=overrides, unsafe=asked.unsafe, only=only, for_writing=writes)
        for skip in run.skipped:
            start, code = skip.diagnostic.range.start, skip.diagnostic.code
            _tell(f"warning: {skip.diagnostic.path}:{start.line}:{start.column}: {code} not fixed: {skip.reason}")
        return run
    return runner.FixRun(runner.lint(files, overrides=overrides))


def _print_findings(run: FixRun, asked: CheckOptions, stream: TextIO) -> int:
    diagnostics, sources = run.left.diagnostics, run.left.sources
    if asked.output_format == "json":
        from asyncdb_lint.report.as_json import as_json

        stream.write(as_json(diagnostics) + "\n")
    else:
        from asyncdb_lint.report.lines import wants_colour, write_lines
        from asyncdb_lint.report.text import concise, full, summary

        def lines() -> Iterator[Line]:
            if asked.output_format == "full":
                yield from full(diagnostics, sources, unsafe=asked.unsafe)
            else:
                yield from concise(diagnostics, unsafe=asked.unsafe)
            if not asked.quiet:
                yield from summary(diagnostics, checked=run.left.files, fixed=run.fixed, unsafe=asked.unsafe)

        write_lines(lines(), stream, colour=wants_colour(stream, asked.color))
    return FINDINGS if diagnostics and not asked.exit_zero else CLEAN


def _print_diff(run: FixRun, asked: CheckOptions) -> int:
    from asyncdb_lint.report.diff import unified
    from asyncdb_lint.report.lines import counted, wants_colour, write_lines

    colour = wants_colour(sys.stdout, asked.color)
    exact = not (colour or sys.stdout.isatty())
    write_lines(unified(run.before, run.after, exact=exact), sys.stdout, colour=colour)
    if not asked.quiet:
        sys.stdout.flush()
        _tell(f"Would fix {counted(run.fixed, 'finding')}.")
    return FINDINGS if run.after and not asked.exit_zero else CLEAN


def _tell_about(selection: Selection, asked: CheckOptions) -> None:
    for folder in selection.unreadable:
        _tell(f"warning: cannot read folder {folder}")
    if not selection.files and not asked.quiet:
        _tell("warning: no Python files found under the given paths")
    if asked.verbose:
        for settings in dict.fromkeys(selection.files.values()):
            _tell(f"settings from {settings.file}" if settings.file else "no settings file: defaults")


def _tell(message: str) -> None:
    click.echo(_harmless(message), err=True)


def _harmless(message: str) -> str:
    from asyncdb_lint.report.lines import escaped

    return escaped(message)


def _exact_code(rule: str) -> str:
    from asyncdb_lint.pages import rule_names
    from asyncdb_lint.settings import SettingsError, parse_selectors

    (code,) = parse_selectors([rule], origin="rule")
    if code not in rule_names():
        known = ", ".join(known for known in rule_names() if code == "ALL" or known.startswith(code))
        raise SettingsError(f"rule: `{rule}` stands for several rules: {known}")
    return code


@contextmanager
def _failures_as_one_line() -> Iterator[None]:
    from asyncdb_lint.files import MissingPath
    from asyncdb_lint.settings import SettingsError

    try:
        yield
    except (SettingsError, MissingPath) as error:
        raise CannotRun(str(error)) from error
