"""A ROLLBACK on a connection of its own: the session that it should bring back stays deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    refused = await site.post("/close", {})
    kept = await site.value("SELECT COUNT(*) FROM sessions WHERE user_id = 1")
    yield Observation(
        f"refused with {refused.status}, {1 - kept} of 1 session deleted all the same",
        harm=refused.status in (409, 500) and kept == 0,
        intact=(refused.status, kept) == (409, 1),
    )
