"""On PostgreSQL a statement without RETURNING gives None: orders have no id, closed accounts are not found."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

SOUND = {"sqlite": "SQLite gives the id of an INSERT and the number of rows of an UPDATE"}
BY_HAND = "which column RETURNING is to give is not in the code"


async def probe(site: Site) -> AsyncIterator[Observation]:
    placed = await site.post("/orders", {"item": "tea", "quantity": 2})
    kept = await site.value("SELECT COUNT(*) FROM orders")
    yield Observation(
        f"order: {placed.text}",
        harm=placed.json == {"id": None} and kept == 1,
        intact=placed.json == {"id": 1} and kept == 1,
    )

    closed = await site.post("/accounts/1/closing", {"why": "gone"})
    balance = await site.value("SELECT balance FROM accounts WHERE id = 1")
    yield Observation(
        f"closing: {closed.status}, balance {balance}",
        harm=closed.status == 404 and balance == 0,
        intact=closed.status == 200 and balance == 0,
    )
