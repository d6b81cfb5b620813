"""Values beside `text()`: no request gets an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    for path in ("inline", "kept"):
        reply = await site.get(f"/{path}", params={"name": "alice"})
        yield Observation(
            f"{path}: {reply.status}", harm=reply.status == 500, intact=(reply.status, reply.json) == (200, 1)
        )
