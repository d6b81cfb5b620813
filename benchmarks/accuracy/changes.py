"""Change report: two versions of the linter on the same trees, what appeared and what vanished."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from .corpus import Found, Repository
from .verdicts import Seen, identified

PROJECT = Path(__file__).parents[2]


def findings_of(version: str, repositories: Sequence[Repository], *, workers: int = 2) -> list[Seen]:
    """What a version finds: a Git revision, `.` for the work tree, or a file made by `--output-format json`."""
    if version.endswith(".json"):
        return list(_from_json(json.loads(Path(version).read_text(encoding="utf-8")), repositories))
    with _checkout(version) as folder, ThreadPoolExecutor(workers) as pool:
        outputs = pool.map(lambda item: _check(folder, item), repositories)
        found: list[Seen] = []
        for repository, output in zip(repositories, outputs, strict=True):
            found += _from_json(output, [repository])
        return found


@contextmanager
def _checkout(version: str) -> Iterator[Path]:
    """The package of a version in a folder of its own; a work tree would leave traces in the repository."""
    if version == ".":
        yield PROJECT
        return
    archive = subprocess.run(  # noqa: S603 - the revision is the caller's own
        ["git", "archive", "--format=tar", version, "asyncdb_lint", "rules"],  # noqa: S607 - wherever Git is
        cwd=PROJECT,
        capture_output=True,
        check=True,
    )
    with tempfile.TemporaryDirectory(prefix="asyncdb-lint-") as name:
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
            tar.extractall(name, filter="data") if hasattr(tarfile, "data_filter") else tar.extractall(name)  # noqa: S202
        yield Path(name)


def _check(folder: Path, repository: Repository) -> Any:
    command = [
        sys.executable,
        "-m",
        "asyncdb_lint",
        "check",
        "--isolated",
        "--exit-zero",
        "--output-format",
        "json",
        str(repository.root),
    ]
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        command, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{repository.name}: {done.stderr.strip() or 'the linter failed'}")
    return json.loads(done.stdout)


def _from_json(output: Any, repositories: Sequence[Repository]) -> Iterator[Seen]:
    for repository in repositories:
        root = repository.root.resolve()
        found = [item for item in map(_found, output) if item.path.resolve().is_relative_to(root)]
        moved = [
            Found(
                item.code,
                item.severity,
                repository.root / item.path.resolve().relative_to(root),
                item.line,
                item.column,
                item.message,
            )
            for item in found
        ]
        yield from identified(repository, moved)


def _found(item: Any) -> Found:
    start = item["location"]
    # Names are relative to where the linter ran; here that is asked for from the same place or given whole.
    return Found(item["code"], item["severity"], Path(item["filename"]), start["row"], start["column"], item["message"])


def compare(old: Sequence[Seen], new: Sequence[Seen]) -> tuple[list[Seen], list[Seen]]:
    """What appeared and what vanished, by rule and place; moved lines are no change."""
    before, after = {item.key for item in old}, {item.key for item in new}
    return [item for item in new if item.key not in before], [item for item in old if item.key not in after]
