"""Rows that are iterated the wrong way are a 500 on every request."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

LISTS = {
    "/users": ["alice", "bob"],
    "/accounts": [100, 0],
    "/sessions": ["token-of-alice", "token-of-bob"],
}


async def probe(site: Site) -> AsyncIterator[Observation]:
    for path, expected in LISTS.items():
        listed = await site.get(path)
        yield Observation(f"{path[1:]}: {listed.status}", harm=listed.status == 500, intact=listed.json == expected)
