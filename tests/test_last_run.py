"""A run that was asked the same before answers the same at once, and only as long as that is still the answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdb_lint import last_run
from asyncdb_lint.cli import main

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere no run is remembered")

_FORGOTTEN = """\
from databases import Database

database = Database("sqlite:///app.db")


async def is_known(name: str) -> bool:
    if database.fetch_one("SELECT 1 FROM users WHERE name = :name", {"name": name}):
        return True
    return False
"""
_AWAITED = _FORGOTTEN.replace("if database", "if await database")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with findings; time does not matter, since nothing changes while a run is going on."""
    root = tmp_path / "around" / "project"
    for name, text in {
        "app/login.py": _FORGOTTEN,
        "app/gen/made.py": _FORGOTTEN,
        "app/plain.py": "x = 1\n",
        "shared.toml": "",
        ".asyncdb-lint.toml": 'extend = "shared.toml"\n',
        ".gitignore": "",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    subprocess.run(["git", "init", "--quiet", root], check=True)
    monkeypatch.chdir(root)
    monkeypatch.setattr(last_run, "_RACY_NS", 0)
    time.sleep(0.02)
    return root


@pytest.fixture
def checked(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Runs `check` and returns its exit code and output."""

    def check(*arguments: str) -> tuple[int, str]:
        code = main(["check", "--output-format", "concise", "--cache-dir", str(tmp_path / "cache"), *arguments])
        return code, capsys.readouterr().out

    return check


def kept(tmp_path: Path) -> list[tuple[str, int]]:
    """What is kept of runs; a run that finds its answer anew writes it anew."""
    return [(str(file), file.stat().st_ino) for file in sorted((tmp_path / "cache" / "runs").glob("*.run"))]


Checked = Callable[..., tuple[int, str]]


def test_a_second_run_answers_without_a_look_at_the_files(checked: Checked, tmp_path: Path) -> None:
    first = checked()
    before = kept(tmp_path)
    assert before
    assert checked() == first
    assert kept(tmp_path) == before
    assert first[0] == 1


def _restored_time(project: Path) -> None:
    file = project / "app" / "login.py"
    times = file.stat()
    file.write_text(_FORGOTTEN.replace("users", "wsers").replace("if database", "if  (0)  "))
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))


def _linked(project: Path) -> None:
    shutil.rmtree(project / "app" / "gen")
    (project / "app" / "gen").symlink_to(project / "app")


_CHANGES: dict[str, Callable[[Path], object]] = {
    "a file is mended": lambda project: (project / "app" / "login.py").write_text(_AWAITED),
    "a file changes and keeps its size and time": _restored_time,
    "a file comes": lambda project: (project / "app" / "new.py").write_text(_FORGOTTEN),
    "a file goes": lambda project: (project / "app" / "login.py").unlink(),
    "a file gets another name": lambda project: (project / "app" / "login.py").rename(project / "app" / "a.py"),
    "a file of no concern becomes one": lambda project: (project / "app" / "plain.py").write_text(_FORGOTTEN),
    "a folder comes": lambda project: shutil.copytree(project / "app", project / "copy"),
    "a folder becomes a link": _linked,
    "an ignore file changes": lambda project: (project / ".gitignore").write_text("gen\n"),
    "an ignore file comes": lambda project: (project / "app" / ".gitignore").write_text("gen\n"),
    "Git's own ignore file comes": lambda project: (project / ".git" / "info" / "exclude").write_text("gen\n"),
    "settings come further in": lambda project: (project / "app" / "asyncdb-lint.toml").write_text("ignore = ['ADB']"),
    "extended settings change": lambda project: (project / "shared.toml").write_text("ignore = ['ADB101']"),
}


@pytest.mark.parametrize("change", _CHANGES)
def test_after_a_change_the_answer_is_that_of_a_run_without_a_cache(
    change: str, project: Path, checked: Checked, capsys: pytest.CaptureFixture[str]
) -> None:
    before = checked()
    _CHANGES[change](project)
    after = checked()
    code = main(["check", "--output-format", "concise", "--no-cache"])
    assert after == (code, capsys.readouterr().out)
    assert after != before


@pytest.mark.parametrize("name", ["pyproject.toml", "asyncdb-lint.toml"])
def test_settings_that_come_above_are_seen(name: str, project: Path, checked: Checked) -> None:
    (project / ".asyncdb-lint.toml").unlink()
    before = checked()
    header = "[tool.asyncdb-lint]\n" if name == "pyproject.toml" else ""
    (project.parent / name).write_text(f"{header}ignore = ['ADB']\n")
    assert before[0] == 1
    assert checked()[0] == 0


def test_a_file_around_the_folder_that_was_named_is_seen(project: Path, checked: Checked) -> None:
    (project / "db.py").write_text("from databases import Database\n\ndatabase = Database('sqlite:///a.db')\n")
    (project / "only").mkdir()
    (project / "only" / "login.py").write_text(
        "from db import database\n\n\nasync def f():\n    database.execute('DELETE FROM users')\n"
    )
    assert checked("only")[0] == 1
    (project / "db.py").write_text("database = None\n")
    assert checked("only")[0] == 0


def test_nothing_is_kept_of_runs_over_named_files(project: Path, checked: Checked, tmp_path: Path) -> None:
    assert checked("app/login.py")[0] == 1
    assert kept(tmp_path) == []


def test_what_git_does_for_itself_changes_nothing(project: Path, checked: Checked, tmp_path: Path) -> None:
    checked()
    before = kept(tmp_path)
    (project / ".git" / "index.lock").touch()
    checked()
    assert kept(tmp_path) == before


def test_another_question_has_another_answer(project: Path, checked: Checked) -> None:
    assert checked()[0] == 1
    assert checked("--ignore", "ADB1,ADB2,ADB7")[0] == 0
    assert checked("--exit-zero")[0] == 0
    assert checked("app/plain.py")[0] == 0
    assert checked()[0] == 1


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"asyncdb-lint run 1 0 0 0 0\n",
        b"\0" * 99,
        b"asyncdb-lint run 1 0 0 0 x\n",
        b"asyncdb-lint run 1 9 9 9 9\nx",
    ],
)
def test_what_is_damaged_is_no_answer(damage: bytes, checked: Checked, tmp_path: Path) -> None:
    first = checked()
    for file, _ in kept(tmp_path):
        Path(file).write_bytes(damage)
    assert checked() == first


def test_an_answer_that_was_cut_short_is_none(checked: Checked, tmp_path: Path) -> None:
    first = checked()
    for file, _ in kept(tmp_path):
        Path(file).write_bytes(Path(file).read_bytes()[:-8])
    assert checked() == first


def test_what_changed_while_the_run_went_on_is_looked_at_again(
    project: Path, checked: Checked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if all files had been written a moment ago, while the run was reading them.
    monkeypatch.setattr(last_run, "_RACY_NS", 10**12)
    checked()
    before = kept(tmp_path)
    checked()
    assert kept(tmp_path) != before


def test_a_run_that_writes_is_never_answered_from_memory(project: Path, checked: Checked) -> None:
    assert checked()[0] == 1
    assert checked("--fix")[0] == 0
    assert "await database" in (project / "app" / "login.py").read_text()


def test_clean_forgets_the_answers(checked: Checked, tmp_path: Path) -> None:
    checked()
    assert main(["clean", "--cache-dir", str(tmp_path / "cache")]) == 0
    assert kept(tmp_path) == []


def test_only_so_many_answers_are_kept(project: Path, checked: Checked, tmp_path: Path) -> None:
    for number in range(40):
        (project / f"m{number}").mkdir()
        checked(f"m{number}", "app")
    assert len(kept(tmp_path)) == 32
