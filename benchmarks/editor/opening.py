"""What it takes to open projects in an editor: all of their files, linted once, in a session that is kept.

    python -m benchmarks.editor.opening FOLDER...

Each folder is linted by a process of its own, as an editor does it and with a full tree of every module, in turns.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from asyncdb_lint import runner
from asyncdb_lint.files import find_files
from asyncdb_lint.session import Session
from asyncdb_lint.settings import SettingsResolver

_ROUNDS = 3
_HEAD = """\
| folder | files | s | s, full trees | ratio | MiB | MiB, full trees | ratio |
|---|--:|--:|--:|--:|--:|--:|--:|
"""


class Opened(NamedTuple):
    """What opening a folder took."""

    files: int
    seconds: float
    mebibytes: float


def opened(folder: Path, *, in_full: bool) -> Opened:
    """Lints a folder in this process."""
    files = find_files([folder], SettingsResolver()).files
    session = Session()
    if in_full:
        session.read_in_full()
    start = time.perf_counter()
    runner.lint(files, session=session)
    seconds = time.perf_counter() - start
    return Opened(len(files), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _in_child(folder: Path, *options: str) -> Opened:
    command = [sys.executable, "-m", "benchmarks.editor.opening", "--child", *options, str(folder)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - nothing is foreign
    return Opened(*json.loads(ran.stdout))


def _line(folder: Path) -> str:
    rounds = [(_in_child(folder), _in_child(folder, "--in-full")) for _ in range(_ROUNDS)]
    own, full = ([pair[number] for pair in rounds] for number in (0, 1))
    seconds, seconds_in_full = median(each.seconds for each in own), median(each.seconds for each in full)
    size, size_in_full = median(each.mebibytes for each in own), median(each.mebibytes for each in full)
    return (
        f"| {folder.name} | {own[0].files} | {seconds:.2f} | {seconds_in_full:.2f} | {seconds / seconds_in_full:.2f}x "
        f"| {size:.0f} | {size_in_full:.0f} | {size / size_in_full:.2f}x |\n"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints one line of a table for each folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--in-full", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        sys.stdout.write(json.dumps(opened(given.folders[0], in_full=given.in_full)))
        return
    sys.stdout.write(_HEAD)
    for folder in given.folders:
        sys.stdout.write(_line(folder))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
