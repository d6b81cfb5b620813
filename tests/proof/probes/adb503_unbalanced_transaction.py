"""Refused transfers leave their transactions open: SQLite's write lock goes with the first, a pool with the tenth."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

POOL_SIZE = 10


async def probe(site: Site) -> AsyncIterator[Observation]:
    count = POOL_SIZE if site.backend == "postgresql" else 1
    statuses = {(await site.post("/transfers", {"source": 1, "target": 2, "amount": 500})).status for _ in range(count)}
    done = await site.post("/transfers", {"source": 1, "target": 2, "amount": 10})
    balance = await site.value("SELECT balance FROM accounts WHERE id = 2")
    answer = {0: "no answer", 500: "500 after five seconds"}.get(done.status, str(done.status))
    yield Observation(
        f"transfers refused: {count}, then a sound one: {answer}",
        harm=statuses == {409} and done.status in (0, 500) and balance == 0,
        intact=statuses == {409} and done.status == 200 and balance == 10,
    )
