"""A transaction that is started twice keeps nothing, and on PostgreSQL the pool waits for its connection for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    placed = await site.post("/orders", {"item": "tea", "quantity": 2})
    kept = await site.value("SELECT COUNT(*) FROM orders")
    yield Observation(
        f"order: {placed.status}, {kept} {'row' if kept == 1 else 'rows'}",
        harm=placed.status == 200 and kept == 0,
        intact=placed.status == 200 and kept == 1,
    )

    if site.backend == "postgresql":
        ends = await site.shuts_down()
        yield Observation(f"shutdown {'ends' if ends else 'hangs'}", harm=not ends, intact=ends)
