"""Connections belong to the loop that opened them; in another one PostgreSQL's driver refuses to work."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "`await` needs an `async def` around it, and every caller with it"
HIDDEN = {"sqlite": "SQLite has no pool whose connections another loop could own"}


async def probe(site: Site) -> AsyncIterator[Observation]:
    for request in ("first", "second"):
        listed = await site.get("/users")
        yield Observation(
            f"{request} request: {listed.status}",
            harm=listed.status == 500,
            intact=listed.json == ["alice", "bob"],
        )
