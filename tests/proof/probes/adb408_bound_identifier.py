"""Bound names: rows in no order and a column that is none, both without an error."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "which names are allowed is not written there"


async def probe(site: Site) -> AsyncIterator[Observation]:
    descending = await site.get("/sorted", params={"sort": "name"})
    yield Observation(
        f"sorted by name, descending: {_shown(descending.json)}",
        harm=(descending.status, descending.json) == (200, ["alice", "bob"]),
        intact=(descending.status, descending.json) == (200, ["bob", "alice"]),
    )

    names = await site.get("/column", params={"column": "name"})
    yield Observation(
        f"the column `name`: {_shown(names.json)}",
        harm=(names.status, names.json) == (200, ["name", "name"]),
        intact=(names.status, names.json) == (200, ["alice", "bob"]),
    )


def _shown(names: object) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) else str(names)
