"""Placeholders of other drivers: no request gets an answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    for style in ("asyncpg", "sqlite", "psycopg"):
        reply = await site.get(f"/{style}", params={"name": "alice"})
        yield Observation(
            f"{style}: {reply.status}", harm=reply.status == 500, intact=(reply.status, reply.json) == (200, 1)
        )
