"""Runs the own tests of real applications, or starts them, before and after all fixes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from asyncdb_lint import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_OUTCOME = re.compile(r"^(?:PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b[^\n]*$", re.MULTILINE)
_TIMES_AND_PLACES = re.compile(r" - .*$|0x[0-9a-f]+")
_TITLE = f"""\
# Programs before and after all fixes: results

asyncdb-lint {__version__}, `--fix --unsafe-fixes` on copies: `python -m benchmarks.fixes.suites CORPUS --write
benchmarks/fixes/SUITES.md`. What is run is in [suites.toml](suites.toml), how it is compared in [README.md](README.md).
"""
_HEAD = """\
| repository | what runs | before | fixed | after |
|---|---|---|--:|---|"""


@dataclass(frozen=True, slots=True)
class Suite:
    """Something of a repository that can be run."""

    repository: str
    requires: Sequence[str]
    arguments: Sequence[str]
    folder: str = "."
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_pytest(self) -> bool:
        """Whether it is the project's own tests."""
        return "pytest" in self.arguments


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run ended with, apart from times and places."""

    code: int
    lines: tuple[str, ...]

    def shown(self, suite: Suite) -> str:
        """The outcome in a cell of a table."""
        if not suite.is_pytest:
            return "runs" if self.code == 0 else f"exit {self.code}"
        counts = {word: sum(line.startswith(word) for line in self.lines) for word in ("PASSED", "FAILED", "ERROR")}
        return ", ".join(f"{count} {word.lower()}" for word, count in counts.items() if count) or f"exit {self.code}"


def _run(python: Path, root: Path, suite: Suite) -> Outcome:
    # Databases that a run leaves behind are not to be found by the next.
    for file in root.rglob("*.db"):
        file.unlink()
    ran = subprocess.run(  # noqa: S603 - their tests, on a copy, as asked
        [python, *suite.arguments],
        cwd=root / suite.folder,
        env={**os.environ, **suite.environment, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    found = _OUTCOME.findall(ran.stdout) if suite.is_pytest else ran.stdout.splitlines()
    return Outcome(ran.returncode, tuple(sorted(_TIMES_AND_PLACES.sub("", line) for line in found)))


def _fixed(root: Path) -> int:
    before = {path: path.read_bytes() for path in root.rglob("*.py")}
    subprocess.run(  # noqa: S603 - their tests, on a copy, as asked
        [sys.executable, "-m", "asyncdb_lint", "check", "--isolated", "--fix-only", "--unsafe-fixes", "--quiet", root],
        check=True,
        timeout=600,
    )
    return sum(path.read_bytes() != data for path, data in before.items())


def _environment(folder: Path, requires: Sequence[str]) -> Path:
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)  # noqa: S603
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *requires], check=True)  # noqa: S603
    return python


def _row(suite: Suite, corpus: Path) -> tuple[str, bool]:
    name = suite.repository.replace("/", "+")
    with tempfile.TemporaryDirectory(prefix="asyncdb-lint-suites-") as folder:
        root = Path(folder).resolve() / name
        shutil.copytree(corpus / name, root, symlinks=True)
        python = _environment(Path(folder) / "environment", suite.requires)
        before = _run(python, root, suite)
        changed = _fixed(root)
        after = _run(python, root, suite)
    # What did not run before says nothing.
    same = before == after and (before.code == 0 or suite.is_pytest) and bool(before.lines)
    what = (
        "its tests" if suite.is_pytest else "import, start and stop" if "TestClient" in suite.arguments[1] else "import"
    )
    result = "the same" if same else f"**{after.shown(suite)}**"
    files = f"{changed} file{'s' if changed != 1 else ''}"
    if not same:
        for line in sorted({*before.lines} ^ {*after.lines}):
            click.echo(f"{suite.repository}: {'before' if line in before.lines else 'after'}: {line}", err=True)
    return f"| {suite.repository} | {what} | {before.shown(suite)} | {files} | {result} |", same


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("corpus", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", multiple=True, help="Only these repositories.")
@click.option("--write", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write the results page here.")
def main(corpus: Path, only: tuple[str, ...], page: Path | None) -> None:
    """Runs what `suites.toml` names, on copies, before and after all fixes; needs a package index."""
    listed: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))["suite"]
    suites = [Suite(**entry) for entry in listed]
    click.echo(_HEAD)
    rows = []
    for suite in suites:
        if not only or suite.repository in only:
            rows.append(_row(suite, corpus))
            click.echo(rows[-1][0])
    if page:
        table = "\n".join([_HEAD, *(row for row, _ in rows)])
        page.write_text(f"{_TITLE}\n{table}\n", encoding="utf-8")
    raise SystemExit(not all(same for _, same in rows))


if __name__ == "__main__":
    main()
