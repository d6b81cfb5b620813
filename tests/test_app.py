"""The fixture app is a real service: its README's command starts it, and it keeps its promises under load."""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from tests.proof.cases import BACKENDS, FIXTURES
from tests.proof.harness import REPOSITORY, fresh_database
from tests.proof.postgres import PostgresServer, free_port

TIMEOUT = 20.0


@pytest.fixture(params=BACKENDS)
def ledger(request: pytest.FixtureRequest, postgres: PostgresServer) -> Iterator[str]:
    with fresh_database(request.param, postgres) as environment, served(environment) as url:
        yield url


def test_readme_command_serves_on_sqlite_in_the_current_folder(tmp_path: Path) -> None:
    with served({}, folder=tmp_path) as url:
        assert httpx.get(f"{url}/docs", trust_env=False).status_code == 200

    assert (tmp_path / "app.db").exists()


def test_user_registers_and_logs_in(ledger: str) -> None:
    with httpx.Client(base_url=ledger, trust_env=False) as client:
        assert client.post("/users", json=alice()).json() == {"id": 1, "name": "alice"}
        assert client.post("/users", json=alice()).status_code == 409
        assert client.post("/users", json={"name": "O'Brien", "password": "lucky"}).status_code == 201

        assert client.post("/sessions", json=alice(password="guess")).status_code == 401
        assert client.post("/sessions", json=alice(name="alice' --")).status_code == 401
        token = client.post("/sessions", json=alice()).json()["token"]

        assert client.get("/users/me", headers=bearer(token)).json() == {"id": 1, "name": "alice"}
        assert client.get("/users/me", headers=bearer("made-up")).status_code == 401


def test_transfer_moves_both_sides_or_neither(ledger: str) -> None:
    with logged_in(ledger) as client:
        source = client.post("/accounts", json={"balance": 100}).json()["id"]
        target = client.post("/accounts", json={}).json()["id"]

        def transfer(amount: int, to: int = target) -> int:
            return client.post("/transfers", json={"source": source, "target": to, "amount": amount}).status_code

        def balances() -> list[int]:
            return [client.get(f"/accounts/{number}").json()["balance"] for number in (source, target)]

        assert (transfer(30), balances()) == (204, [70, 30])
        assert (transfer(71), balances()) == (409, [70, 30])
        assert (transfer(10, to=999), balances()) == (404, [70, 30])


def test_orders_belong_to_their_user(ledger: str) -> None:
    with logged_in(ledger) as client:
        assert client.post("/orders", json={"item": "tea", "quantity": 2}).status_code == 201
        assert client.get("/orders").json() == [{"id": 1, "item": "tea", "quantity": 2}]

    with logged_in(ledger, name="bob") as client:
        assert client.get("/orders").json() == []


def test_nothing_is_lost_when_many_write_at_once(ledger: str) -> None:
    with logged_in(ledger) as client:
        source = client.post("/accounts", json={"balance": 100}).json()["id"]
        target = client.post("/accounts", json={}).json()["id"]
        statuses = asyncio.run(
            send_at_once(client, "/transfers", {"source": source, "target": target, "amount": 4}, times=30)
        )

        assert sorted(statuses) == [204] * 25 + [409] * 5
        assert client.get(f"/accounts/{source}").json()["balance"] == 0
        assert client.get(f"/accounts/{target}").json()["balance"] == 100


def alice(name: str = "alice", password: str = "wonderland") -> dict[str, str]:
    return {"name": name, "password": password}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def logged_in(url: str, name: str = "alice") -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, trust_env=False, timeout=TIMEOUT) as client:
        client.post("/users", json=alice(name)).raise_for_status()
        session = client.post("/sessions", json=alice(name)).raise_for_status()
        client.headers.update(bearer(session.json()["token"]))
        yield client


async def send_at_once(client: httpx.Client, path: str, body: dict[str, int], times: int) -> list[int]:
    async with httpx.AsyncClient(
        base_url=client.base_url, headers=client.headers, trust_env=False, timeout=TIMEOUT
    ) as together:
        replies = await asyncio.gather(*(together.post(path, json=body) for _ in range(times)))
    return [reply.status_code for reply in replies]


@contextmanager
def served(environment: dict[str, str], folder: Path = REPOSITORY) -> Iterator[str]:
    """Run the first command of the app's README, and stop it as a deployment would."""
    port = free_port()
    with subprocess.Popen(
        [*readme_command(), "--port", str(port)],
        cwd=folder,
        env={**{name: value for name, value in os.environ.items() if name != "DATABASE_URL"}, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until_it_answers(url, process)
            yield url
            process.send_signal(signal.SIGTERM)
            process.wait(TIMEOUT)
        finally:
            process.kill()
        assert process.stdout is not None
        assert "Application shutdown complete" in process.stdout.read()


def readme_command() -> list[str]:
    readme = (FIXTURES / "app" / "README.md").read_text(encoding="utf-8")
    command = re.search(r"```sh\n(uvicorn .*)\n```", readme)
    assert command is not None
    program, *arguments = shlex.split(command[1])
    # The README speaks from the root of the repository; a test may stand elsewhere.
    return [sys.executable, "-m", program, *(str(FIXTURES) if part == "tests/fixtures" else part for part in arguments)]


def wait_until_it_answers(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            httpx.get(f"{url}/openapi.json", trust_env=False)
            return
        time.sleep(0.05)
    process.kill()
    raise AssertionError(process.communicate()[0])
