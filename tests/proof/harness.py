"""The proof of one pitfall on one database, step by step."""

from __future__ import annotations

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.proof import linter
from tests.proof.cases import FIXTURES, Mark, Pitfall, marks
from tests.proof.observation import Observation
from tests.proof.postgres import PostgresServer

REPOSITORY = FIXTURES.parent.parent
PROBE_TIMEOUT = 45.0
CONFIG = "app/config.py"
LITERAL_CONFIG = {
    "sqlite": 'DATABASE_URL = "sqlite:///./app.db"\n',
    "postgresql": 'DATABASE_URL = "postgresql://localhost/app"\n',
}


@dataclass(frozen=True, slots=True)
class Cure:
    """What the linter made of a pitfall, told which database it runs on: some fixes name the driver's own errors."""

    marked: tuple[Mark, ...]
    found: tuple[Mark, ...]
    by_fix: bool
    """Whether the linter's own fix was applied; where it offers none, the corrected twin was taken."""
    left: tuple[linter.Finding, ...]
    """What the linter, with its default rules and the pitfall's own, still says of the cured version."""
    sources: Mapping[str, str]
    """The files of the cured version; a fix may reach beyond the pitfall's own."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What was seen of one pitfall on one database."""

    pitfall: Pitfall
    backend: str
    before: tuple[Observation, ...]
    cure: Cure
    after: tuple[Observation, ...]

    @property
    def hidden(self) -> str | None:
        """Why this database does not show the harm, where it does not."""
        return self.pitfall.hidden.get(self.backend)

    @property
    def harm_seen(self) -> bool:
        """Whether every place of the pitfall did its harm."""
        return does_harm(self.before)

    @property
    def found(self) -> bool:
        """Whether the linter marked exactly the marked lines."""
        return self.cure.found == self.cure.marked

    @property
    def fixed(self) -> bool:
        """Whether the fix cured it and left nothing to say; by hand only where that is how it is meant to be."""
        return self.cure.by_fix == (self.pitfall.by_hand is None) and not self.cure.left

    @property
    def gone(self) -> bool:
        """Whether no place does harm any more and every function does what it is for."""
        return works(self.after)

    @property
    def holds(self) -> bool:
        """Whether every step went as it must; where the harm is hidden, the service works before and after."""
        before = self.harm_seen if self.hidden is None else works(self.before)
        return before and self.found and self.fixed and self.gone


def does_harm(observations: tuple[Observation, ...]) -> bool:
    """Say whether harm was seen at every place."""
    return bool(observations) and all(seen.harm and not seen.intact for seen in observations)


def works(observations: tuple[Observation, ...]) -> bool:
    """Say whether no place does harm and every function does what it is for."""
    return bool(observations) and all(seen.intact and not seen.harm for seen in observations)


def prove(pitfall: Pitfall, backend: str, postgres: PostgresServer) -> Proof:
    """See the harm, let the linter find and fix it, and see that it is gone."""
    before = observe(pitfall, "pitfalls", FIXTURES, backend, postgres)
    cure = find_cure(pitfall, backend)
    with folder_of(cure.sources) as root:
        after = observe(pitfall, "pitfalls", root, backend, postgres)
    return Proof(pitfall, backend, before, cure, after)


@functools.cache
def find_cure(pitfall: Pitfall, backend: str) -> Cure:
    """Lint a copy of the app and the pitfall, and cure it by the linter's fixes where it has some.

    The copy names its database in the source, as many services do; what is served then reads the environment again.
    """
    sources = sources_of(pitfall)
    with folder_of({**sources, CONFIG: LITERAL_CONFIG[backend]}) as root:
        findings = linter.check(root, "--select", pitfall.code)
        due = marks(root) if backend not in pitfall.sound else set()
        marked = tuple(sorted(mark for mark in due if mark.code == pitfall.code))
        by_fix = any(finding.has_fix for finding in findings)
        if by_fix:
            linter.fix(root, pitfall.code)
        else:
            shutil.copy(pitfall.corrected_file, root / "pitfalls")
        left = tuple(linter.check(root, "--extend-select", pitfall.code))
        cured = {**read_sources(root), CONFIG: sources[CONFIG]}
        return Cure(marked, tuple(finding.mark for finding in findings), by_fix, left, cured)


def observe(
    pitfall: Pitfall, folder: str, root: Path, backend: str, postgres: PostgresServer
) -> tuple[Observation, ...]:
    """Serve one version of a pitfall on a fresh database and let its probe look at it."""
    with fresh_database(backend, postgres) as environment:
        result = subprocess.run(
            [sys.executable, "-m", "tests.proof.run", pitfall.name, f"{folder}.{pitfall.name}"],
            env={**os.environ, **environment, "PYTHONPATH": os.pathsep.join([str(root), str(REPOSITORY)])},
            cwd=root,
            check=False,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=PROBE_TIMEOUT,
        )
        if result.returncode == -signal.SIGSEGV and pitfall.kills:
            return (Observation(pitfall.kills, harm=True, intact=False),)
        if result.returncode:
            raise RuntimeError(f"the probe of {folder}/{pitfall.name} broke on {backend}:\n{result.stderr}")
        return tuple(Observation(**seen) for seen in json.loads(result.stdout.splitlines()[-1]))


@contextmanager
def fresh_database(backend: str, postgres: PostgresServer) -> Iterator[dict[str, str]]:
    """Provide an empty database, as the environment in which a service and its observer find it."""
    if backend == "postgresql":
        database = postgres.create_database()
        try:
            yield {"DATABASE_URL": database.url, "OBSERVER_URL": database.observer_url}
        finally:
            postgres.drop_database(database)
    else:
        with tempfile.TemporaryDirectory(prefix="asyncdb-lint-") as folder:
            url = f"sqlite:///{(Path(folder) / 'proof.db').as_posix()}"
            yield {"DATABASE_URL": url, "OBSERVER_URL": url}


@contextmanager
def folder_of(sources: Mapping[str, str]) -> Iterator[Path]:
    """Write sources into a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="asyncdb-lint-") as name:
        root = Path(name).resolve()
        for file, text in sources.items():
            (root / file).parent.mkdir(parents=True, exist_ok=True)
            (root / file).write_text(text, encoding="utf-8")
        yield root


def sources_of(pitfall: Pitfall) -> dict[str, str]:
    """Read the app and one pitfall, and none of the others."""
    alone = ("__init__.py", pitfall.file.name)
    return {
        file: text
        for file, text in read_sources(FIXTURES).items()
        if file.startswith("app/") or (file.startswith("pitfalls/") and Path(file).name in alone)
    }


def read_sources(root: Path) -> dict[str, str]:
    """Read the Python files under a folder."""
    return {file.relative_to(root).as_posix(): file.read_text(encoding="utf-8") for file in sorted(root.rglob("*.py"))}
