"""One defect is one finding, whatever rules it tempts: with every default rule on, one code speaks of the line."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from asyncdb_lint.project import lint_files
from asyncdb_lint.settings import Settings

HEAD = """\
import asyncio
from contextlib import asynccontextmanager

from databases import Database
from fastapi import FastAPI

database = Database("sqlite:///app.db")


@asynccontextmanager
async def lifespan(app):
    async with database:
        yield


app = FastAPI(lifespan=lifespan)


async def work():
    try:
        await database.execute("UPDATE visits SET seen = 1")
    except Exception:
        raise


@app.get("/")
async def handler():
"""

DEFECTS = {
    "for row in database.fetch_all('SELECT 1'):\n    print(row)": "ADB101",
    "async for row in database.fetch_all('SELECT 1'):\n    print(row)": "ADB103",
    "async for row in await database.fetch_all('SELECT 1'):\n    print(row)": "ADB103",
    "for row in database.iterate('SELECT 1'):\n    await database.fetch_all('SELECT 2')": "ADB103",
    "for row in await database.iterate('SELECT 1'):\n    break\nawait work()": "ADB103",
    "database.iterate('DELETE FROM visits')": "ADB103",
    "rows = await database.iterate('SELECT 1')\nreturn rows": "ADB103",
    "with database.transaction():\n    await work()": "ADB104",
    "with await database.transaction():\n    await work()": "ADB104",
    "transaction = database.transaction()\nwith transaction:\n    await work()": "ADB104",
    "async with database.transaction().start():\n    await work()": "ADB104",
    "async with database.transaction:\n    await work()": "ADB104",
    "async with database.connect():\n    await work()": "ADB104",
    "async with await database.connect():\n    await work()": "ADB104",
    "async with await database.connection() as connection:\n    await connection.fetch_all('SELECT 1')": "ADB104",
    "connection = await database.connection()\nreturn await connection.fetch_all('SELECT 1')": "ADB104",
    "with database.connection() as connection:\n    return await connection.fetch_all('SELECT 1')": "ADB104",
    "with database:\n    await work()": "ADB104",
    "async with database.fetch_all('SELECT 1') as rows:\n    return rows": "ADB104",
    "asyncio.run(work())": "ADB105",
    "asyncio.run(database.connect())": "ADB202",
    "asyncio.create_task(work())": "ADB106",
    "task = asyncio.create_task(database.fetch_all('SELECT 1'))": "ADB106",
    "async with database.transaction():\n    asyncio.create_task(work())": "ADB501",
}


@pytest.mark.parametrize(("body", "code"), DEFECTS.items(), ids=DEFECTS)
def test_one_rule_speaks(body: str, code: str, tmp_path: Path) -> None:
    folder = tmp_path / "service"
    folder.mkdir()
    module = folder / "main.py"
    module.write_text(HEAD + textwrap.indent(body, "    ") + "\n", encoding="utf-8")

    found = lint_files([module], settings=Settings(root=folder)).diagnostics

    assert [(item.code, item.message) for item in found if item.code != code] == []
    assert [item.code for item in found] == [code]
