"""What runs keep for one another: the same findings as without, whatever has happened to the files or to the cache."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncdb_lint.cache import Cache
from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.project import lint_files
from asyncdb_lint.runner import fix
from asyncdb_lint.session import Session
from asyncdb_lint.settings import RuleSelection, Settings

FIXTURES = Path(__file__).parent / "fixtures"
DB = "from databases import Database\n\ndatabase = Database('sqlite:///app.db')\n"
NO_DB = "class Database:\n    def execute(self, query):\n        return None\n\n\ndatabase = Database()\n"
APP = "from db import database\n\n\nasync def save():\n    database.execute('DELETE FROM users')\n"
WAITING = (
    "import asyncio\nfrom db import database\n\n\nasync def save():\n    async with database.transaction():\n"
    "        await asyncio.wait_for(database.execute('DELETE FROM users'), 1)\n"
)
PLAIN = "def add(a, b):\n    return a + b\n"


class Folder:
    """A project with a cache beside it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "project"
        self.root.mkdir()
        self.settings = Settings(root=self.root)
        self.cache_folder = folder / "cache"
        self.write("asyncdb-lint.toml", "")
        self.write("db.py", DB)
        self.write("app.py", APP)
        self.write("plain.py", PLAIN)

    def write(self, name: str, text: str) -> None:
        """Writes a file, with a stamp that tells it from what was there."""
        path = self.root / name
        before = path.stat().st_mtime_ns if path.exists() else 0
        path.write_text(text)
        old = 1_700_000_000_000_000_000 + len(list(self.root.iterdir()))
        os.utime(path, ns=(old, max(old, before + 1)))

    @property
    def files(self) -> list[Path]:
        """All Python files."""
        return sorted(self.root.glob("*.py"))

    def lint(self, *names: str, settings: Settings | None = None) -> tuple[Diagnostic, ...]:
        """Lints some files, or all, with the cache."""
        files = [self.root / name for name in names] or self.files
        session = Session(cache=Cache(self.cache_folder))
        return lint_files(files, settings=settings or self.settings, session=session).diagnostics

    def codes(self, *names: str) -> list[str]:
        """The rules that find something, with the cache, after it was made sure that they do so without."""
        found = self.lint(*names)
        files = [self.root / name for name in names] or self.files
        assert found == lint_files(files, settings=self.settings).diagnostics
        return [diagnostic.code for diagnostic in found]

    @property
    def kept(self) -> Path:
        """The one file of the cache."""
        (file,) = self.cache_folder.glob("*/*.project")
        return file

    def names_of_parts(self, start: str) -> list[str]:
        """What is kept, by the names of the parts."""
        index = json.loads(self.kept.read_bytes().split(b"\n", 2)[1])
        return [name.removeprefix(start) for name in index if name.startswith(start)]


@pytest.fixture
def project(tmp_path: Path) -> Folder:
    """A project whose app forgets an await."""
    return Folder(tmp_path)


