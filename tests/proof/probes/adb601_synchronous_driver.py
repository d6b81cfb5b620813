"""While a synchronous driver works on the event loop, no other request is answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "a plain handler, a thread or an asynchronous driver are three different answers"


async def probe(site: Site) -> AsyncIterator[Observation]:
    await site.get("/accounts/1")
    statistics = asyncio.create_task(site.get("/statistics"))
    await asyncio.sleep(0.05)
    account = await site.get("/accounts/1")
    waited = statistics.done()
    reply = await statistics
    yield Observation(
        f"account: {account.status}, {'after' if waited else 'before'} the statistics",
        harm=waited,
        intact=not waited and account.json == {"id": 1, "balance": 100} and reply.json == {"count": 4_000_000},
    )
