"""Unguarded writes get a `try`: where it stands, what it catches, and when nothing is written."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from asyncdb_lint.project import lint_files
from asyncdb_lint.runner import fix
from asyncdb_lint.settings import RuleSelection, Settings

HEAD = """\
import sqlite3

import sqlalchemy
from databases import Database
from fastapi import FastAPI, HTTPException

app = FastAPI()
database = Database("sqlite:///app.db")
INSERT = "INSERT INTO t (a) VALUES (:a)"
UPDATE = "UPDATE t SET a = :a"


@app.post("/t")
async def write(a: str, names: list[str]):
"""


def fixed(root: Path, files: dict[str, str]) -> dict[str, str]:
    folder = root / "project"
    paths = {folder / name: text for name, text in files.items()}
    for path, text in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    settings = Settings(root=folder, selections=(RuleSelection(select=("ADB301",)),))
    after = fix(dict.fromkeys(paths, settings), unsafe=True).after
    for path, text in after.items():
        path.write_bytes(text.encode())
    left = lint_files(list(paths), settings=settings).diagnostics
    assert not after or not left, "a fix that does not cure"
    return {path.relative_to(folder).as_posix(): after.get(path, text) for path, text in paths.items()}


BODIES = {
    "blank lines and comments": (
        """
        print(a)

        # Save it.
        await database.execute(INSERT, {"a": a})  # now

        return a
        """,
        """
        print(a)

        try:
            # Save it.
            await database.execute(INSERT, {"a": a})  # now
        except sqlite3.IntegrityError as error:
            raise HTTPException(status_code=409) from error

        return a
        """,
    ),
    "in a loop": (
        """
        for name in names:
            print(name)
            await database.execute(INSERT, {"a": name})
        """,
        """
        for name in names:
            print(name)
            try:
                await database.execute(INSERT, {"a": name})
            except sqlite3.IntegrityError as error:
                raise HTTPException(status_code=409) from error
        """,
    ),
    "in both branches": (
        """
        if a:
            await database.execute(INSERT, {"a": a})
        else:
            await database.execute(UPDATE, {"a": a})
        return a
        """,
        """
        try:
            if a:
                await database.execute(INSERT, {"a": a})
            else:
                await database.execute(UPDATE, {"a": a})
        except sqlite3.IntegrityError as error:
            raise HTTPException(status_code=409) from error
        return a
        """,
    ),
    "in a transaction of a branch": (
        """
        if a:
            async with database.transaction():
                for name in names:
                    await database.execute(INSERT, {"a": name})
        """,
        """
        if a:
            try:
                async with database.transaction():
                    for name in names:
                        await database.execute(INSERT, {"a": name})
            except sqlite3.IntegrityError as error:
                raise HTTPException(status_code=409) from error
        """,
    ),
    "a try that cleans up": (
        """
        try:
            await database.execute(INSERT, {"a": a})
        finally:
            print(a)
        """,
        """
        try:
            await database.execute(INSERT, {"a": a})
        except sqlite3.IntegrityError as error:
            raise HTTPException(status_code=409) from error
        finally:
            print(a)
        """,
    ),
    "a try that catches something else": (
        """
        try:
            await database.execute(INSERT, {"a": int(a)})
        except ValueError:
            raise HTTPException(status_code=422)
        """,
        """
        try:
            await database.execute(INSERT, {"a": int(a)})
        except ValueError:
            raise HTTPException(status_code=422)
        except sqlite3.IntegrityError as error:
            raise HTTPException(status_code=409) from error
        """,
    ),
    "a try for SQLAlchemy's error, which never comes": (
        """
        try:
            await database.execute(INSERT, {"a": a})
        except sqlalchemy.exc.IntegrityError as problem:
            raise HTTPException(status_code=400, detail="taken") from problem
        """,
        """
        try:
            await database.execute(INSERT, {"a": a})
        except sqlite3.IntegrityError as problem:
            raise HTTPException(status_code=400, detail="taken") from problem
        """,
    ),
    "the name is taken": (
        """
        error = None
        await database.execute(INSERT, {"a": a})
        return error
        """,
        """
        error = None
        try:
            await database.execute(INSERT, {"a": a})
        except sqlite3.IntegrityError as conflict:
            raise HTTPException(status_code=409) from conflict
        return error
        """,
    ),
    "text over several lines": (
        '''
        await database.execute(
            """
            INSERT INTO t (a)
            VALUES (:a)
            """,
            {"a": a},
        )
        ''',
        '''
        try:
            await database.execute(
                """
            INSERT INTO t (a)
            VALUES (:a)
            """,
                {"a": a},
            )
        except sqlite3.IntegrityError as error:
            raise HTTPException(status_code=409) from error
        ''',
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_the_try_stands_around_the_writes(name: str, tmp_path: Path) -> None:
    before, after = (HEAD + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n" for body in BODIES[name])
    assert fixed(tmp_path, {"main.py": before})["main.py"] == after


ERRORS = [
    ('"sqlite+aiosqlite:///app.db"', "sqlite3.IntegrityError", "a driver that is ignored"),
    ('"postgres://h/d"', "asyncpg.exceptions.IntegrityConstraintViolationError", "the short name"),
    ('"postgresql+psycopg2://h/d"', "asyncpg.exceptions.IntegrityConstraintViolationError", "asyncpg all the same"),
    ('"postgresql+aiopg://h/d"', "psycopg2.IntegrityError", "the other driver"),
    ('"mysql+asyncmy://h/d"', "asyncmy.errors.IntegrityError", "the other driver"),
    ('f"postgresql://{USER}@h/d"', "asyncpg.exceptions.IntegrityConstraintViolationError", "the start is known"),
    ('DatabaseURL("sqlite:///app.db")', "sqlite3.IntegrityError", "an object"),
    ("URL", "sqlite3.IntegrityError", "a constant"),
    ("config.URL", "sqlite3.IntegrityError", "a constant of another module"),
    ("URL if USER else config.URL", "sqlite3.IntegrityError", "two of one kind"),
    ('URL if USER else "postgresql://h/d"', None, "two kinds"),
    ('os.environ["URL"]', None, "decided elsewhere"),
    ('os.environ.get("URL", "sqlite:///app.db")', None, "a default says nothing about production"),
    ('"oracle://h/d"', None, "a database that is not known"),
    ('"app.db"', None, "no URL"),
]


@pytest.mark.parametrize(("url", "error", "why"), ERRORS, ids=[row[0] for row in ERRORS])
def test_the_url_tells_the_error(url: str, error: str | None, why: str, tmp_path: Path) -> None:
    main = f"""\
