"""The cure of a pool per request: the application opens and closes it, with whatever it has."""

from __future__ import annotations

import textwrap

import pytest

from .one_pool import HEAD, Project, handler

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
