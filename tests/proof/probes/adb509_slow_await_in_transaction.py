"""While one request waits in its transaction, another that wants the same row waits as well; on SQLite it fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "what may wait until after the transaction is for its author to say"
HOLDS = 4.0


async def probe(site: Site) -> AsyncIterator[Observation]:
    slow = asyncio.create_task(site.post("/orders", {"item": "tea", "quantity": 2}))
    await asyncio.sleep(0.5)
    start = time.monotonic()
    credit = await site.post("/credits", {})
    waited = time.monotonic() - start
    placed = await slow
    long = "after seconds" if waited > HOLDS else "at once"
    yield Observation(
        f"another request: {credit.status} {long}",
        harm=placed.status == 200 and waited > HOLDS,
        intact=placed.status == 200 and credit.status == 200 and waited < HOLDS,
    )
