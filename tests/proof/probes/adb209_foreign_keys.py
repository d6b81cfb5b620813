"""A PRAGMA that ends with its connection lets orders in that belong to nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"postgresql": "PostgreSQL needs no PRAGMA to check foreign keys"}


async def probe(site: Site) -> AsyncIterator[Observation]:
    stray = await site.post("/users/99/orders", {"item": "tea", "quantity": 2})
    kept = await site.value("SELECT COUNT(*) FROM orders WHERE user_id = 99")
    placed = await site.post("/users/1/orders", {"item": "tea", "quantity": 2})
    yield Observation(
        f"order of nobody: {stray.status}, {kept} {'row' if kept == 1 else 'rows'}",
        harm=stray.status == 200 and kept == 1,
        intact=stray.status == 404 and kept == 0 and placed.status == 200,
    )
