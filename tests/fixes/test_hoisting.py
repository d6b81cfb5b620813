"""The cure of a pool, or a connect, per request: what goes from the function, and where the pool goes."""

from __future__ import annotations

import textwrap

import pytest

from .one_pool import APP, HEAD, LIFESPAN, Project, handler, handler_after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            """\
            db = Database("sqlite:///app.db")
            if not db.is_connected: await db.connect()

            # The rows.
            rows = await db.fetch_all("SELECT 1")  # all of them
            # Done.
            await db.disconnect()  # now
            return rows
            """,
            """\
            # The rows.
            rows = await db.fetch_all("SELECT 1")  # all of them
            # Done.
            # now
            return rows
            """,
            id="comments stay, also those beside what goes",
        ),
        pytest.param(
            """\
            db = Database("sqlite:///app.db")
            await db.connect()
            try:
                return await db.fetch_all("SELECT 1")
            finally:
                await db.disconnect(); print("done")
                # The end.
            """,
            """\
            try:
                return await db.fetch_all("SELECT 1")
            finally:
                print("done")
                # The end.
            """,
            id="a comment at the end of a finally stays there, once",
        ),
        pytest.param(
            """\
            db = Database("sqlite:///app.db")
            await db.connect(); rows = await db.fetch_all("SELECT 1"); await db.disconnect()
            return rows
            """,
            """\
            rows = await db.fetch_all("SELECT 1")
            return rows
            """,
            id="several statements on a line",
        ),
        pytest.param(
            """\
            async with Database("sqlite:///app.db") as db, db.transaction():
                return await db.fetch_all("SELECT 1")
            """,
            """\
            async with db.transaction():
                return await db.fetch_all("SELECT 1")
            """,
            id="one item of several",
        ),
        pytest.param(
            """\
            async with Database("sqlite:///app.db") as db: return await db.fetch_all("SELECT 1")
            """,
            """\
            return await db.fetch_all("SELECT 1")
            """,
            id="a body on the line of its header",
        ),
        pytest.param(
            """\
            db = Database("sqlite:///app.db")
            await db.connect()
            try:
                rows = await db.fetch_all("SELECT 1")
            except ValueError:
                await db.disconnect()
                raise
            else:
                rows.reverse()
            await db.disconnect()
            return rows
            """,
            """\
            rows = await db.fetch_all("SELECT 1")
            rows.reverse()
            return rows
            """,
            id="a handler that only disconnected",
        ),
        pytest.param(
            """\
            db = Database("sqlite:///app.db")
            try:
                await db.connect()
            except OSError:
                return None
            try:
                return await db.fetch_all("SELECT 1")
            except ValueError:
                return []
            finally:
                if db is not None and db.is_connected:
                    await db.disconnect()
            """,
            """\
            try:
                return await db.fetch_all("SELECT 1")
            except ValueError:
                return []
            """,
            id="a handler that does more",
        ),
        pytest.param(
            """\
            db = Database("sqlite:///app.db")
            await db.connect()
            if log():
                await db.disconnect()
            return await db.fetch_all("SELECT 1")
            """,
            """\
            if log():
                pass
            return await db.fetch_all("SELECT 1")
            """,
            id="a condition that may do something",
        ),
        pytest.param(
            '''\
            async with Database("sqlite:///app.db") as db:
                rows = await db.fetch_all("""
                    SELECT 1
                """)
                if rows:
                    return rows
                # None.
            return []
            ''',
            '''\
            rows = await db.fetch_all("""
                    SELECT 1
                """)
            if rows:
                return rows
            # None.
            return []
            ''',
            id="text in a dedented body stays as it is",
        ),
    ],
)
def test_function_is_trimmed(project: Project, before: str, after: str) -> None:
    fixed = project.fix({"main.py": APP + handler(before)})["main.py"]
    assert "\n".join(line.strip() for line in handler_after(fixed).splitlines()) == "\n".join(
        line.strip() for line in textwrap.dedent(after).splitlines()
    )
    assert fixed.startswith(
        "from contextlib import asynccontextmanager\n\n"
        + HEAD
        + 'db = Database("sqlite:///app.db")\n\n\n'
        + LIFESPAN.format(pool="db")
        + "\n\napp = FastAPI(lifespan=lifespan)\n"
    )
    assert not project.left({"main.py": fixed})


def test_dedented_text_keeps_its_indentation(project: Project) -> None:
    body = 'async with Database("sqlite:///app.db") as db:\n    return await db.fetch_all("""\n  SELECT 1\n    """)\n'
    fixed = project.fix({"main.py": APP + '@app.get("/")\nasync def users():\n' + textwrap.indent(body, "    ")})
    assert 'async def users():\n    return await db.fetch_all("""\n      SELECT 1\n        """)\n' in fixed["main.py"]


def test_a_name_of_its_own_is_kept_for_the_shared_pool(project: Project) -> None:
    source = (
        APP
        + 'database = Database("sqlite:///app.db")\n\n\n'
        + handler('async with database as db:\n    return await db.fetch_all("SELECT 1")\n')
    )
    assert handler_after(project.fix({"main.py": source})["main.py"]) == (
        'db = database\nreturn await db.fetch_all("SELECT 1")\n'
    )


