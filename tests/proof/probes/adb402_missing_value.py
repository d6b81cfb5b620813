"""A value left out: PostgreSQL binds NULL and a stolen session stays open. A misspelt key: no password is changed."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    await site.value("INSERT INTO sessions (token, user_id) VALUES ('stolen', 1) RETURNING token")
    reply = await site.post("/sessions/close-others", {"user_id": 1, "token": "token-of-alice"})
    stolen = await site.value("SELECT COUNT(*) FROM sessions WHERE token = 'stolen'")
    own = await site.value("SELECT COUNT(*) FROM sessions WHERE token = 'token-of-alice'")
    yield Observation(
        f"other sessions closed: {reply.status}, the stolen one is {'still open' if stolen else 'gone'}",
        harm=reply.status in (200, 500) and stolen == 1,
        intact=(reply.status, stolen, own) == (200, 0, 1),
    )

    before = await site.value("SELECT password_hash FROM users WHERE name = 'bob'")
    changed = await site.post("/password", {"name": "bob", "password": "plumber"})
    after = await site.value("SELECT password_hash FROM users WHERE name = 'bob'")
    yield Observation(
        f"password changed: {changed.status}",
        harm=changed.status == 500,
        intact=changed.status == 200 and before != after,
    )
