"""A `connect()` that nobody awaits opens no pool; SQLite has none to miss, so there only the state tells."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    connected = site.shared_database.is_connected
    account = await site.get("/accounts/1")
    answer = account.json == {"id": 1, "balance": 100}
    needs_pool = site.backend == "postgresql"
    yield Observation(
        f"`is_connected` is {connected}, account: {account.status}",
        harm=not connected and (account.status == 500 if needs_pool else answer),
        intact=connected and answer,
    )
