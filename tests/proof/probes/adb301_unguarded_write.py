"""A write that the database refuses is a server error, unless somebody says what it means."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Reply, Site

# Words of the drivers' messages that would tell a client about the schema.
LEAKS = ("UNIQUE", "CHECK", "constraint", "users_name_key", "balance_not_negative", "Key (")


async def probe(site: Site) -> AsyncIterator[Observation]:
    twice = await site.post("/users", {"name": "alice", "password": "guess"})
    once = await site.post("/users", {"name": "O'Brien", "password": "lucky"})
    names = await site.value("SELECT COUNT(*) FROM users")
    yield Observation(
        f"name that is taken: {twice.status}",
        harm=twice.status == 500,
        intact=refused_quietly(twice) and once.status == 201 and names == 3,
    )

    too_much = await site.post("/accounts/1/withdrawals", {"amount": 500})
    covered = await site.post("/accounts/1/withdrawals", {"amount": 30})
    balance = await site.value("SELECT balance FROM accounts WHERE id = 1")
    yield Observation(
        f"amount that is not there: {too_much.status}",
        harm=too_much.status == 500,
        intact=refused_quietly(too_much) and covered.status == 201 and balance == 70,
    )


def refused_quietly(reply: Reply) -> bool:
    """Say whether the answer is a conflict that tells nothing about the schema."""
    return reply.status == 409 and not any(word in reply.text for word in LEAKS)
