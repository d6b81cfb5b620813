"""While a synchronous driver works on the event loop, no other request is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "a plain handler, a thread or an asynchronous driver are three different answers"


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    reply, share = await site.longest_share("/statistics", "/accounts/1")
    waited = share > 0.5
    yield Observation(
        f"account: {account.status}, {'after' if waited else 'before'} the statistics",
        harm=waited,
        intact=not waited and account.json == {"id": 1, "balance": 100} and reply.json == {"count": 8_000_000},
    )
