"""A coroutine that nobody awaits is true, is not None, and writes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    wrong = await site.post("/login", {"name": "alice", "password": "guess"})
    right = await site.post("/login", {"name": "alice", "password": "wonderland"})
    yield Observation(
        f"wrong password: {wrong.status}",
        harm=wrong.status == 200,
        intact=(wrong.status, right.status) == (401, 200),
    )

    made_up = await site.get("/report", token="made-up")
    genuine = await site.get("/report", token="token-of-alice")
    yield Observation(
        f"made-up token: {made_up.status}",
        harm=made_up.status == 200,
        intact=(made_up.status, genuine.status) == (401, 200),
    )

    placed = await site.post("/orders", {"item": "tea", "quantity": 2})
    kept = await site.value("SELECT COUNT(*) FROM orders WHERE item = 'tea' AND quantity = 2")
    yield Observation(
        f"order: {placed.status}, {kept} {'row' if kept == 1 else 'rows'}",
        harm=placed.status == 200 and kept == 0,
        intact=placed.status == 200 and kept == 1,
    )

    listed = await site.get("/orders")
    yield Observation(
        f"plain `def` route: {listed.status}",
        harm=listed.status == 500,
        intact=listed.json == [{"item": "tea", "quantity": 2}],
    )

    counted = await site.get("/users/count")
    welcome = await site.get("/welcome")
    shows_coroutine = "coroutine object" in welcome.text
    yield Observation(
        f"greeting: {'a coroutine object' if shows_coroutine else 'the number of users'}",
        harm=shows_coroutine,
        intact=counted.json == {"users": 2} and welcome.json == "Welcome, we are 2 users",
    )
