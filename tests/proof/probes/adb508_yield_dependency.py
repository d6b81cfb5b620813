"""A commit that fails behind the `yield` of a dependency: the client has been told 200, and nothing is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"sqlite": "SQLite checks foreign keys only where a PRAGMA says so"}
BY_HAND = "where the transaction of a handler begins is for its author to say"


async def probe(site: Site) -> AsyncIterator[Observation]:
    sound = await site.post("/chapters", {"id": 1, "follows": 1})
    broken = await site.post("/chapters", {"id": 2, "follows": 99})
    if sound.status != 200:
        yield Observation(f"a sound chapter: {sound.status}", harm=False, intact=False)
        return
    kept = await site.value("SELECT COUNT(*) FROM chapters WHERE id = 2")
    refused = broken.status == 409 and kept == 0
    unchecked = site.backend == "sqlite" and broken.status == 200 and kept == 1
    yield Observation(
        f"a chapter that follows none: {broken.status}, {kept} {'row' if kept == 1 else 'rows'}",
        harm=broken.status == 200 and kept == 0,
        intact=refused or unchecked,
    )
