"""Behind two slashes no file is named: the table that the lifespan creates is gone when a request asks for it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    price = await site.get("/prices/tea")
    yield Observation(
        f"item that has no price: {price.status}",
        harm=price.status == 500,
        intact=price.json == {"detail": "no such item"},
    )
