"""A pool that was never opened serves nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"sqlite": "SQLite has no pool that would have to be opened"}
BY_HAND = "where the lifespan of an application belongs is for its authors to say"


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    missing = await site.get("/accounts/99")
    yield Observation(
        f"account: {account.status}",
        harm=account.status == 500,
        intact=account.json == {"id": 1, "balance": 100} and missing.status == 404,
    )
