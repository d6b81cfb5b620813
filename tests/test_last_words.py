"""The installed command answers without a command line where nothing has changed since a run that found nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere no run is remembered")

_FORGOTTEN = """\
from databases import Database

database = Database("sqlite:///app.db")


async def find(name: str) -> bool:
    return database.fetch_one("SELECT 1 FROM users WHERE name = :name", {"name": name}) is None
"""
_AWAITED = _FORGOTTEN.replace("return database", "return await database")
# As the installed command does it, and then says whether click was there.
_COMMAND = """
import os, sys, time
from asyncdb_lint import last_run, start
last_run._RACY_NS = 0
leave = os._exit
def tell(code):
    print("click" in sys.modules, file=sys.stderr, flush=True)
    leave(code)
os._exit = tell
start.command()
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project without findings."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "app.py").write_text(_AWAITED)
    subprocess.run(["git", "init", "--quiet", tmp_path / "project"], check=True)
    time.sleep(0.02)
    return tmp_path / "project"


def checked(project: Path, *arguments: str, **environment: str) -> tuple[int, str, bool]:
    """The exit code of `check`, what it prints, and whether it took a command line to know that."""
    words = ["check", "--cache-dir", str(project.parent / "cache"), *arguments]
    kept = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    run = subprocess.run(
        [sys.executable, "-c", _COMMAND, *words],
        cwd=project,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.returncode, run.stdout, run.stderr.splitlines()[-1] == "True"


def test_who_asks_again_is_told_at_once(project: Path) -> None:
    first = checked(project)
    assert first == (0, "All checks passed!\n", True)
    assert checked(project) == (*first[:2], False)


@pytest.mark.parametrize("arguments", [("--quiet",), ("--output-format", "concise"), ("app.py", ".")])
def test_in_whatever_words(project: Path, arguments: tuple[str, ...]) -> None:
    first = checked(project, *arguments)
    assert checked(project, *arguments) == (*first[:2], False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--color", "always"),
        ("--color=never",),
        ("--no-cache",),
        ("--output-format", "json"),
        ("--output", "json:found.json"),
        ("--statistics",),
        ("--verbose",),
        ("app.py",),
        ("-",),
        ("--no-such-option",),
    ],
)
def test_but_not_where_more_is_to_be_done(project: Path, arguments: tuple[str, ...]) -> None:
    first = checked(project, *arguments)
    assert first[2]
    assert checked(project, *arguments) == first


def test_nor_where_colours_are_wanted(project: Path) -> None:
    checked(project)
    assert checked(project, FORCE_COLOR="1") == (0, "All checks passed!\n", True)


def test_nor_where_something_is_left_out(project: Path) -> None:
    (project / "look.ipynb").write_text("{}")
    first = checked(project, ".", "look.ipynb")
    assert first[2]
    assert checked(project, ".", "look.ipynb") == first


def test_a_change_is_seen(project: Path) -> None:
    checked(project)
    (project / "app.py").write_text(_FORGOTTEN)
    code, printed, _ = checked(project)
    assert code == 1
    assert "ADB101" in printed
    assert checked(project)[:2] == (1, printed)
    (project / "app.py").write_text(_AWAITED)
    assert checked(project)[0] == 0


def test_a_change_is_seen_that_was_asked_for_in_other_words_first(project: Path) -> None:
    assert checked(project, ".")[0] == 0
    (project / "app.py").write_text(_FORGOTTEN)
    # The same question as before: the answer is kept in the same place.
    assert checked(project, "./")[0] == 1
    assert checked(project, ".")[0] == 1


def test_hints_are_findings(project: Path) -> None:
    (project / "app.py").write_text("from fastapi import FastAPI\napp = FastAPI()\n" + _AWAITED)
    first = checked(project, "--fail-on", "error")
    assert checked(project, "--fail-on", "error")[:2] == first[:2]


def test_of_another_folder_nothing_is_known(project: Path) -> None:
    checked(project)
    other = project.parent / "other"
    other.mkdir()
    (other / "app.py").write_text(_FORGOTTEN)
    assert checked(other)[0] == 1


@pytest.mark.parametrize(
    "damage",
    [b"", b"asyncdb-lint words 1 0 0 0 0\n", b"\0" * 99, b"asyncdb-lint words 1 9 9 9 9\nx"],
    ids=["nothing", "no words", "zeros", "too little"],
)
def test_what_is_damaged_is_not_said(project: Path, damage: bytes) -> None:
    checked(project)
    (kept,) = (project.parent / "cache" / "runs").glob("*.words")
    kept.write_bytes(damage)
    assert checked(project) == (0, "All checks passed!\n", True)
    assert checked(project) == (0, "All checks passed!\n", False)


def test_clean_forgets_them(project: Path) -> None:
    checked(project)
    cache = project.parent / "cache"
    clean = [sys.executable, "-m", "asyncdb_lint", "clean", "--cache-dir", str(cache)]
    subprocess.run(clean, check=True, capture_output=True, cwd=project)
    assert list(cache.glob("runs/*")) == []
    assert checked(project)[2]
