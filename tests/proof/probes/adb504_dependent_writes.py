"""A transfer that is refused has credited the other account all the same: money comes from nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    done = await site.post("/transfers", {"source": 1, "target": 2, "amount": 10})
    refused = await site.post("/transfers", {"source": 1, "target": 2, "amount": 500})
    total = await site.value("SELECT SUM(balance) FROM accounts")
    yield Observation(
        f"refused with {refused.status}, 100 in all became {total}",
        harm=refused.status == 409 and total == 600,
        intact=done.status == 200 and refused.status == 409 and total == 100,
    )
