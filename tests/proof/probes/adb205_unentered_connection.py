"""A connection that nothing has entered refuses every query."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    yield Observation(
        f"account: {account.status}",
        harm=account.status == 500,
        intact=account.json == {"id": 1, "balance": 100} and (await site.get("/accounts/99")).status == 404,
    )

    placed = await site.post("/orders", {"item": "tea", "quantity": 2})
    kept = await site.value("SELECT COUNT(*) FROM orders")
    yield Observation(
        f"order: {placed.status}, {kept} {'row' if kept == 1 else 'rows'}",
        harm=placed.status == 500 and kept == 0,
        intact=placed.json == {"orders": 1} and kept == 1,
    )
