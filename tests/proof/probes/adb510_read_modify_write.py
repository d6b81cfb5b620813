"""Deposits at once that write back what they have read: some are lost, and every one of them is answered with 200."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "whether the database can compute the value depends on what is computed"
CLIENTS = 20
BEFORE = 100


async def probe(site: Site) -> AsyncIterator[Observation]:
    replies, _ = await site.get_at_once("/accounts/1/deposit", clients=CLIENTS)
    done = sum(reply.status == 200 for reply in replies)
    added = await site.value("SELECT balance FROM accounts WHERE id = 1") - BEFORE
    yield Observation(
        f"{done} deposits, {'all' if added == done else 'not all'} of them kept",
        harm=done == CLIENTS and added < CLIENTS,
        intact=done == CLIENTS and added == CLIENTS,
    )
