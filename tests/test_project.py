"""One file is judged with the whole project around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncdb_lint.project import lint_files
from asyncdb_lint.settings import Settings

DATABASE = 'from databases import Database\n\ndatabase = Database("sqlite:///shop.db")\n'
ROUTES = 'from db import database\n\n\nasync def clean():\n    database.execute("DELETE FROM users")\n'


@pytest.mark.parametrize("sign", ["README.md", "requirements.txt", "pyproject.toml", "setup.py"])
def test_a_single_file_sees_the_project_that_a_sign_at_its_top_tells(tmp_path: Path, sign: str) -> None:
    (tmp_path / sign).touch()
    (tmp_path / "db.py").write_text(DATABASE)
    routes = tmp_path / "api" / "users" / "routes.py"
    routes.parent.mkdir(parents=True)
    routes.write_text(ROUTES)

    found = lint_files([routes], settings=Settings(root=tmp_path)).diagnostics

    assert [(item.code, item.path) for item in found] == [("ADB101", routes)]


def test_only_the_files_that_were_asked_for_are_reported(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    (tmp_path / "db.py").write_text(DATABASE)
    (tmp_path / "broken.py").write_text("def broken(:\n")
    (tmp_path / "other.py").write_text(ROUTES)
    asked = tmp_path / "routes.py"
    asked.write_text(ROUTES)

    result = lint_files([asked], settings=Settings(root=tmp_path))

    assert {item.path for item in result.diagnostics} == {asked}
    assert result.files == 1


def test_unsaved_content_counts_instead_of_what_is_on_disk(tmp_path: Path) -> None:
    saved = tmp_path / "db.py"
    saved.write_text(DATABASE)
    unsaved = (DATABASE + '\n\nasync def clean():\n    database.execute("DELETE FROM users")\n').encode()

    assert not lint_files([saved], settings=Settings(root=tmp_path)).diagnostics
    found = lint_files([saved], settings=Settings(root=tmp_path), overrides={saved: unsaved}).diagnostics

    assert [item.code for item in found] == ["ADB101"]


def test_a_dependency_may_be_annotated_with_the_alias_that_depends_on_it(tmp_path: Path) -> None:
    (tmp_path / "README.md").touch()
    file = tmp_path / "routes.py"
    file.write_text(
        "from typing import Annotated\n\n"
        "from fastapi import Depends, FastAPI\n\n"
        f"{DATABASE}app = FastAPI()\n\n\n"
        'async def current(name: str) -> "Current":\n'
        '    return await database.fetch_one("SELECT * FROM users WHERE name = :name", {"name": name})\n\n\n'
        "Current = Annotated[object, Depends(current)]\n\n\n"
        '@app.get("/")\n'
        "async def read(user: Current):\n"
        "    user.check()\n"
        '    database.execute("DELETE FROM users")\n'
    )

    assert [item.code for item in lint_files([file], settings=Settings(root=tmp_path)).diagnostics] == ["ADB101"]


@pytest.mark.parametrize("calls", [1, 500])
def test_a_name_that_is_called_everywhere_has_callers_all_the_same(tmp_path: Path, calls: int) -> None:
    (tmp_path / "README.md").touch()
    others = 'shop.make(shop.NAME).create("orders")\n' * (calls - 1)
    (tmp_path / "others.py").write_text(f"import aiosqlite\nimport shop\n\n{others}")
    file = tmp_path / "store.py"
    file.write_text(
        "import aiosqlite\n\n\n"
        "class Store:\n"
        "    async def create(self, mode: str) -> None:\n"
        '        async with aiosqlite.connect("shop.db") as connection:\n'
        '            await connection.execute(f"pragma journal_mode={mode}")\n\n\n'
        "async def start() -> None:\n"
        '    await Store().create("WAL")\n'
    )

    assert [item.code for item in lint_files([file], settings=Settings(root=tmp_path)).diagnostics] == []
