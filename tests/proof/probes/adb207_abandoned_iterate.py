"""The query that a `break` leaves behind still runs on PostgreSQL's connection when the next one comes."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"sqlite": "SQLite runs several queries on one connection"}


async def probe(site: Site) -> AsyncIterator[Observation]:
    owner = await site.get("/first-funded")
    yield Observation(
        f"owner: {owner.status}",
        harm=owner.status == 500,
        intact=owner.json == {"owner": "alice"},
    )
