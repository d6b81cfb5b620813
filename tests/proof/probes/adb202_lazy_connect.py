"""Requests that all find the pool closed all open it; those it had before are lost and never closed."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"sqlite": "SQLite has no pool that could be opened twice"}

CLIENTS = 5
POOL_SIZE = 10


async def probe(site: Site) -> AsyncIterator[Observation]:
    replies, back_ends = await site.get_at_once("/accounts/1", clients=CLIENTS)
    served = sum(reply.json == {"id": 1, "balance": 100} for reply in replies)
    missing = await site.get("/accounts/99")
    answered = f"{served} of {CLIENTS} requests served"
    yield Observation(
        f"{back_ends} back ends, {answered}" if site.backend == "postgresql" else answered,
        harm=back_ends > POOL_SIZE,
        intact=served == CLIENTS and missing.status == 404 and back_ends <= POOL_SIZE,
    )
