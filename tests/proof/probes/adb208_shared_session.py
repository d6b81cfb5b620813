"""Two queries at once in one session: SQLAlchemy refuses the second one, whatever the database."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "whether the tasks may wait for one another or need sessions of their own is not in the code"


async def probe(site: Site) -> AsyncIterator[Observation]:
    reply = await site.get("/users/1/possessions")
    yield Observation(
        f"possessions: {reply.status}",
        harm=reply.status == 500,
        intact=(reply.status, reply.json) == (200, {"accounts": True, "orders": True}),
    )
