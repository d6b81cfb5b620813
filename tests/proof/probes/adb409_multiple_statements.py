"""Two statements in one text: the request fails, and neither of them runs."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "whether the statements belong into one transaction is not written there"


async def probe(site: Site) -> AsyncIterator[Observation]:
    reply = await site.post("/leave", {})
    kept = await site.value("SELECT COUNT(*) FROM sessions WHERE user_id = 1")
    yield Observation(
        f"{reply.status}, {1 - kept} of 1 session closed",
        harm=reply.status == 500 and kept == 1,
        intact=(reply.status, kept) == (200, 0),
    )
