"""Every row of a table is fetched where one is used: the rows that the driver hands over are counted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from databases.backends.common.records import Record

from tests.proof.observation import Observation
from tests.proof.site import Reply, Site

ORDERS = 500
# The function only asks for one row: that, and nothing that grows with the table.
FEW = 1

ADD_ORDERS = f"""
WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < {ORDERS})
INSERT INTO orders (user_id, item, quantity) SELECT 1, 'tea', number FROM numbers
"""


async def probe(site: Site) -> AsyncIterator[Observation]:
    await site.value(ADD_ORDERS)
    for path, expected in (("/latest", {"quantity": ORDERS}), ("/count", ORDERS), ("/any", True)):
        reply, fetched = await rows_fetched(site, path)
        yield Observation(
            f"{path}: {fetched} of {ORDERS} rows fetched" if fetched > 1 else f"{path}: 1 row fetched",
            harm=fetched == ORDERS,
            intact=fetched == FEW and reply.status == 200 and reply.json == expected,
        )


async def rows_fetched(site: Site, path: str) -> tuple[Reply, int]:
    """Send a request, and count the rows that the database handed over for it."""
    with counted_rows() as rows:
        reply = await site.get(path)
    return reply, len(rows)


@contextmanager
def counted_rows() -> Iterator[list[None]]:
    """Note every row that is made of what a driver fetched."""
    rows: list[None] = []
    make = Record.__init__

    def count(self: Record, *arguments: Any) -> None:
        rows.append(None)
        make(self, *arguments)

    with patch.object(Record, "__init__", count):
        yield rows
