"""A pool smaller than it starts with is never opened; SQLite has none, and refuses the option at every query."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "how many connections the service may hold is for its author to say"


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    yield Observation(
        f"account: {account.status}",
        harm=account.status == 500,
        intact=account.json == {"id": 1, "balance": 100},
    )
