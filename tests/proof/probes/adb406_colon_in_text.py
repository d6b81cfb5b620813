"""Colons that become bind parameters: no request gets an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "whether the colon or what is around it is the mistake is not known"


async def probe(site: Site) -> AsyncIterator[Observation]:
    for place in ("string", "quotes", "comment"):
        reply = await site.get(f"/{place}")
        yield Observation(
            f"{place}: {reply.status}", harm=reply.status == 500, intact=(reply.status, reply.json) == (200, 2)
        )
