"""Which files are worth parsing, by their bytes: an import is one however it is written, and leads where it leads."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from asyncdb_lint.screen import Signs, screened
from asyncdb_lint.traits import traits_of

PATH = Path("main.py")
DRIVER = b"from databases import Database\n"


@pytest.mark.parametrize(
    "source",
    [
        b"x = 1\n",
        b"# from databases import Database\n",
        b"import os  # databases\n",
        b"important = databases\n",
        b"import os; databases = 1\n",
        b"from app import databases\n",
        b"from .databases import Database\n",
        b"import asyncio, sqlalchemy\nfrom os import ext\n",
    ],
)
def test_files_that_import_no_driver(source: bytes) -> None:
    assert not screened({PATH: source}).matters


@pytest.mark.parametrize(
    "source",
    [
        b"import databases\n",
        b"import os, databases as db\n",
        b"from databases import Database",
        b"\xef\xbb\xbffrom databases import Database\n",
        b"# x\rfrom databases import Database\r",
        b"import os; from databases import Database\n",
        b"try: import databases\nexcept ImportError: pass\n",
        b"\x0cimport databases\n",
        b"import os, \\\n    databases\n",
        b"from databases \\\r\n  import Database\r\n",
        b"from sqlalchemy.ext import (\n    x,  # y\n    asyncio,\n)\n",
        b"def f():\n\timport\tdatabases\n",
    ],
)
def test_files_that_import_a_driver(source: bytes) -> None:
    assert screened({PATH: source}).matters == {PATH}


def matters(**files: bytes) -> set[str]:
    """The files that matter; `app__I__db` stands for `app/db.py`."""
    contents = {Path("/project", *name.split("__I__")).with_suffix(".py"): data for name, data in files.items()}
    return {path.relative_to("/project").with_suffix("").as_posix() for path in screened(contents).matters}


LINES = [
    b"import databases", b"from app import run", b"from other import load", b"import requests", b"import fastapi",
    b"async def run(db):", b"def load(url):", b"    await db.execute(sql)", b"    return requests.get(url)", b"x = 1",
    b"sql = 'SELECT 1 FROM users'", b"class Pool:", b"asyncio.run(run())", b"# import databases",
    b"from db import Pool",
]  # fmt: skip


def test_the_same_files_matter_while_what_is_seen_of_a_file_is_the_same() -> None:
    chance, types, compared = random.Random(5), ["db.Pool"], 0
    for _ in range(6_000):
        names = [Path(f"/project/{name}.py") for name in ("app", "db", "other")]
        contents = {path: b"\n".join(chance.sample(LINES, chance.randrange(5))) for path in names}
        changed = chance.choice(names)
        data = b"\n".join(chance.sample([*contents[changed].split(b"\n"), *chance.sample(LINES, 2)], 2))
        before, after = (traits_of(changed, text, types, Signs()) for text in (contents[changed], data))
        if before == after and data != contents[changed]:
            compared += 1
            assert screened({**contents, changed: data}, types) == screened(contents, types)
    assert compared > 100


def test_a_module_with_the_name_of_one_that_matters_is_another() -> None:
    found = matters(
        db=DRIVER,
        app__I__config=b"import db\n",
        other__I__config=b"x = 1\n",
        app__I__main=b"from .config import x\n",
        other__I__main=b"from .config import x\n",
    )
    assert found == {"db", "app/config", "app/main"}


@pytest.mark.parametrize(
    "source",
    [
        b"import app.db\n",
        b"import app.db as shared\n",
        b"from app import db\n",
        b"from app.db import x\n",
        b"from app import (  # several\n    y,  # one\n    db as shared,\n)\n",
        b"from app import y, \\\n    db\n",
        b"from .db import *\n",
        b"from . import db\n",
        b"def f():\n    from ..app.db import x\n",
        b"if x: from app import db\n",
    ],
)
def test_ways_to_import_a_module_that_matters(source: bytes) -> None:
    assert matters(app__I__db=DRIVER, app__I__main=source) == {"app/db", "app/main"}


def test_what_a_package_hands_on() -> None:
    found = matters(
        app__I____init__=b"from .db import x\n", app__I__db=DRIVER, main=b"import app\n", rest=b"import os\n"
    )
    assert found == {"app/__init__", "app/db", "main"}


def test_a_file_whose_imports_lead_nowhere_is_left_out() -> None:
    assert matters(app__I__db=DRIVER, lib__I__other=b"import db\nfrom elsewhere.db import x\n") == {"app/db"}


def test_importers_of_what_waits_for_a_database_that_it_is_given() -> None:
    found = matters(
        db=DRIVER,
        users=b"class Users:\n    async def all(self):\n        return await self.db.fetch_all('SELECT 1')\n",
        service=b"from users import Users\n",
        models=b"class User(Base):\n    __tablename__ = 'users'\n",
        schema=b"from models import User\n",
    )
    assert found == {"db", "users", "service", "models"}


def test_importers_of_what_blocks_matter_where_they_run_a_loop() -> None:
    found = matters(
        db=DRIVER,
        client=b"import requests\n\n\ndef load():\n    return requests.get('http://localhost')\n",
        plain=b"import client\n",
        loop=b"import client\n\n\nasync def f():\n    client.load()\n",
    )
    assert found == {"db", "loop"}
