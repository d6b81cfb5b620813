"""An `iterate()` that nothing iterates runs nothing, and nothing says so."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "whether `execute` was meant, or `async for`, only its author knows"


async def probe(site: Site) -> AsyncIterator[Observation]:
    await site.post("/orders", {"item": "tea", "quantity": 2})
    placed = await site.value("SELECT COUNT(*) FROM orders")
    cancelled = await site.post("/orders/cancel", {"item": "tea", "quantity": 2})
    left = await site.value("SELECT COUNT(*) FROM orders")
    yield Observation(
        f"cancelled: {cancelled.status}, {left} of {placed} orders left",
        harm=cancelled.status == 200 and (placed, left) == (1, 1),
        intact=cancelled.status == 200 and (placed, left) == (1, 0),
    )
