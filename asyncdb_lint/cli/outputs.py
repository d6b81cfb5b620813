"""Findings to where they were asked for: `--output` and `--output-format`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from asyncdb_lint.cli.shared import CannotRun, tell
from asyncdb_lint.report.formats import DEFAULT
from asyncdb_lint.report.outputs import (
    Output,
    OutputError,
    parse_outputs,
    render,
    with_statistics,
    write_file,
    write_stream,
)

if TYPE_CHECKING:
    from asyncdb_lint.report.findings import Report


def asked_outputs(outputs: Sequence[str], output_format: str | None, *, statistics: bool) -> tuple[Output, ...]:
    """Reads the options; what is wrong with them is said before anything is linted."""
    try:
        found = parse_outputs(outputs, output_format=output_format)
        if statistics:
            with_statistics(found)
    except OutputError as error:
        raise CannotRun(str(error)) from error
    return found


def refuse_linted(outputs: Iterable[Output], files: Iterable[Path]) -> None:
    """Refuses to write findings over a source."""
    written = [output for output in outputs if output.file]
    # Without such outputs, which is most of the time, nothing is asked about thousands of files.
    linted = {os.path.realpath(file) for file in files} if written else set()
    for output in written:
        if output.file and os.path.realpath(output.file) in linted:
            raise CannotRun(f"--output: {output.file} is a file to lint; name another for {output.format}")


def print_report(report: Report, outputs: Sequence[Output], stream: TextIO, *, color: str, statistics: bool) -> bool:
    """Writes findings to all outputs, and says whether that could be done.

    Where a file cannot be written they are printed, so that a run's work is never lost; where all go to files, the
    summary is.
    """
    from asyncdb_lint.report.lines import wants_colour

    is_written = True
    for output in outputs:
        if output.file is None:
            continue
        try:
            write_file(render(output.format, report, statistics=statistics), output.file)
        except OSError as error:
            tell(f"error: {output.file}: cannot be written: {error.strerror or error}")
            is_written = False
    printed = next((output.format for output in outputs if output.file is None), None if is_written else DEFAULT)
    shown = report.closing() if printed is None else render(printed, report, statistics=statistics)
    write_stream(shown, stream, colour=wants_colour(stream, color))
    return is_written
