"""A server without TLS must be refused by a service that asks for it, and is not."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"sqlite": "SQLite has no network that could be listened to"}

IN_CLEAR = (
    "SELECT COUNT(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
    " WHERE NOT ssl AND datname = current_database() AND usename <> current_user"
)


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    if site.backend == "sqlite":
        yield Observation(f"account: {account.status}", harm=False, intact=account.status == 200)
        return
    in_clear = await site.value(IN_CLEAR) > 0
    yield Observation(
        f"{'connections in clear' if in_clear else 'no connection in clear'}, account: {account.status}",
        harm=in_clear and account.status == 200,
        intact=not in_clear and account.status == 503,
    )
