"""While a synchronous driver works on the event loop, no other request is answered."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "a plain handler, a thread or an asynchronous driver are three different answers"

# What is answered before the handler starts to wait; a loop that goes on answers many more.
FEW = 4


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    reply, answers = await site.answers_meanwhile("/statistics", "/accounts/1")
    waited = answers < FEW
    yield Observation(
        f"account: {account.status}, {'after' if waited else 'before'} the statistics",
        harm=waited and account.status == reply.status == 200,
        intact=not waited and account.json == {"id": 1, "balance": 100} and reply.json == {"count": 2_000_000},
    )
