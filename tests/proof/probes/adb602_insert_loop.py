"""Rows that are written one by one are committed one by one; in one transaction they are committed once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from tests.proof.observation import Observation
from tests.proof.site import Site

ORDERS = [{"item": item, "quantity": 1} for item in ("tea", "milk", "sugar", "honey", "lemon")]
# Bytes 24 to 27 of a database file count the transactions that changed it.
CHANGES = slice(24, 28)


async def probe(site: Site) -> AsyncIterator[Observation]:
    before = await changes(site)
    reply = await site.post("/users/1/orders", {"orders": ORDERS})
    commits = await changes(site) - before
    kept = await site.value("SELECT COUNT(*) FROM orders")
    yield Observation(
        f"commits for {len(ORDERS)} orders: {commits}",
        harm=commits == len(ORDERS),
        intact=commits == 1 and kept == len(ORDERS) and reply.json == {"placed": len(ORDERS)},
    )


async def changes(site: Site) -> int:
    """Count the transactions that wrote to the database."""
    if site.backend == "postgresql":
        written: int = await site.value("SELECT COUNT(DISTINCT xmin::text) FROM orders")
        return written
    file = await site.value("SELECT file FROM pragma_database_list WHERE name = 'main'")
    return changes_of(Path(file))


def changes_of(file: Path) -> int:
    """Read how often a database file was changed."""
    return int.from_bytes(file.read_bytes()[CHANGES], "big")
