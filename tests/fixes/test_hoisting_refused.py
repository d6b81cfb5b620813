"""The cure of a pool per request: where it is refused."""

from __future__ import annotations

import pytest

from .one_pool import APP, HEAD, Project, handler

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
