"""The linter as its users run it: the command line, in a folder of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.proof.cases import Mark

TIMEOUT = 240.0


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One finding of the JSON report."""

    mark: Mark
    message: str
    has_fix: bool
    """Whether `--fix --unsafe-fixes` would apply something here."""


def check(root: Path, *options: str) -> list[Finding]:
    """Lint a folder, in order of place."""
    output = _run(root, "--output-format", "json", *options)
    folder = root.resolve()
    return sorted(
        Finding(
            Mark(
                (folder / entry["filename"]).resolve().relative_to(folder).as_posix(),
                entry["location"]["row"],
                entry["code"],
            ),
            entry["message"],
            entry["fix"] is not None and entry["fix"]["applicability"] in ("safe", "unsafe"),
        )
        for entry in json.loads(output)
    )


def fix(root: Path, code: str) -> None:
    """Apply every fix of one rule to the files of a folder."""
    _run(root, "--select", code, "--fix", "--unsafe-fixes")


def _run(root: Path, *options: str) -> str:
    command = [sys.executable, "-m", "asyncdb_lint", "check", "--isolated", *options, "."]
    result = subprocess.run(
        command, cwd=root, check=False, capture_output=True, text=True, encoding="utf-8", timeout=TIMEOUT
    )
    if result.returncode not in (0, 1):
        raise RuntimeError(f"the linter could not do its work:\n{result.stdout}{result.stderr}")
    return result.stdout
