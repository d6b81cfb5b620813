"""On SQLite a SELECT that is executed gives no value of its rows."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

SOUND = {"postgresql": "PostgreSQL gives the first value of the first row"}
BY_HAND = "whether one value or rows are wanted is not in the code"


async def probe(site: Site) -> AsyncIterator[Observation]:
    counted = await site.get("/users/count")
    yield Observation(f"users: {counted.text} of 2", harm=counted.json == -1, intact=counted.json == 2)
