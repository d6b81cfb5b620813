"""`database-types` and `src`: what settings tell of a project that its source does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncdb_lint.project import lint_files
from asyncdb_lint.settings import Settings

WRAPPER = """\
import secretdb


class Base:
    pass


class Db(Base):
    def __init__(self, url):
        self.url = url
        self.inner = secretdb.open(url)

    async def __aenter__(self):
        return self

    def fetch_one(self, *args):
        return self.inner.run("one", args)

    def execute(self, *args):
        return self.inner.run("do", args)

    def fetch_user(self, name):
        return self.fetch_one("SELECT 1 FROM users WHERE name = :name", {"name": name})

    def size(self):
        return 3
"""
USER = """\
from app.db import Db

db = Db("secret://host")


async def login(name: str):
    if db.fetch_one("SELECT 1 FROM users"):
        return True
    if db.fetch_user(name):
        return True
    await db.execute("UPDATE users SET seen = 1")
    return db.size() > 2


async def entered():
    async with Db("secret://host") as one:
        one.execute("DELETE FROM users")
"""


def found(root: Path, files: dict[str, str], **given: object) -> list[tuple[str, str, int]]:
    """Code, file and line of what is found in a project."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    settings = Settings(root=root, **given)  # type: ignore[arg-type]
    result = lint_files([root / name for name in files], settings=settings)
    return [(item.code, item.path.relative_to(root).as_posix(), item.range.start.line) for item in result.diagnostics]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    # The folder of a test is named after the test, which would make everything in it look like one.
    folder = tmp_path / "project"
    (folder / ".git").mkdir(parents=True)
    return folder


def test_a_wrapper_that_cannot_be_seen_through_is_unknown(root: Path) -> None:
    assert found(root, {"app/db.py": WRAPPER, "app/main.py": USER}) == []


def test_instances_of_a_named_class_are_databases(root: Path) -> None:
    files = {"app/db.py": WRAPPER, "app/main.py": USER}
    assert found(root, files, database_types=("app.db.Db",)) == [
        ("ADB101", "app/main.py", 7),
        ("ADB101", "app/main.py", 9),
        ("ADB201", "app/main.py", 16),
        ("ADB101", "app/main.py", 17),
    ]


def test_a_class_may_be_named_by_where_it_is_imported_from_and_by_its_base(root: Path) -> None:
    files = {"app/__init__.py": "from .db import Db\n", "app/db.py": WRAPPER, "app/main.py": USER}
    by_package = found(root, files, database_types=("app.Db",))
    assert [line for _, _, line in by_package] == [7, 9, 16, 17]
    assert found(root, files, database_types=("app.db.Base",)) == by_package


def test_another_class_of_that_name_is_not_meant(root: Path) -> None:
    files = {"app/db.py": WRAPPER, "app/main.py": USER, "other/db.py": "class Db:\n    pass\n"}
    assert found(root, files, database_types=("other.db.Db",)) == []
    assert found(root, files, database_types=("app.db.Session",)) == []


@pytest.mark.parametrize(
    "imports", ["from somelib.aio import Client", "import somelib.aio\nClient = somelib.aio.Client"]
)
def test_a_class_of_a_library_that_is_not_known(root: Path, imports: str) -> None:
    source = f"{imports}\n\nclient = Client()\n\n\nasync def run():\n    client.execute('DELETE FROM users')\n"
    assert found(root, {"main.py": source}) == []
    (finding,) = found(root, {"main.py": source}, database_types=("somelib.aio.Client",))
    assert finding[0] == "ADB101"


def test_a_parameter_of_a_named_type_is_a_database(root: Path) -> None:
    source = "from somelib import Client\n\n\nasync def run(client: Client):\n    client.execute('DELETE FROM users')\n"
    assert found(root, {"main.py": source}, database_types=("somelib.Client",)) == [("ADB101", "main.py", 5)]


def test_src_says_where_imports_start(root: Path) -> None:
    files = {
        "services/common/store.py": "from databases import Database\n\nstore = Database('sqlite:///a.db')\n",
        "lib/common/store.py": "store = None\n",
        "api/main.py": "from common.store import store\n\n\nasync def run():\n    store.execute('DELETE FROM users')\n",
    }
    assert found(root, files) == []
    assert found(root, files, src=("services",)) == [("ADB101", "api/main.py", 5)]
    assert found(root, files, src=("lib",)) == []


WAIT_FOR = """\
import asyncio

from databases import Database

database = Database("postgresql://host/app")


async def pay():
    async with database.transaction():
        await asyncio.wait_for(database.execute("UPDATE accounts SET balance = 0"), 3)
"""


@pytest.mark.parametrize(
    ("metadata", "given", "is_found"),
    [
        ("", None, False),
        ("", (3, 11), True),
        ("", (3, 12), False),
        ("[project]\nrequires-python = '>=3.10,<4'\n", None, True),
        ("[project]\nrequires-python = '>=3.10,<4'\n", (3, 13), False),
        ("[project]\nrequires-python = '!=3.9,>=3.8,>3.11'\n", None, True),
        ("[tool.poetry.dependencies]\npython = '^3.12'\n", None, False),
    ],
)
def test_the_oldest_python_is_what_settings_say_else_the_metadata(
    root: Path, metadata: str, given: tuple[int, int] | None, is_found: bool
) -> None:
    (root / "pyproject.toml").write_text(metadata)
    codes = [code for code, _, _ in found(root, {"main.py": WAIT_FOR}, target_python=given)]
    assert ("ADB501" in codes) is is_found
