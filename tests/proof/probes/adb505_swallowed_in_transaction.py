"""An error that is swallowed as the last thing in a transaction: 200, and PostgreSQL keeps nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"sqlite": "SQLite goes on with a transaction after an error"}


async def probe(site: Site) -> AsyncIterator[Observation]:
    placed = await site.post("/orders", {"item": "tea", "quantity": 2})
    kept = await site.value("SELECT COUNT(*) FROM orders")
    yield Observation(
        f"order: {placed.status}, {kept} {'row' if kept == 1 else 'rows'}",
        harm=placed.status == 200 and kept == 0,
        intact=placed.status == 200 and kept == 1,
    )
