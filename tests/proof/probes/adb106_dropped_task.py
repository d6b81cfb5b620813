"""The error of a write in a task of its own reaches nobody: the answer says 200 to a name that is taken."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    taken = await site.post("/users", {"name": "alice", "password": "another"})
    fresh = await site.post("/users", {"name": "carol", "password": "secret"})
    users = await site.value("SELECT COUNT(*) FROM users WHERE name = 'alice'")
    yield Observation(
        f"a name that is taken: {taken.status}, {users} user of that name",
        harm=taken.status == 200 and users == 1,
        intact=(taken.status, fresh.status) == (409, 200) and users == 1,
    )
