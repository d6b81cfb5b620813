"""While one request sleeps in its thread, no other is answered; while one sleeps in its task, all others are."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

# What is answered before the handler starts to wait; a loop that goes on answers many more.
FEW = 4


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    reply, answers = await site.answers_meanwhile("/accounts/1/covered?amount=5000", "/accounts/1")
    waited = answers < FEW
    yield Observation(
        f"account: {account.status}, {'after' if waited else 'before'} the one that waits for money",
        harm=waited and account.status == reply.status == 200,
        intact=not waited and account.json == {"id": 1, "balance": 100} and reply.json == {"covered": False},
    )
