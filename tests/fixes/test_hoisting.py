"""The cure of a pool, or a connect, per request, in odd shapes and over modules, and where it is refused."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import libcst as cst
import pytest

from asyncdb_lint.runner import fix, lint
from asyncdb_lint.settings import RuleSelection, Settings

HEAD = "from databases import Database\nfrom fastapi import FastAPI\n\n"
APP = f"{HEAD}app = FastAPI()\n\n\n"
LIFESPAN = """\
@asynccontextmanager
async def lifespan(app: FastAPI):
    await {pool}.connect()
    try:
        yield
    finally:
        await {pool}.disconnect()
"""


class Project:
    """Fixes files in a folder of their own, and sees that the result parses and is stable."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = Settings(root=root, selections=(RuleSelection(select=("ADB201", "ADB202")),))

    def fix(self, files: Mapping[str, str]) -> dict[str, str]:
        """The files that change, as they are then."""
        fixed = self._fix(files)
        for text in fixed.values():
            cst.parse_module(text)
        assert not self._fix({**files, **fixed}), "fixing again changes the result"
        return fixed

    def left(self, files: Mapping[str, str]) -> list[str]:
        """The codes found in files."""
        return [found.code for found in lint(dict.fromkeys(self._written(files), self.settings)).diagnostics]

    def _written(self, files: Mapping[str, str]) -> dict[Path, str]:
        paths = {self.root / name: name for name in files}
        for path, name in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name].encode())
        return paths

    def _fix(self, files: Mapping[str, str]) -> dict[str, str]:
        paths = self._written(files)
        after = fix(dict.fromkeys(paths, self.settings), unsafe=True).after
        return {paths[path]: text for path, text in after.items()}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    return Project(root)


def handler(body: str, path: str = "/users") -> str:
    """A handler with a body."""
    return f'@app.get("{path}")\nasync def users():\n{textwrap.indent(textwrap.dedent(body), "    ")}'


def handler_after(text: str) -> str:
    """The body of the handler in a fixed module."""
    return textwrap.dedent(text.partition("async def users():\n")[2])


# -- what goes from the function --------------------------------------------------------------------------------------


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


# -- what the application has -----------------------------------------------------------------------------------------

USERS = 'async with database:\n    return await database.fetch_all("SELECT 1")\n'


