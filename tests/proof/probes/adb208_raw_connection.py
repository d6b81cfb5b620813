"""Two statements at once on one connection of asyncpg: it refuses the second one."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

SOUND = {"sqlite": "aiosqlite has one thread a connection, in which statements wait for one another"}
BY_HAND = "whether the tasks may wait for one another or need connections of their own is not in the code"


async def probe(site: Site) -> AsyncIterator[Observation]:
    reply = await site.get("/summary")
    yield Observation(
        f"summary: {reply.status}",
        harm=reply.status == 500,
        intact=(reply.status, reply.json) == (200, {"complete": True}),
    )
