"""RESULTS.md, as one text."""

from __future__ import annotations

import datetime as dt
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

from .environments import PROJECT, output_of
from .tables import Line, table

_INTERESTING = ("asyncdb-lint", "libcst", "click", "ruff", "flake8", "flake8-async", "fixit", "pylint", "mypy")

_METHOD = """\
Medians of {rounds} rounds in which all commands of a part take turns, after one that does not count. Times are wall
times, with user and system time of all processes in brackets."""


def results_page(
    lines: Mapping[str, Sequence[Line]],
    imports: str,
    versions: Mapping[str, str],
    *,
    command: str,
    rounds: int,
    notes: str = "",
) -> str:
    """The whole page."""
    shown_versions = ", ".join(f"{name} {versions[name]}" for name in _INTERESTING if name in versions)
    made = f"{dt.datetime.now(tz=dt.timezone.utc):%Y-%m-%d}, commit {_commit()}"
    parts = [
        "# Speed: results",
        f"{_machine()}. {made}. How it is measured: [README.md](README.md).",
        f"    {command}",
        f"Versions: {shown_versions}.",
        _METHOD.format(rounds=rounds),
    ]
    parts += [f"## {title}\n\n{table(found)}" for title, found in lines.items()]
    if imports:
        parts.append(f"## imports\n\nMilliseconds, the least of {rounds} rounds.\n\n{imports}")
    if notes:
        parts.append(notes)
    return "\n\n".join(parts) + "\n"


def _machine() -> str:
    model = "unknown processor"
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = named[0] if named else platform.machine()
    load = os.getloadavg()[0]
    cores = len(os.sched_getaffinity(0))
    return f"Python {platform.python_version()} on {cores} cores ({model}), load {load:.1f} at the end"


def _commit() -> str:
    return output_of(["git", "-C", str(PROJECT), "describe", "--always", "--dirty"]).strip()
