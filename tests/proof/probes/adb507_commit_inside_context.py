"""A transaction that is ended twice answers 500 for an order that is kept: the client sends it again."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    placed = await site.post("/orders", {"item": "tea", "quantity": 2})
    kept = await site.value("SELECT COUNT(*) FROM orders")
    yield Observation(
        f"order: {placed.status}, {kept} {'row' if kept == 1 else 'rows'}",
        harm=placed.status == 500 and kept == 1,
        intact=placed.status == 200 and kept == 1,
    )
