"""Asking for a user who does not exist is a server error."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "what a missing row means is the program's own matter"


async def probe(site: Site) -> AsyncIterator[Observation]:
    there = await site.get("/users/1")
    missing = await site.get("/users/7")
    yield Observation(
        f"user 7 of 2: {missing.status}",
        harm=missing.status == 500,
        intact=missing.status == 404 and there.json == {"name": "alice"},
    )