import os

from databases import Database, DatabaseURL
from fastapi import FastAPI

import config

USER = os.environ["USER"]
URL: str = "sqlite:///app.db"
app = FastAPI()
database = Database({url})


@app.post("/t")
async def write(a: str):
    async with database.connection() as connection:
        await connection.execute("INSERT INTO t (a) VALUES (:a)", {{"a": a}})
"""
    after = fixed(tmp_path, {"main.py": main, "config.py": 'URL: str = "sqlite:///app.db"\n'})["main.py"]
    if error is None:
        assert after == main, why
    else:
        assert f"    except {error} as error:\n" in after, why


def test_a_call_that_leads_to_a_write_is_inside(tmp_path: Path) -> None:
    service = """\
from databases import Database


async def log(database: Database, a: str):
    await database.execute("INSERT INTO log (a) VALUES (:a)", {"a": a})
"""
    body = """\
    await database.execute(INSERT, {"a": a})
    print(a)
    await log(database, a)
    return a
"""
    after = """\
    try:
        await database.execute(INSERT, {"a": a})
        print(a)
        await log(database, a)
    except sqlite3.IntegrityError as error:
        raise HTTPException(status_code=409) from error
    return a
"""
    head = HEAD.replace("\napp =", "\nfrom service import log\n\napp =", 1)
    assert fixed(tmp_path, {"main.py": head + body, "service.py": service})["main.py"] == head + after


LEFT = {
    "a websocket": '@app.websocket("/ws")\nasync def feed(a: str):\n    await database.execute(INSERT, {"a": a})\n',
    "a dependency": """\
async def session(a: str):
    await database.execute(INSERT, {"a": a})


@app.get("/")
async def me(found=Depends(session)):
    return found
""",
    "a function that nobody is known to call": """\
async def save(a: str):
    await database.execute(INSERT, {"a": a})
""",
    "a body on the line of its header": """\
@app.post("/")
async def save(a: str): await database.execute(INSERT, {"a": a})
""",
    "a module whose name is taken": """\
@app.post("/")
async def save(sqlite3: str):
    await database.execute(INSERT, {"a": sqlite3})
""",
}


@pytest.mark.parametrize("name", LEFT)
def test_elsewhere_nothing_is_written(name: str, tmp_path: Path) -> None:
    source = HEAD[: HEAD.index("@app.post")].replace("import FastAPI,", "import Depends, FastAPI,") + LEFT[name]
    assert fixed(tmp_path, {"main.py": source})["main.py"] == source


def test_the_error_that_the_module_imports_already_is_raised(tmp_path: Path) -> None:
    source = """\
import asyncpg
from databases import Database
from starlette.exceptions import HTTPException as Refused

from app import app

database = Database("postgresql://h/d")


@app.post("/t")
async def add(a: str):
    await database.execute("INSERT INTO t (a) VALUES (:a)", {"a": a})
"""
    app = "from fastapi import FastAPI\n\napp = FastAPI()\n"
    after = fixed(tmp_path, {"main.py": source, "app.py": app})["main.py"]
    assert after.startswith(source[: source.index("    await")])
    assert "raise Refused(status_code=409) from error" in after
