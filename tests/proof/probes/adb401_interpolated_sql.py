"""What a client sends becomes SQL: it reads other tables, skips the password, and breaks on an apostrophe."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    dump = await site.get("/users", params={"name": "x' UNION SELECT user_id, token FROM sessions --"})
    found = await site.get("/users", params={"name": "alice"})
    tokens = dump.text.count("token-of-")
    yield Observation(
        f"UNION: {tokens} of 2 session tokens read",
        harm=dump.status == 200 and tokens == 2,
        intact=dump.json == [] and found.json == [{"name": "alice"}],
    )

    forged = await site.post("/login", {"name": "alice' --", "password": "guess"})
    wrong = await site.post("/login", {"name": "alice", "password": "guess"})
    right = await site.post("/login", {"name": "alice", "password": "wonderland"})
    yield Observation(
        f"login as `alice' --`: {forged.status}",
        harm=forged.status == 200,
        intact=(forged.status, wrong.status, right.status) == (401, 401, 200),
    )

    searched = await site.get("/users", params={"name": "O'Brien"})
    unknown = await site.post("/login", {"name": "O'Brien", "password": "lucky"})
    yield Observation(
        f"search for O'Brien: {searched.status}",
        harm=searched.status == 500,
        intact=searched.json == [] and unknown.status == 401,
    )
