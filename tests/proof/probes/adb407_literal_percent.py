"""Percent signs in the SQL of a SQLite database: no request gets an answer, whatever the other database is."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "`%%` is right in a pattern and wrong everywhere else"


async def probe(site: Site) -> AsyncIterator[Observation]:
    for use in ("pattern", "format", "remainder"):
        reply = await site.get(f"/{use}")
        yield Observation(
            f"{use}: {reply.status}", harm=reply.status == 500, intact=(reply.status, reply.json) == (200, True)
        )
