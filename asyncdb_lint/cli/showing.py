"""What `check` prints: findings, changes, files and settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from asyncdb_lint.cli.shared import CLEAN, FAILURE, FINDINGS, tell

if TYPE_CHECKING:
    from asyncdb_lint.cli.check_options import CheckOptions
    from asyncdb_lint.files import Selection
    from asyncdb_lint.report.findings import Report
    from asyncdb_lint.runner import FixRun
    from asyncdb_lint.settings import Settings


def report_of(run: FixRun, asked: CheckOptions) -> Report:
    """What there is to say about a run."""
    from asyncdb_lint.report.findings import Report

    return Report(
        run.left.diagnostics,
        run.left.sources,
        checked=run.left.files,
        fixed=run.fixed,
        ignored=run.ignored,
        unsafe=asked.unsafe,
        is_quiet=asked.quiet,
    )


def print_findings(report: Report, asked: CheckOptions, stream: TextIO, *, fails: bool) -> int:
    """Prints findings to where they were asked for; `fails` says whether one is as grave as settings want it."""
    from asyncdb_lint.cli.outputs import print_report

    if asked.fix_only:
        from asyncdb_lint.report.outputs import write_stream
        from asyncdb_lint.report.text import summary_of_changes

        write_stream(() if asked.quiet else summary_of_changes(fixed=report.fixed, ignored=report.ignored), stream)
    elif not print_report(report, asked.outputs, stream, color=asked.color, statistics=asked.statistics):
        return FAILURE
    if asked.exit_non_zero_on_fix and report.fixed:
        return FINDINGS
    return FINDINGS if fails and not asked.exit_zero and not asked.fix_only else CLEAN


def print_diff(run: FixRun, given: Mapping[Path, bytes], asked: CheckOptions) -> int:
    """Prints what would change, and returns the exit code; `given` are contents that are not those on disk."""
    from asyncdb_lint.report.diff import patch, readable
    from asyncdb_lint.report.lines import counted, wants_colour, write_lines
    from asyncdb_lint.runner import encoded

    colour = wants_colour(sys.stdout, asked.color)
    is_for_people = colour or sys.stdout.isatty()
    for path, text in sorted(run.after.items()):
        old = given.get(path) or path.read_bytes()
        exact = None if is_for_people else patch(path, old, encoded(text, old))
        if exact is None:
            write_lines(readable(path, run.before[path], text), sys.stdout, colour=colour)
        else:
            # A file may have an encoding of its own, which is not that of the stream.
            sys.stdout.flush()
            sys.stdout.buffer.write(exact)
    sys.stdout.flush()
    if not asked.quiet:
        verb, number = ("fix", run.fixed) if asked.add_ignore is None else ("ignore", run.ignored)
        tell(f"Would {verb} {counted(number, 'finding')}.")
    return FINDINGS if run.after and not asked.exit_zero else CLEAN


def show_files(selection: Selection) -> int:
    """Prints the names of the files to lint."""
    from asyncdb_lint.report.text import shown_path

    for file in selection.files:
        click.echo(shown_path(file))
    return CLEAN


def show_settings(files: dict[Path, Settings]) -> int:
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


def tell_about(selection: Selection, asked: CheckOptions) -> None:
    """Says on stderr what is strange about the files to lint, and for people who ask for more, where settings stand."""
    for folder in selection.unreadable:
        tell(f"warning: cannot read folder {folder}")
    if not selection.files and not asked.quiet:
        tell("warning: no Python files found under the given paths")
    if asked.verbose:
        for settings in dict.fromkeys(selection.files.values()):
            tell(f"settings from {settings.file}" if settings.file else "no settings file: defaults")
