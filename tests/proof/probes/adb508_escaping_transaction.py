"""What a handler has written survives the rollback of the middleware around it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "which handlers need a transaction is for their author to say"


async def probe(site: Site) -> AsyncIterator[Observation]:
    new = await site.post("/users", {"name": "carol", "password": "carrots"})
    before = await site.value("SELECT COUNT(*) FROM orders")
    taken = await site.post("/users", {"name": "alice", "password": "rabbit hole"})
    after = await site.value("SELECT COUNT(*) FROM orders")
    yield Observation(
        f"refused with {taken.status}, {after - before} orders of it kept",
        harm=taken.status == 409 and after - before == 1,
        intact=new.status == 200 and before == 1 and taken.status == 409 and after == before,
    )
