"""A client is told that it is registered, and the row is not there."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "who is to be told of an error, and of what, is the program's own matter"


async def probe(site: Site) -> AsyncIterator[Observation]:
    twice = await site.post("/users", {"name": "alice", "password": "guess"})
    once = await site.post("/users", {"name": "carol", "password": "lucky"})
    names = await site.value("SELECT COUNT(*) FROM users")
    yield Observation(
        f"name that is taken: {twice.status}",
        harm=twice.status == 201 and names == 3,
        intact=twice.status == 409 and once.status == 201 and names == 3,
    )
