"""`execute_many` gives None, on every database."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "what is to be counted is not in the code"


async def probe(site: Site) -> AsyncIterator[Observation]:
    placed = await site.post("/orders/bulk", {"items": ["tea", "milk"]})
    kept = await site.value("SELECT COUNT(*) FROM orders")
    yield Observation(
        f"{kept} orders: {placed.text}",
        harm=placed.json == {"placed": None} and kept == 2,
        intact=placed.json == {"placed": 2} and kept == 2,
    )