def test_handlers_that_build_the_same_pool_share_it(project: Project) -> None:
    build = 'async with Database("sqlite:///app.db") as db:\n    return await db.fetch_all("SELECT 1")\n'
    source = APP + handler(build, "/a") + "\n\n" + handler(build.replace("app.db", "app.db"), "/b")
    fixed = project.fix({"main.py": source})["main.py"]
    assert fixed.count("Database(") == 1
    assert fixed.count("connect()") == 2
    assert not project.left({"main.py": fixed})


def test_a_pool_made_and_opened_by_functions_of_the_project(project: Project) -> None:
    source = (
        APP
        + (
            "def make():\n    return Database('sqlite:///app.db')\n\n\n"
            "async def open_database():\n    opened = make()\n    await opened.connect()\n    return opened\n\n\n"
        )
        + handler(
            'db = await open_database()\nrows = await db.fetch_all("SELECT 1")\nawait db.disconnect()\nreturn rows\n'
        )
    )
    fixed = project.fix({"main.py": source})["main.py"]
    assert "def make():\n    return database\n" in fixed
    assert "    opened = make()\n    return opened\n" in fixed
    assert fixed.count("connect()") == 2


def test_an_attribute_of_an_object_made_per_request(project: Project) -> None:
    source = (
        APP
        + (
            "class Users:\n    def __init__(self):\n        self.db = Database('sqlite:///app.db')\n\n"
            "    async def all(self):\n        async with self.db:\n"
            "            return await self.db.fetch_all('SELECT 1')\n\n\n"
        )
        + handler("return await Users().all()\n")
    )
    fixed = project.fix({"main.py": source})["main.py"]
    assert "        self.db = database\n" in fixed
    assert "    async def all(self):\n        return await self.db.fetch_all('SELECT 1')\n" in fixed


# -- where the pool goes ----------------------------------------------------------------------------------------------


def test_the_pool_goes_below_what_its_url_is_made_of(project: Project) -> None:
    source = (
        '"""The service."""\n\nimport os\n\nfrom databases import Database\nfrom dotenv import load_dotenv\n'
        "from fastapi import FastAPI\n\napp = FastAPI()\nload_dotenv()\n\n\n"
        "def url():\n    return os.environ['URL']\n\n\n"
        + handler('async with Database(url()) as db:\n    return await db.fetch_all("SELECT 1")\n')
    )
    fixed = project.fix({"main.py": source})["main.py"]
    assert "def url():\n    return os.environ['URL']\n\n\ndb = Database(url())\n\n\n@app.get" in fixed


def test_the_environment_is_loaded_first(project: Project) -> None:
    source = (
        "import os\n\nfrom databases import Database\nfrom dotenv import load_dotenv\nfrom fastapi import FastAPI\n\n"
        "load_dotenv()\n\n# The app.\napp = FastAPI()\n\n\n"
        + handler('async with Database(os.environ["URL"]) as db:\n    return await db.fetch_all("SELECT 1")\n')
    )
    fixed = project.fix({"main.py": source})["main.py"]
    assert 'load_dotenv()\n\ndb = Database(os.environ["URL"])\n\n\n@asynccontextmanager' in fixed
    assert "        await db.disconnect()\n\n\n# The app.\napp = FastAPI(lifespan=lifespan)\n" in fixed


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_newlines_and_tabs_stay(project: Project, newline: str) -> None:
    source = APP + handler(
        'db = Database("sqlite:///app.db")\nawait db.connect()\nreturn await db.fetch_all("SELECT 1")\n'
    )
    fixed = project.fix({"main.py": source.replace("    ", "\t").replace("\n", newline)})["main.py"]
    assert fixed.count("\n") == fixed.count(newline)
    assert "    " not in fixed
    assert f"try:{newline}\t\tyield{newline}" in fixed


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("FastAPI(title='Shop')", "FastAPI(title='Shop', lifespan=lifespan)"),
        ("FastAPI(\n    title='Shop',  # ours\n)", "FastAPI(\n    title='Shop',  # ours\n    lifespan=lifespan,\n)"),
        ("FastAPI(\n    title='Shop'\n)", "FastAPI(\n    title='Shop',\n    lifespan=lifespan\n)"),
        ("FastAPI(\n)", "FastAPI(lifespan=lifespan)"),
    ],
)
def test_the_lifespan_joins_the_arguments(project: Project, before: str, after: str) -> None:
    source = f"{HEAD}app = {before}\n\n\n" + handler(
        'async with Database("sqlite:///app.db") as db:\n    return await db.fetch_all("SELECT 1")\n'
    )
    assert f"app = {after}\n" in project.fix({"main.py": source})["main.py"]


def test_an_application_factory_with_handlers_inside(project: Project) -> None:
    source = HEAD + (
        "\ndef create_app():\n    app = FastAPI()\n\n    @app.get('/')\n    async def users():\n"
        "        async with Database('sqlite:///app.db') as db:\n            return await db.fetch_all('SELECT 1')\n\n"
        "    return app\n"
    )
    fixed = project.fix({"main.py": source})["main.py"]
    assert "db = Database('sqlite:///app.db')\n\n\n" + LIFESPAN.format(pool="db") + "\n\ndef create_app():\n" in fixed
    assert "    app = FastAPI(lifespan=lifespan)\n" in fixed
    assert "    async def users():\n        return await db.fetch_all('SELECT 1')\n" in fixed
