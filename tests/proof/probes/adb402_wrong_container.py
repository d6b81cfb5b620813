"""Values that are no dict, or one dict where a list is due: every request fails."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "whether the method or the container was meant is not known"


async def probe(site: Site) -> AsyncIterator[Observation]:
    for given in ("model", "list", "many"):
        reply = await site.post(f"/{given}", {"name": "alice"})
        yield Observation(
            f"{given}: {reply.status}", harm=reply.status == 500, intact=(reply.status, reply.json) == (200, 1)
        )
