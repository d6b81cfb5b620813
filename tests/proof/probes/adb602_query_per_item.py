"""A query for each item is as many queries as items; one query for all of them is one."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

BY_HAND = "a JOIN, an IN or a subquery: which one is meant is for the author to say"


class Counter(logging.Handler):
    """Counts the queries that `databases` logs."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.queries = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.queries += str(record.msg).startswith("Query")


async def probe(site: Site) -> AsyncIterator[Observation]:
    counter, logger = Counter(), logging.getLogger("databases")
    logger.addHandler(counter)
    logger.setLevel(logging.DEBUG)
    balances = await site.get("/balances", params={"account": [1, 2]})
    yield Observation(
        f"queries for 2 accounts: {counter.queries}",
        harm=counter.queries == 2,
        intact=counter.queries == 1 and balances.json == {"1": 100, "2": 0},
    )