def in_secret(path: Path, text: str) -> None:
    """Writes a file and leaves its stamp as it was: nobody who only looks at stamps notices."""
    status = path.stat()
    data = text.encode().ljust(status.st_size)
    assert len(data) == status.st_size
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_files_that_are_as_they_were_are_not_read_again(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    in_secret(project.root / "app.py", "x = 1\n")
    assert [found.code for found in project.lint()] == ["ADB101"]


def test_a_file_that_was_touched_is_read_and_not_parsed(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    before = project.kept.read_bytes()
    (project.root / "app.py").touch()
    assert project.codes() == ["ADB101"]
    assert project.kept.read_bytes() == before


def test_a_change_in_one_file_changes_what_is_found_in_another(project: Folder) -> None:
    assert project.codes("app.py") == ["ADB101"]
    project.write("db.py", NO_DB)
    assert project.codes("app.py") == []
    project.write("db.py", DB)
    assert project.codes("app.py") == ["ADB101"]


def test_a_change_that_nobody_sees_leaves_what_is_found_in_other_files(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    before = [(found.path, found.range) for found in project.lint()]
    project.write("db.py", f"# a comment\n\n{DB}")
    assert project.codes() == ["ADB101"]
    assert [(found.path, found.range) for found in project.lint()] == before


def test_a_comment_moves_what_is_found_below_it(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    project.write("app.py", f"# a comment\n{APP}")
    assert [found.range.start.line for found in project.lint()] == [APP.count("\n") + 1]
    assert project.codes() == ["ADB101"]


def test_a_comment_moves_what_a_finding_elsewhere_mentions(project: Folder) -> None:
    project.write("db.py", f"{DB}\nasync def ban():\n    return await database.execute('DELETE FROM users')\n")
    project.write("app.py", "from db import ban\n\n\nasync def save():\n    if ban():\n        return 1\n")
    assert project.codes() == ["ADB101"]
    project.write("db.py", f"# a comment\n{project.root.joinpath('db.py').read_text()}")
    assert project.codes() == ["ADB101"]


def test_an_ignore_comment_counts_where_nothing_is_found(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    project.write("db.py", f"{DB}# asyncdb-lint: ignore[ADB101] nothing here\n")
    assert project.codes() == ["ADB101", "ADB002"]
    project.write("db.py", DB)
    assert project.codes() == ["ADB101"]


def test_after_a_change_in_what_matters_other_files_are_not_read(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    in_secret(project.root / "plain.py", "import db")
    project.write("db.py", f"{DB}more = 1\n")
    assert [found.code for found in project.lint()] == ["ADB101"]


def test_what_has_changed_in_secret_is_noticed_by_who_has_to_read_it(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    in_secret(project.root / "app.py", "x = 1\n")
    project.write("db.py", f"{DB}more = 1\n")
    assert project.codes() == []


def test_a_change_of_imports_counts_where_a_database_is(project: Folder) -> None:
    helper = "def load(url):\n    return 1\n"
    project.write("client.py", helper)
    project.write("web.py", f"{APP}\n\nasync def show():\n    from client import load\n    return load('http://x')\n")
    assert project.codes() == ["ADB101", "ADB101"]
    project.write("client.py", "import requests\n\n\ndef load(url):\n    return requests.get(url)\n")
    assert "ADB601" in project.codes()
    project.write("client.py", helper)
    assert project.codes() == ["ADB101", "ADB101"]


def test_files_come_and_go(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    project.write("more.py", APP)
    assert project.codes() == ["ADB101", "ADB101"]
    (project.root / "app.py").unlink()
    assert project.codes() == ["ADB101"]
    (project.root / "db.py").unlink()
    assert project.codes() == []


def test_a_change_where_no_database_is_leaves_all_other_findings_known(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    in_secret(project.root / "app.py", "x = 1\n")
    project.write("plain.py", PLAIN + "# asyncdb-lint: ignore[ADB101] nothing here\n")
    assert [found.code for found in project.lint()] == ["ADB101", "ADB002"]


def test_a_change_where_no_database_is_needs_no_parser(project: Folder) -> None:
    command = ["-m", "asyncdb_lint", "check", "--isolated", "-q", "--cache-dir", str(project.cache_folder), "."]
    cold = subprocess.run([sys.executable, *command], cwd=project.root, capture_output=True, timeout=300, check=False)
    project.write("plain.py", "import os\n\n\ndef add(a, b):\n    return os.path.join(a, b)\n")
    traced = [sys.executable, "-X", "importtime", *command]
    warm = subprocess.run(traced, cwd=project.root, capture_output=True, timeout=300, check=False)
    assert b"ADB101" in cold.stdout
    assert warm.stdout == cold.stdout
    assert b"asyncdb_lint.cache" in warm.stderr
    assert b"libcst" not in warm.stderr


def test_a_file_that_begins_to_touch_the_database_counts(project: Folder) -> None:
    assert project.codes() == ["ADB101"]
    project.write("plain.py", APP)
    assert project.codes() == ["ADB101", "ADB101"]
    project.write("plain.py", PLAIN)
    assert project.codes() == ["ADB101"]


def test_a_change_of_what_is_imported_from_where_no_database_is_counts(project: Folder) -> None:
    project.write("numbers_only.py", "def clean(value):\n    return int(value)\n")
    project.write(
        "app.py",
        "from db import database\nfrom fastapi import FastAPI\nfrom numbers_only import clean\n\napp = FastAPI()\n\n\n"
        "@app.get('/users')\nasync def users(name: str):\n"
        "    return await database.fetch_all(f'SELECT * FROM users WHERE name = {clean(name)}')\n",
    )
    assert "ADB401" not in project.codes()
    project.write("numbers_only.py", "def clean(value):\n    return value\n")
    assert "ADB401" in project.codes()
    project.write("numbers_only.py", "def clean(value):\n    return int(value)\n")
    assert "ADB401" not in project.codes("app.py")


def test_a_file_that_begins_to_run_a_loop_around_what_blocks_counts(project: Folder) -> None:
    project.write("client.py", "import requests\n\n\ndef load(url):\n    return requests.get(url)\n")
    handler = "from fastapi import FastAPI\nfrom client import load\n\napp = FastAPI()\n\n\n@app.get('/')\n{}"
    project.write("web.py", handler.format("def show():\n    return load('http://localhost').text\n"))
    assert "ADB601" not in project.codes()
    project.write("web.py", handler.format("async def show():\n    return load('http://localhost').text\n"))
    assert "ADB601" in project.codes()


def test_a_file_that_begins_to_lead_to_what_blocks_counts(project: Folder) -> None:
    project.write("client.py", "import requests\n\n\ndef load(url):\n    return requests.get(url)\n")
    project.write("prices.py", "def prices():\n    return 1\n")
    project.write(
        "web.py",
        "from fastapi import FastAPI\nfrom prices import prices\n\napp = FastAPI()\n\n\n"
        "@app.get('/')\nasync def show():\n    return prices()\n",
    )
    assert "ADB601" not in project.codes()
    project.write(
        "prices.py", "from client import load\n\n\ndef prices():\n    return load('http://localhost').json()\n"
    )
    assert "ADB601" in project.codes()


def test_a_call_out_of_sight_counts_as_soon_as_it_is_written(project: Folder) -> None:
    project.write(
        "app.py",
        "from db import database\n\n\nasync def move(give, take):\n"
        "    await database.execute('UPDATE accounts SET balance = balance - 1 WHERE id = :id', {'id': give})\n"
        "    await database.execute('UPDATE accounts SET balance = balance + 1 WHERE id = :id', {'id': take})\n",
    )
    assert project.codes() == ["ADB504"]
    project.write("plain.py", "def run(mover):\n    mover.move(1, 2)\n")
    assert project.codes() == []


def test_another_oldest_python_is_another_project(tmp_path: Path) -> None:
    project = Folder(tmp_path)
    project.write("app.py", WAITING)
    metadata = project.root / "pyproject.toml"
    found = []
    for oldest in ("3.12", "3.10", "3.12"):
        metadata.write_text(f'[project]\nname = "app"\nrequires-python = ">={oldest}"\n')
        command = [sys.executable, "-m", "asyncdb_lint", "check", "-q", "--output-format", "concise"]
        run = subprocess.run(
            [*command, "--cache-dir", str(project.cache_folder), "."],
            cwd=project.root,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        found.append(run.stdout.count("ADB501"))
    assert found == [0, 1, 0]


def test_only_some_files_are_linted_at_first(project: Folder) -> None:
    project.write("more.py", APP)
    assert project.codes("app.py") == ["ADB101"]
    assert project.codes() == ["ADB101", "ADB101"]
    assert project.codes("more.py") == ["ADB101"]


def test_settings_do_not_share_what_they_find(project: Folder) -> None:
    other = Settings(root=project.root, selections=(RuleSelection(select=("ADB4",)),))
    assert project.codes() == ["ADB101"]
    assert project.lint(settings=other) == ()
    assert project.codes() == ["ADB101"]
    assert len(project.names_of_parts("findings ")) == 2


def test_many_settings_leave_few_findings(project: Folder) -> None:
    for number in range(1, 13):
        project.lint(settings=Settings(root=project.root, selections=(RuleSelection(ignore=(f"ADB{number:03}",)),)))
    assert len(project.names_of_parts("findings ")) == 8
    assert project.names_of_parts("module ")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def turn_a_digit(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data.replace(b"ADB101", b"ADB102", 1))


def of_another_version(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(b"0" + data[1:])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("damage", [cut, turn_a_digit, of_another_version, empty, a_folder])
def test_what_is_damaged_is_no_cache(project: Folder, damage: Callable[[Path], None]) -> None:
    project.lint()
    damage(project.kept)
    assert project.codes() == ["ADB101"]
    assert project.codes() == ["ADB101"]


def test_a_cache_of_another_linter_is_none(project: Folder) -> None:
    project.lint()
    kept = project.kept
    foreign = project.cache_folder / "foreign.project"
    shutil.copy(kept, foreign)
    project.write("db.py", NO_DB)
    assert project.codes() == []
    shutil.copy(foreign, kept)
    assert project.codes() == []


def test_a_folder_that_cannot_be_written_to_keeps_nothing(project: Folder) -> None:
    project.cache_folder.write_text("a file in the way")
    assert project.codes() == ["ADB101"]
    assert project.codes() == ["ADB101"]


def test_a_fix_of_a_known_finding_is_the_same_fix(project: Folder) -> None:
    files = dict.fromkeys(project.files, project.settings)
    project.lint()
    run = fix(files, session=Session(cache=Cache(project.cache_folder)))
    assert run.after == fix(files).after
    assert "await database.execute" in run.after[project.root / "app.py"]


def test_edits_in_any_order_leave_the_findings_of_a_first_run(project: Folder) -> None:
    chance = random.Random(11)
    texts = [DB, NO_DB, APP, PLAIN, "from app import save\n\n\nasync def run():\n    await save()\n", "def broken(:\n"]
    for _ in range(60):
        name = chance.choice(["db.py", "app.py", "plain.py", "more.py"])
        if chance.random() < 0.15 and (project.root / name).exists():
            (project.root / name).unlink()
        else:
            comment = chance.choice(["", "", "# a comment\n", "# asyncdb-lint: ignore-file[ADB101] known\n"])
            project.write(name, comment + chance.choice(texts))
        project.codes(*([chance.choice(project.files).name] if project.files and chance.random() < 0.4 else []))


def check(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "asyncdb_lint", "check", "--isolated", "--output-format", "json", *arguments, "."]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)


def test_two_runs_at_once_share_a_cache(project: Folder) -> None:
    command = [sys.executable, "-m", "asyncdb_lint", "check", "--isolated", "-q", "--cache-dir", project.cache_folder]
    runs = [subprocess.Popen([*command, "."], cwd=project.root, stdout=subprocess.PIPE) for _ in range(4)]
    outputs = {run.communicate(timeout=300)[0] for run in runs}
    assert len(outputs) == 1
    assert project.kept
    assert project.codes() == ["ADB101"]


def test_cold_warm_parallel_and_single_runs_find_the_same(tmp_path: Path) -> None:
    trees = tmp_path / "trees"
    for name in ("pitfalls", "corrected"):
        for copy in ("one", "two"):
            shutil.copytree(FIXTURES, trees / f"{name}_{copy}", ignore=shutil.ignore_patterns("__pycache__"))
            (trees / f"{name}_{copy}" / "asyncdb-lint.toml").write_text("")
    shutil.rmtree(trees / "corrected_two" / "pitfalls")
    cache = str(tmp_path / "cache")
    alone = check("--no-cache", "-j", "1", cwd=trees).stdout
    assert alone.count("ADB") > 100
    assert check("--cache-dir", cache, "-j", "2", cwd=trees).stdout == alone
    assert check("--cache-dir", cache, "-j", "1", cwd=trees).stdout == alone
    assert check("--cache-dir", cache, "-j", "2", cwd=trees).stdout == alone


def test_clean_removes_what_was_kept_and_nothing_else(project: Folder) -> None:
    project.lint()
    own = project.cache_folder / "notes" / "mine.txt"
    own.parent.mkdir()
    own.write_text("mine")
    assert Cache(project.cache_folder).clean() == 1
    assert own.read_text() == "mine"
    assert not list(project.cache_folder.glob("*/*.project"))
    assert project.codes() == ["ADB101"]
