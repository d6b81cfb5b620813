"""A block that cannot be entered is a 500 before its first line."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    moved = await site.post("/transfers", {"source": 1, "target": 2, "amount": 30})
    balance = await site.value("SELECT balance FROM accounts WHERE id = 2")
    yield Observation(
        f"transfer: {moved.status}, {balance} arrived",
        harm=moved.status == 500 and balance == 0,
        intact=moved.status == 200 and balance == 30,
    )

    for path, expected in {"/accounts": [70, 30], "/users": ["alice", "bob"], "/fee": {"fee": 5}}.items():
        answer = await site.get(path)
        yield Observation(f"{path[1:]}: {answer.status}", harm=answer.status == 500, intact=answer.json == expected)
