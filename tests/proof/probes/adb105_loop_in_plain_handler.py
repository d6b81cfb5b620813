"""Connections belong to the loop that opened them; in another one PostgreSQL's driver refuses to work, or crashes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "`await` needs an `async def` around it, and every caller with it"
HIDDEN = {"sqlite": "SQLite has no pool whose connections another loop could own"}
# Two threads in asyncpg's native code at once: which of the two it is depends on the load of the machine.
KILLS = "two requests: 500 each, or a segmentation fault of the whole process"


async def probe(site: Site) -> AsyncIterator[Observation]:
    replies = [await site.get("/users") for _ in range(2)]
    fails = all(listed.status == 500 for listed in replies)
    yield Observation(
        KILLS if fails else f"two requests: {', '.join(str(listed.status) for listed in replies)}",
        harm=fails,
        intact=all(listed.json == ["alice", "bob"] for listed in replies),
    )
