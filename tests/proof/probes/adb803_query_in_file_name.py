"""A query that becomes part of the file's name leads to another file, which is empty."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"postgresql": "PostgreSQL is no file"}


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    yield Observation(
        f"account: {account.status}",
        harm=account.status == 500,
        intact=account.json == {"id": 1, "balance": 100},
    )
