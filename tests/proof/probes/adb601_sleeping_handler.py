"""While one request sleeps in its thread, no other is answered; while one sleeps in its task, all others are."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    reply, share = await site.longest_share("/accounts/1/covered?amount=5000", "/accounts/1")
    waited = share > 0.5
    yield Observation(
        f"account: {account.status}, {'after' if waited else 'before'} the one that waits for money",
        harm=waited,
        intact=not waited and account.json == {"id": 1, "balance": 100} and reply.json == {"covered": False},
    )
