"""A request that closes the shared pool takes it away from every other request."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"sqlite": "SQLite has no pool that one request could close on another"}

CLIENTS = 100


async def probe(site: Site) -> AsyncIterator[Observation]:
    missing = await site.get("/accounts/99")
    replies, _ = await site.get_at_once("/accounts/1", clients=CLIENTS)
    failed = sum(reply.status in (0, 500) for reply in replies)
    served = sum(reply.json == {"id": 1, "balance": 100} for reply in replies)
    yield Observation(
        f"{failed} of {CLIENTS} requests failed",
        harm=failed > 0,
        intact=served == CLIENTS and missing.status == 404,
    )