def application(text: str) -> str:
    """A module with a shared pool, what makes the application, and a handler that opens the pool."""
    return HEAD + 'database = Database("sqlite:///app.db")\n\n\n' + textwrap.dedent(text) + "\n\n" + handler(USERS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(
            "async def start():\n    pass\n\n\napp = FastAPI(on_startup=[start])\n",
            "async def start():\n    await database.connect()\n\n\n"
            "app = FastAPI(on_startup=[start], on_shutdown=[database.disconnect])\n",
            id="a list of startup functions",
        ),
        pytest.param(
            "app = FastAPI(on_startup=[print], on_shutdown=[print])\n",
            "app = FastAPI(on_startup=[print, database.connect], on_shutdown=[database.disconnect, print])\n",
            id="lists of functions from elsewhere",
        ),
        pytest.param(
            'app = FastAPI()\n\n\n@app.on_event("startup")\ndef start():\n    print(1)\n',
            'app = FastAPI()\n\n\n@app.on_event("startup")\ndef start():\n    print(1)\n\n\n'
            '@app.on_event("startup")\nasync def startup():\n    await database.connect()\n\n\n'
            '@app.on_event("shutdown")\nasync def shutdown():\n    await database.disconnect()\n',
            id="an event handler that cannot await",
        ),
        pytest.param(
            'app = FastAPI()\napp.add_event_handler("startup", print)\n',
            'app = FastAPI()\napp.add_event_handler("startup", print)\n'
            'app.add_event_handler("startup", database.connect)\n'
            'app.add_event_handler("shutdown", database.disconnect)\n',
            id="handlers that are added",
        ),
        pytest.param(
            'app = FastAPI()\n\n\n@app.on_event("startup")\nasync def startup():\n    """Starts."""\n    if a:\n'
            '        return\n\n\n@app.on_event("shutdown")\nasync def shutdown():\n    """Stops."""\n    stop()\n',
            'app = FastAPI()\n\n\n@app.on_event("startup")\nasync def startup():\n    """Starts."""\n'
            "    await database.connect()\n    if a:\n        return\n\n\n"
            '@app.on_event("shutdown")\nasync def shutdown():\n    """Stops."""\n'
            "    await database.disconnect()\n    stop()\n",
            id="a startup function that may leave early",
        ),
        pytest.param(
            "@asynccontextmanager\nasync def lifespan(app):\n    async with other() as it:\n        # Serve.\n"
            "        yield {'it': it}\n    print('bye')\n\n\napp = FastAPI(lifespan=lifespan)\n",
            "@asynccontextmanager\nasync def lifespan(app):\n    async with other() as it:\n"
            "        await database.connect()\n"
            "        try:\n            # Serve.\n            yield {'it': it}\n        finally:\n"
            "            await database.disconnect()\n    print('bye')\n\n\napp = FastAPI(lifespan=lifespan)\n",
            id="a lifespan that yields inside a block",
        ),
        pytest.param(
            "@asynccontextmanager\nasync def lifespan(app):\n    other = await start()\n    try:\n        yield\n"
            "    finally:\n        # Bye.\n        await other.stop()\n\n\napp = FastAPI(lifespan=lifespan)\n",
            "@asynccontextmanager\nasync def lifespan(app):\n    other = await start()\n    await database.connect()\n"
            "    try:\n        yield\n    finally:\n        await database.disconnect()\n        # Bye.\n"
            "        await other.stop()\n\n\napp = FastAPI(lifespan=lifespan)\n",
            id="a lifespan that has a finally",
        ),
    ],
)
def test_the_application_is_extended(project: Project, before: str, after: str) -> None:
    head = "from contextlib import asynccontextmanager\n\n" if "asynccontextmanager" in before else ""
    fixed = project.fix({"main.py": head + application(before)})["main.py"]
    assert after in fixed
    assert not project.left({"main.py": fixed})


def test_a_pool_kept_on_the_application(project: Project) -> None:
    source = (
        "from contextlib import asynccontextmanager\n\nfrom databases import Database\n"
        "from fastapi import FastAPI, Request\n\n\n"
        "@asynccontextmanager\nasync def lifespan(application):\n    yield\n\n\napp = FastAPI(lifespan=lifespan)\n"
        'app.state.database = Database("sqlite:///app.db")\n\n\n@app.get("/")\nasync def users(request: Request):\n'
        "    await request.app.state.database.connect()\n"
        '    return await request.app.state.database.fetch_all("SELECT 1")\n'
    )
    fixed = project.fix({"main.py": source})["main.py"]
    assert "    await application.state.database.connect()\n    try:\n        yield\n" in fixed
    assert 'request: Request):\n    return await request.app.state.database.fetch_all("SELECT 1")\n' in fixed


def test_a_mounted_application_is_served_by_the_outer_one(project: Project) -> None:
    source = (
        HEAD
        + "app = FastAPI()\nouter = FastAPI()\nouter.mount('/inner', app)\n\n\n"
        + handler('async with Database("sqlite:///app.db") as db:\n    return await db.fetch_all("SELECT 1")\n')
    )
    fixed = project.fix({"main.py": source})["main.py"]
    assert "\napp = FastAPI()\n" in fixed
    assert "\nouter = FastAPI(lifespan=lifespan)\n" in fixed


# -- other modules ----------------------------------------------------------------------------------------------------


def users_module(name: str = "db") -> str:
    return (
        "from databases import Database\nfrom fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n"
        '@router.get("/")\nasync def users():\n'
        f'    async with Database("sqlite:///app.db") as {name}:\n        return await {name}.fetch_all("SELECT 1")\n'
    )


