"""What start-up imports, by `-X importtime`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from .environments import Environment

_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)")
_PROGRAM = "import sys; from asyncdb_lint.cli import main; sys.exit(main(sys.argv[1:]))"


def own_times(report: str) -> dict[str, int]:
    """The time that each module takes by itself, in microseconds."""
    return {name: int(time) for time, name in _LINE.findall(report)}


def table_of_imports(environment: Environment, folder: Path, rounds: int) -> str:
    """A table of what commands import beyond `click`, the least of some rounds."""
    (folder / "app.py").write_text("print('no database here')\n", encoding="utf-8")
    click = _least(environment, folder, ["-c", "import click"], rounds)
    commands = {
        "`--version`": ["--version"],
        "`--help`": ["--help"],
        "`check` of a file in which nothing can matter": ["check", "--isolated", "app.py"],
    }
    rows = [
        "| command | modules | imports take | beyond `import click` | those that take most |", "|---|--:|--:|--:|---|",
        f"| `import click` | {len(click)} | {sum(click.values()) / 1000:.1f} ms | — | |",
    ]  # fmt: skip
    for name, words in commands.items():
        found = _least(environment, folder, ["-c", _PROGRAM, *words], rounds)
        more = {module: time for module, time in found.items() if module not in click}
        most = sorted(more, key=lambda module: -more[module])[:8]
        named = ", ".join(f"{module} {more[module] / 1000:.1f}" for module in most)
        rows.append(
            f"| {name} | {len(found)} | {sum(found.values()) / 1000:.1f} ms | {sum(more.values()) / 1000:.1f} ms | "
            f"{named} |"
        )
    return "\n".join(rows)


def _least(environment: Environment, folder: Path, words: Sequence[str], rounds: int) -> dict[str, int]:
    least: dict[str, int] = {}
    for _ in range(rounds):
        done = subprocess.run(  # noqa: S603
            [str(environment.python), "-X", "importtime", *words],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        for module, time in own_times(done.stderr).items():
            least[module] = min(time, least.get(module, time))
    return least
