"""A row that is iterated gives the names of its columns, and they are shown as if they were its values."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    yield Observation(
        f"account 1: {account.status} {account.text}",
        harm=account.json == {"account": "id", "balance": "balance"},
        intact=account.json == {"account": "1", "balance": "100"},
    )

    names = await site.get("/names")
    yield Observation(
        f"names: {names.text}",
        harm=names.json == ["name", "name"],
        intact=names.json == ["alice", "bob"],
    )

    balances = await site.get("/balances")
    yield Observation(
        f"balances: {balances.text}",
        harm=balances.json == {"name": "balance"},
        intact=balances.json == {"alice": 100, "bob": 0},
    )
