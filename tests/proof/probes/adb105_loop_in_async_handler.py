"""No second event loop can run inside a running one: every request is a 500."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "`await` needs an `async def` around it, and every caller with it"


async def probe(site: Site) -> AsyncIterator[Observation]:
    for request in ("first", "second"):
        listed = await site.get("/users")
        yield Observation(
            f"{request} request: {listed.status}",
            harm=listed.status == 500,
            intact=listed.json == ["alice", "bob"],
        )
