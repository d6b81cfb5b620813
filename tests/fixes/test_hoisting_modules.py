"""The cure of a pool per request over several modules."""

from __future__ import annotations

import pytest

from .one_pool import APP, LIFESPAN, Project, handler


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
