"""A query that waits for its own loop to end never comes back; whoever asks has to give up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

PATIENCE = 3.0


async def probe(site: Site) -> AsyncIterator[Observation]:
    request = asyncio.create_task(site.get("/first-funded"))
    answered, _ = await asyncio.wait({request}, timeout=PATIENCE)
    says = f"{request.result().status}" if answered else f"no answer in {PATIENCE:.0f} s"
    yield Observation(
        f"owner: {says}",
        harm=not answered,
        intact=bool(answered) and request.result().json == {"owner": "alice"},
    )
    request.cancel()