@pytest.mark.parametrize(
    ("imports", "router", "expected", "pool"),
    [
        ("from shop.api.users import router", "router", "from shop.api.users import db, router", "db"),
        ("from .api.users import router", "router", "from .api.users import db, router", "db"),
        ("from shop.api import users", "users.router", "from shop.api import users", "users.db"),
        ("import shop.api.users as u", "u.router", "import shop.api.users as u", "u.db"),
        ("import shop.api.users", "shop.api.users.router", "from shop.api.users import db", "db"),
        ("from .api import router", "router", "from .api import router\nfrom .api.users import db", "db"),
    ],
)
def test_the_import_is_in_the_style_of_the_file(
    project: Project, imports: str, router: str, expected: str, pool: str
) -> None:
    files = {
        "shop/__init__.py": "",
        "shop/api/__init__.py": "from .users import router\n" if "api import router" in imports else "",
        "shop/api/users.py": users_module(),
        "shop/main.py": f"from fastapi import FastAPI\n\n{imports}\n\napp = FastAPI()\napp.include_router({router})\n",
    }
    fixed = project.fix(files)
    assert sorted(fixed) == ["shop/api/users.py", "shop/main.py"]
    assert expected in fixed["shop/main.py"]
    assert LIFESPAN.format(pool=pool) in fixed["shop/main.py"]
    assert not project.left({**files, **fixed})


def test_pools_of_one_name_in_two_modules(project: Project) -> None:
    files = {
        "users.py": users_module(),
        "orders.py": users_module().replace("app.db", "orders.db"),
        "main.py": "from fastapi import FastAPI\nfrom orders import router as orders\n"
        "from users import router as users\n\n"
        "app = FastAPI()\napp.include_router(users)\napp.include_router(orders)\n",
    }
    fixed = project.fix(files)
    assert not project.left({**files, **fixed})
    assert "from orders import db as orders_db, router as orders\n" in fixed["main.py"]
    assert "from users import db, router as users\n" in fixed["main.py"]
    assert "    await orders_db.connect()\n    await db.connect()\n" in fixed["main.py"]


def test_pools_of_one_name_in_one_module(project: Project) -> None:
    build = 'async with Database({}) as db:\n    return await db.fetch_all("SELECT 1")\n'
    source = APP + handler(build.format('"sqlite:///app.db"'), "/a") + "\n\nURL = 'sqlite:///other.db'\n\n\n"
    fixed = project.fix({"main.py": source + handler(build.format("URL"), "/b")})["main.py"]
    assert project.left({"main.py": fixed}) == ["ADB201"]
    assert fixed.count("\ndb = Database(") == 1


def test_a_lifespan_in_a_module_of_its_own(project: Project) -> None:
    files = {
        "users.py": users_module(),
        "life.py": "from contextlib import asynccontextmanager\n\n\n@asynccontextmanager\n"
        "async def lifespan(app):\n    yield\n",
        "main.py": "from fastapi import FastAPI\nfrom life import lifespan\nfrom users import router\n\n"
        "app = FastAPI(lifespan=lifespan)\napp.include_router(router)\n",
    }
    fixed = project.fix(files)
    assert sorted(fixed) == ["life.py", "users.py"]
    assert "from users import db\n" in fixed["life.py"]
    assert "    await db.connect()\n    try:\n        yield\n" in fixed["life.py"]


def test_no_import_goes_in_a_circle(project: Project) -> None:
    files = {
        "settings.py": "import os\n\nurl = os.environ['URL']\n",
        "users.py": "from databases import Database\n\nfrom main import url\n\n\nasync def all_users():\n"
        "    async with Database(url) as db:\n        return await db.fetch_all('SELECT 1')\n",
        "main.py": "from fastapi import FastAPI\n\nfrom settings import url\n\napp = FastAPI()\n\n\n@app.get('/')\n"
        "async def users():\n    from users import all_users\n\n    return await all_users()\n",
    }
    assert not project.fix(files)
    assert project.left(files) == ["ADB201"]


