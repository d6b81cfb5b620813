"""What a message says of a finding is so where the finding stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncdb_lint.project import lint_files
from asyncdb_lint.settings import Settings

LOOP = """\
from databases import Database
from fastapi import BackgroundTasks, Depends, FastAPI

app = FastAPI()
database = Database("postgresql://localhost/shop")


async def totals(ids: list[int]):
    return [await database.fetch_val("SELECT total FROM orders WHERE id = :id", {"id": id}) for id in ids]

"""


def message(tmp_path: Path, source: str, code: str) -> str:
    file = tmp_path / "app.py"
    file.write_text(source)
    (found,) = [found.message for found in lint_files([file], settings=Settings()).diagnostics if found.code == code]
    return found


@pytest.mark.parametrize(
    ("rest", "who"),
    [
        ("", "each run of `totals` takes"),
        (
            "@app.post('/')\nasync def send(tasks: BackgroundTasks):\n    tasks.add_task(totals, [1])",
            "each run of `totals` takes",
        ),
        ("@app.get('/')\nasync def read():\n    return await totals([1])", "a request takes"),
        ("@app.get('/')\nasync def read(found=Depends(totals)):\n    return found", "a request takes"),
    ],
)
def test_a_loop_over_queries_costs_a_request_only_where_one_leads_to_it(tmp_path: Path, rest: str, who: str) -> None:
    assert message(tmp_path, LOOP + rest, "ADB602").endswith(
        f"runs once for each `id`: {who} as many round trips to the database as there are items"
    )


POOL = """\
from databases import Database
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
async def orders():
    async with Database(URL) as database:
        return await database.fetch_all("SELECT id FROM orders")
"""


@pytest.mark.parametrize(
    ("url", "harm"),
    [
        ("'postgresql://localhost/shop'", "PostgreSQL refuses new clients at about 10 requests at once"),
        ("'sqlite:///shop.db'", "SQLite bears that, but PostgreSQL refuses new clients at about 10 requests at once"),
        ("settings.url", "PostgreSQL refuses new clients at about 10 requests at once"),
    ],
)
def test_a_pool_for_each_request_is_no_harm_on_sqlite(tmp_path: Path, url: str, harm: str) -> None:
    told = message(tmp_path, POOL.replace("URL", url), "ADB201")
    assert told == f"every request opens a pool of connections here; {harm}"


BLOCKING = """\
import requests
from databases import Database
from fastapi import FastAPI

app = FastAPI()
database = Database("postgresql://localhost/shop")


async def prices():
    return requests.get("https://prices.example.net").json()

"""


@pytest.mark.parametrize(
    ("rest", "who"),
    [
        ("", "no other task goes on until it returns"),
        ("@app.get('/')\nasync def read():\n    return await prices()", "no other request is served until it returns"),
    ],
)
def test_a_blocking_call_keeps_requests_waiting_only_where_one_leads_to_it(tmp_path: Path, rest: str, who: str) -> None:
    assert message(tmp_path, BLOCKING + rest, "ADB601").endswith(who)
