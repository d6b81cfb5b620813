"""A service on the loopback, served by uvicorn, with an observer who looks at the database from outside."""

from __future__ import annotations

import asyncio
import importlib
import inspect
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
import uvicorn
from databases import Database
from sqlalchemy.schema import CreateTable

if TYPE_CHECKING:
    from typing_extensions import Self

START_TIMEOUT = 10.0
# SQLite lets a writer wait five seconds for a lock, and its error must still arrive.
REQUEST_TIMEOUT = 12.0
SHUTDOWN_TIMEOUT = 2.0
COUNT_BACK_ENDS = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND usename <> current_user"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request; status 0 when none came."""

    status: int
    text: str
    json: Any


class Site:
    """A running service; every request arrives over TCP, so uvicorn handles it in a task of its own."""

    def __init__(self, service: str, url: str, observer_url: str) -> None:
        self.backend = "postgresql" if url.startswith("postgresql") else "sqlite"
        self._service = service
        self._url = url
        pool: dict[str, Any] = {"min_size": 1, "max_size": 1} if self.backend == "postgresql" else {}
        self._observer = Database(observer_url, **pool)
        self._server: uvicorn.Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._client: httpx.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        await in_own_task(self._prepare_database())
        await in_own_task(self._observer.connect())
        module: ModuleType = importlib.import_module(self._service)
        self._server = uvicorn.Server(uvicorn.Config(module.app, host="127.0.0.1", port=0, log_level="error"))
        self._serving = asyncio.create_task(self._server.serve())
        await asyncio.wait_for(self._wait_until_started(self._server, self._serving), START_TIMEOUT)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        self._client = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}",
            timeout=REQUEST_TIMEOUT,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.shuts_down()
        if self._client is not None:
            await self._client.aclose()

    @property
    def shared_database(self) -> Database:
        """The database object that the modules of the app share."""
        shared: Database = importlib.import_module("app.db").database
        return shared

    @property
    def source(self) -> str:
        """The source of the service, for whoever has the repository."""
        return inspect.getsource(importlib.import_module(self._service))

    async def get(self, path: str, *, params: Mapping[str, Any] | None = None, **headers: str) -> Reply:
        """Send a GET request."""
        return await self._request("GET", path, params=params, headers=headers)

    async def post(self, path: str, body: Mapping[str, Any]) -> Reply:
        """Send a POST request with a JSON body."""
        return await self._request("POST", path, json=dict(body))

    async def get_at_once(self, path: str, clients: int) -> tuple[list[Reply], int]:
        """Send GET requests of many clients at once, and count the back ends that PostgreSQL held for them at most."""
        requests = asyncio.gather(*(self.get(path) for _ in range(clients)))
        most = 0
        while not requests.done() and self.backend == "postgresql":
            most = max(most, await self.value(COUNT_BACK_ENDS))
            await asyncio.sleep(0.002)
        return await requests, most

    async def answers_meanwhile(self, path: str, other: str) -> tuple[Reply, int]:
        """Get one path, and another again and again for as long as that takes; count the answers meanwhile."""
        first = asyncio.create_task(self.get(path))
        answers = 0
        while not first.done():
            reply = await self.get(other)
            answers += reply.status == 200 and not first.done()
        return await first, answers

    async def value(self, query: str) -> Any:
        """Ask the database itself, on a connection that no request uses."""
        return await in_own_task(self._observer.fetch_val(query))

    async def shuts_down(self) -> bool:
        """Stop the server as a deployment does, and say whether its shutdown comes to an end."""
        if self._server is None or self._serving is None:
            return True
        if not self._server.should_exit:
            self._server.should_exit = True
            await asyncio.wait({self._serving}, timeout=SHUTDOWN_TIMEOUT)
        return self._serving.done()

    async def _request(self, method: str, path: str, **content: Any) -> Reply:
        assert self._client is not None, "the site is entered first"
        try:
            response = await self._client.request(method, path, **content)
        except httpx.TransportError as error:
            return Reply(0, repr(error), None)
        is_json = response.headers.get("content-type", "").startswith("application/json")
        return Reply(response.status_code, response.text, response.json() if is_json else None)

    async def _prepare_database(self) -> None:
        """Create the tables and the two users that the probes know, whatever the service's own lifespan does."""
        schema = importlib.import_module("app.db")
        security = importlib.import_module("app.security")
        async with Database(self._url) as database:
            for table in schema.metadata.sorted_tables:
                await database.execute(CreateTable(table))
            for name, password, balance in (("alice", "wonderland", 100), ("bob", "builder", 0)):
                user_id = await database.fetch_val(
                    "INSERT INTO users (name, password_hash) VALUES (:name, :password_hash) RETURNING id",
                    {"name": name, "password_hash": security.hash_password(name, password)},
                )
                await database.execute(
                    "INSERT INTO accounts (owner_id, balance) VALUES (:owner_id, :balance)",
                    {"owner_id": user_id, "balance": balance},
                )
                await database.execute(
                    "INSERT INTO sessions (token, user_id) VALUES (:token, :user_id)",
                    {"token": f"token-of-{name}", "user_id": user_id},
                )

    @staticmethod
    async def _wait_until_started(server: uvicorn.Server, serving: asyncio.Task[None]) -> None:
        while not server.started:
            if serving.done():
                raise RuntimeError("the service did not start", serving.exception())
            await asyncio.sleep(0.01)


async def in_own_task(work: Coroutine[Any, Any, T]) -> T:
    """Await in a task of its own: `databases` binds a connection to the task that uses it."""
    return await asyncio.create_task(work)
