"""A large project is looked at by two processes: whatever lies in the half of the other one, findings are the same."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from asyncdb_lint.cache import Cache
from asyncdb_lint.files import find_files
from asyncdb_lint.helping import helped
from asyncdb_lint.project import LintResult, lint
from asyncdb_lint.project_run import is_worth_help
from asyncdb_lint.session import Session
from asyncdb_lint.settings import Settings, SettingsResolver

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody helps: forking is not safe there")

_PLAIN = "def twice(number):\n    return number * 2\n" + "# What this is about.\n" * 150
_FORGOTTEN = """\
from databases import Database

database = Database("sqlite:///app.db")


async def is_known(name: str) -> bool:
    if database.fetch_one("SELECT 1 FROM users WHERE name = :name", {"name": name}):
        return True
    return False
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of a thousand files that have nothing to do with databases."""
    for number in range(1000):
        (tmp_path / f"module_{number:04}.py").write_text(_PLAIN)
    (tmp_path / "setup.cfg").touch()
    return tmp_path


def linted(project: Path, *, jobs: int, cache: Cache | None = None) -> LintResult:
    files = find_files([project], SettingsResolver()).files
    assert is_worth_help(list(files), 2)
    return lint(files, session=Session(jobs=jobs, keeps=False, cache=cache))


def codes(result: LintResult) -> list[tuple[str, str]]:
    return [(found.path.name, found.code) for found in result.diagnostics]


def test_a_project_without_a_database_has_no_findings(project: Path) -> None:
    assert codes(linted(project, jobs=2)) == codes(linted(project, jobs=1)) == []


def test_the_other_process_sees_no_database_in_its_files_and_how_large_they_are(project: Path) -> None:
    files = sorted(project.glob("*.py"))
    with helped(files, digests=True) as answer:
        verdict = answer()
    assert verdict is not None
    assert verdict.size == len(_PLAIN) * len(files)
    assert len(verdict.digests) == len(files)


@pytest.mark.parametrize("name", ["a_first.py", "z_last.py"])
def test_a_database_is_found_in_both_halves(project: Path, name: str) -> None:
    (project / name).write_text(_FORGOTTEN)
    assert ("ADB101" in {code for _, code in codes(linted(project, jobs=2))}) is True
    assert codes(linted(project, jobs=2)) == codes(linted(project, jobs=1))


@pytest.mark.parametrize("name", ["a_first.py", "z_last.py"])
def test_an_unused_comment_is_found_in_both_halves(project: Path, name: str) -> None:
    (project / name).write_text("x = 1  # asyncdb-lint: ignore[ADB101] -- nothing is here\n")
    assert codes(linted(project, jobs=2)) == codes(linted(project, jobs=1)) == [(name, "ADB002")]


@pytest.mark.parametrize("name", ["a_first.py", "z_last.py"])
def test_a_link_to_nothing_is_told_in_both_halves(project: Path, name: str) -> None:
    (project / "module_0007.py").unlink()
    (project / name).symlink_to(project / "nowhere.py")
    files = {project / name: Settings(), **find_files([project], SettingsResolver()).files}
    told = [lint(files, session=Session(jobs=jobs, keeps=False)).diagnostics for jobs in (1, 2)]
    assert told[0] == told[1]


def test_what_is_kept_is_the_same(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folders = [tmp_path_factory.mktemp(f"jobs-{jobs}") for jobs in (1, 2)]
    for folder, jobs in zip(folders, (1, 2), strict=True):
        linted(project, jobs=jobs, cache=Cache(folder))
    kept = [json.loads(next(folder.glob("*/*.project")).read_bytes().split(b"\n", 2)[2]) for folder in folders]
    assert len(kept[0]["digests"]) == 1000
    assert [(one["digests"], one["state"]) for one in kept] == [(kept[0]["digests"], kept[0]["state"])] * 2
