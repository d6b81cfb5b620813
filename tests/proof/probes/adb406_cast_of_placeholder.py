"""A bind parameter that two colons keep from being read: no request gets an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    reply = await site.get("/user", params={"user_id": 1})
    yield Observation(
        f"user 1: {reply.status}", harm=reply.status == 500, intact=(reply.status, reply.json) == (200, "alice")
    )
