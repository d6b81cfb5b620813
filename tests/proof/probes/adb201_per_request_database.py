"""A pool for every request uses up the connections that PostgreSQL has to give."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"sqlite": "SQLite has no pool and no server: a request opens one connection to the file either way"}

CLIENTS = 100
POOL_SIZE = 10


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = {"id": 1, "balance": 100}

    if site.backend == "postgresql":
        replies, back_ends = await site.get_at_once("/accounts/1", clients=5)
        served = sum(reply.json == account for reply in replies)
        yield Observation(
            f"{back_ends} back ends for 5 requests",
            harm=back_ends > POOL_SIZE,
            intact=served == 5 and back_ends <= POOL_SIZE,
        )

    missing = await site.get("/accounts/99")
    replies, _ = await site.get_at_once("/accounts/1", clients=CLIENTS)
    refused = sum(reply.status == 500 for reply in replies)
    served = sum(reply.json == account for reply in replies)
    yield Observation(
        f"{refused} of {CLIENTS} requests refused",
        harm=refused > 0,
        intact=served == CLIENTS and missing.status == 404,
    )
