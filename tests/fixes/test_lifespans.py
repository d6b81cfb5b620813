"""Events that become a lifespan, in odd layouts."""

from __future__ import annotations

from pathlib import Path

from asyncdb_lint.runner import fix
from asyncdb_lint.settings import RuleSelection, Settings

EVENTS = """\
from databases import Database
from fastapi import FastAPI

database = Database("sqlite:///app.db")
app = FastAPI()
app.add_event_handler("startup", (
    database.connect
))
app.add_event_handler("shutdown", database.disconnect)
"""
LIFESPAN = """\
from contextlib import asynccontextmanager

from databases import Database
from fastapi import FastAPI

database = Database("sqlite:///app.db")


@asynccontextmanager
async def lifespan(app: FastAPI):
    await database.connect()
    try:
        yield
    finally:
        await database.disconnect()


app = FastAPI(lifespan=lifespan)
"""


def test_a_handler_in_parentheses_loses_them_and_line_ends_stay(tmp_path: Path) -> None:
    for newline in ("\n", "\r\n"):
        file = tmp_path / "main.py"
        file.write_bytes(EVENTS.replace("\n", newline).encode())
        settings = Settings(root=tmp_path, selections=(RuleSelection(select=("ADB211",)),))
        assert fix({file: settings}, unsafe=True).after[file] == LIFESPAN.replace("\n", newline)