def test_imports_for_type_checkers_are_no_circle(project: Project) -> None:
    files = {
        "users.py": "from typing import TYPE_CHECKING\n\nfrom databases import Database\n\nif TYPE_CHECKING:\n"
        "    from main import app\n\n\nasync def all_users():\n"
        "    async with Database('sqlite:///app.db') as db:\n        return await db.fetch_all('SELECT 1')\n",
        "main.py": "from fastapi import FastAPI\n\nfrom users import all_users\n\napp = FastAPI()\n\n\n@app.get('/')\n"
        "async def users():\n    return await all_users()\n",
    }
    fixed = project.fix(files)
    assert "from users import all_users, db\n" in fixed["main.py"]


# -- refusals ---------------------------------------------------------------------------------------------------------

QUERY = 'return await db.fetch_all("SELECT 1")\n'
BUILT = 'db = Database("sqlite:///app.db")\nawait db.connect()\n' + QUERY


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(
            APP + handler("url = 'sqlite:///app.db'\n" + BUILT.replace('"sqlite:///app.db"', "url")), id="local"
        ),
        pytest.param(
            APP + "config = None\n\n\n" + handler(BUILT.replace('"sqlite:///app.db"', "config.url")), id="set later"
        ),
        pytest.param(
            APP
            + "url = 'a'\n\n\ndef configure():\n    global url\n    url = 'b'\n\n\n"
            + handler(BUILT.replace('"sqlite:///app.db"', "url")),
            id="set again",
        ),
        pytest.param(APP + handler("db = None\n" + BUILT), id="bound twice"),
        pytest.param(APP + "from names import *\n\ndb = 1\n\n\n" + handler(BUILT), id="taken"),
        pytest.param(APP.replace("FastAPI()", "FastAPI(**options)") + handler(BUILT), id="arguments that are not seen"),
        pytest.param(APP.replace("FastAPI()", "FastAPI(lifespan=get())") + handler(BUILT), id="a lifespan not seen"),
        pytest.param(
            "import asyncio\n" + APP + handler(BUILT.replace("db.connect()", "asyncio.wait_for(db.connect(), 5)")),
            id="awaited by somebody else",
        ),
        pytest.param(
            "from contextlib import AsyncExitStack\n"
            + APP
            + handler(
                "async with AsyncExitStack() as stack:\n"
                '    db = await stack.enter_async_context(Database("sqlite:///app.db"))\n    ' + QUERY
            ),
            id="entered by a stack",
        ),
        pytest.param(
            HEAD + "one = FastAPI()\ntwo = FastAPI()\n\n\n"
            "async def get():\n    async with Database('sqlite:///app.db') as db:\n        " + QUERY + "\n\n"
            "@one.get('/')\nasync def a():\n    return await get()\n\n\n@two.get('/')\n"
            "async def b():\n    return await get()\n",
            id="two applications",
        ),
        pytest.param(
            "from contextlib import asynccontextmanager\n" + HEAD + "\n"
            "async def get():\n    async with Database('sqlite:///app.db') as db:\n        " + QUERY + "\n\n"
            "@asynccontextmanager\nasync def lifespan(app):\n    await get()\n    yield\n\n\n"
            "app = FastAPI(lifespan=lifespan)\n\n\n@app.get('/')\nasync def a():\n    return await get()\n",
            id="needed before the application serves",
        ),
        pytest.param(
            "from contextlib import asynccontextmanager\n" + HEAD + "\n"
            "@asynccontextmanager\nasync def lifespan(app):\n    if app:\n        yield\n    else:\n"
            "        yield 1\n\n\n"
            "app = FastAPI(lifespan=lifespan)\n\n\n" + handler(BUILT),
            id="two yields",
        ),
        pytest.param(
            APP + handler("db = Database('sqlite:///app.db')\nshown = await db.connect()\n" + QUERY), id="result used"
        ),
    ],
)
def test_found_and_not_fixed(project: Project, source: str) -> None:
    assert project.left({"main.py": source}) == ["ADB201"]
    assert not project.fix({"main.py": source})


def test_a_long_expression_is_no_trouble(project: Project) -> None:
    rows = " + ".join(["1"] * 150)
    source = APP + handler(f'db = Database("sqlite:///app.db")\nawait db.connect()\nx = {rows}\n' + QUERY)
    assert f"    x = {rows}\n" in project.fix({"main.py": source})["main.py"]
