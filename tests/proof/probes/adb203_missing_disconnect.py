"""A pool that nothing closes outlives its application; PostgreSQL keeps a back end for each of its connections."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import COUNT_BACK_ENDS, Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    served = account.json == {"id": 1, "balance": 100}
    ended = await site.shuts_down()
    connected = site.shared_database.is_connected
    left = await site.value(COUNT_BACK_ENDS) if site.backend == "postgresql" else 0
    back_ends = f", {left} back ends left" if site.backend == "postgresql" else ""
    yield Observation(
        f"account: {account.status}, after shutdown `is_connected` is {connected}{back_ends}",
        harm=served and connected and (left > 0 or site.backend == "sqlite"),
        intact=served and ended and not connected and left == 0,
    )
