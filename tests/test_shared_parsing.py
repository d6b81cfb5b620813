"""Modules that other processes parse: the same modules, the same findings, whatever becomes of the processes."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from asyncdb_lint.cache import Cache
from asyncdb_lint.decoding import UnparsableFile
from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.forking import forked
from asyncdb_lint.project import lint_files
from asyncdb_lint.semantics.records import ModuleRecord
from asyncdb_lint.semantics.summary import written
from asyncdb_lint.session import Session
from asyncdb_lint.settings import Settings
from asyncdb_lint.shared_parsing import SUMMING_UP, shares, walked_by_others
from asyncdb_lint.timing import Timing
from tests.test_summaries import TREES, walked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody shares: forking is not safe there")

_DB = "from databases import Database\n\ndatabase = Database('sqlite:///app.db')\n"
_LONG = "# What this is about, and why, and since when.\n" * 400
_SAVE = "from db import database\n\n\nasync def save():\n    await database.execute('DELETE FROM users')\n" + _LONG


def walk(path: Path) -> ModuleRecord:
    return walked(path.read_bytes(), path)


# -- who parses what ---------------------------------------------------------------------------------------------------


def test_little_is_not_shared() -> None:
    assert shares({Path("a.py"): 50_000, Path("b.py"): 80_000}, jobs=8) == [[Path("b.py"), Path("a.py")]]


def test_nothing_is_one_empty_share() -> None:
    assert shares({}, jobs=2) == [[]]


def test_much_is_shared_by_size_and_others_have_to_sum_up_theirs() -> None:
    sizes = {Path(f"{number:02}.py"): 10_000 + 1_000 * number for number in range(40)}
    parts = shares(sizes, jobs=3)
    assert sorted(path for part in parts for path in part) == sorted(sizes)
    own, *others = [sum(sizes[path] for path in part) for part in parts]
    loads = [own, *(SUMMING_UP * load for load in others)]
    assert len(loads) == 3
    assert own > max(others)
    assert max(loads) - min(loads) <= SUMMING_UP * max(sizes.values())


def test_no_more_processes_than_pay() -> None:
    assert len(shares({Path(f"{number}.py"): 100_000 for number in range(5)}, jobs=16)) == 3


# -- what comes back ---------------------------------------------------------------------------------------------------


def test_others_sum_up_what_they_walk() -> None:
    timing = Timing()
    with walked_by_others([TREES[::2], TREES[1::2]], walk, timing) as summaries:
        found = summaries()
    assert found == {path: written(walk(path)) for path in TREES}


def test_what_cannot_be_parsed_is_left_out(tmp_path: Path) -> None:
    def refuse(path: Path) -> ModuleRecord:
        if path == TREES[0]:
            raise UnparsableFile("this is not valid Python syntax")
        return walk(path)

    with walked_by_others([TREES[:2]], refuse, None) as summaries:
        assert list(summaries()) == [TREES[1]]


def test_what_others_take_is_counted() -> None:
    timing, there = Timing(), os.getpid()

    def counted(path: Path) -> ModuleRecord:
        assert os.getpid() != there
        with timing.of("parse"):
            return walk(path)

    with walked_by_others([TREES[:3]], counted, timing) as summaries:
        assert len(summaries()) == 3
    assert timing.seconds["parse"] > 0


@pytest.mark.filterwarnings("ignore")
def test_a_process_that_fails_leaves_its_part_to_others(capfd: pytest.CaptureFixture[str]) -> None:
    def fail(path: Path) -> ModuleRecord:
        raise RuntimeError(path)

    with walked_by_others([TREES[:1], TREES[1:2]], fail, None) as summaries:
        assert summaries() == {}
    assert capfd.readouterr() == ("", "")


def test_a_process_that_nobody_waits_for_is_ended() -> None:
    def children() -> set[str]:
        return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())

    before = children()
    with forked(sys.stdin.buffer.read):
        assert len(children() - before) == 1
    assert children() <= before


# -- whole projects ----------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with much to parse; some of it is wrong, and some cannot be parsed."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "setup.cfg").touch()
    (root / "db.py").write_text(_DB)
    for number in range(24):
        (root / f"save_{number:02}.py").write_text(_SAVE)
    for number in range(0, 24, 5):
        (root / f"save_{number:02}.py").write_text(_SAVE.replace("await ", ""))
    (root / "broken.py").write_text(_SAVE.replace("def save():", "def save(:"))
    return root


def lint(project: Path, *, jobs: int, cache: Cache | None = None) -> tuple[Diagnostic, ...]:
    session = Session(jobs=jobs, keeps=False, cache=cache)
    return lint_files(sorted(project.glob("*.py")), settings=Settings(root=project), session=session).diagnostics


def test_findings_are_the_same(project: Path) -> None:
    alone = lint(project, jobs=1)
    assert sorted({found.code for found in alone}) == ["ADB001", "ADB101"]
    assert len(alone) == 6
    assert lint(project, jobs=2) == alone
    assert lint(project, jobs=4) == alone


def test_what_others_walked_is_kept(project: Path, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    found = lint(project, jobs=2, cache=cache)
    (project / "db.py").write_text(_DB + "more = 1\n")
    session = Session(jobs=1, cache=cache)
    files = sorted(project.glob("*.py"))
    assert lint_files(files, settings=Settings(root=project), session=session).diagnostics == found
    assert session.sizes()["modules"] == 2 + 5  # the changed one, the broken one, and those with a finding
