"""A time limit that ends with its own statement limits nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

HIDDEN = {"sqlite": "SQLite has no statement timeout"}


async def probe(site: Site) -> AsyncIterator[Observation]:
    report = await site.get("/report")
    is_limited = site.backend == "postgresql"
    yield Observation(
        f"report: {report.status}",
        harm=is_limited and report.json == {"users": 2},
        intact=report.status == 503 if is_limited else report.json == {"users": 2},
    )
