"""The clause around a query that is returned unawaited has ended when the query fails: what was to be 404 is 500."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "a plain `def` has to become an `async def`, and who calls it without `await` would get something else"


async def probe(site: Site) -> AsyncIterator[Observation]:
    missing = await site.get("/archive")
    await site.value("SELECT COUNT(*) FROM orders")
    yield Observation(
        f"table that is missing: {missing.status}",
        harm=missing.status == 500,
        intact=missing.status == 404 and "nothing is archived here" in missing.text,
    )
