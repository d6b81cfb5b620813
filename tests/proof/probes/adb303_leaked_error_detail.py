"""A client reads in the answer how the tables are built, and on PostgreSQL what is in them."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

# What the drivers' messages tell of the schema, and of the row.
SCHEMA = ("users.name", "users_name_key")
ROW = "(alice)"


async def probe(site: Site) -> AsyncIterator[Observation]:
    twice = await site.post("/users", {"name": "alice", "password": "guess"})
    once = await site.post("/users", {"name": "carol", "password": "lucky"})
    shows_schema = any(word in twice.text for word in SCHEMA)
    shows_row = ROW in twice.text
    shown = [word for word, is_shown in (("the schema", shows_schema), ("the row", shows_row)) if is_shown]
    yield Observation(
        f"name that is taken: {twice.status}, the answer shows {' and '.join(shown) or 'nothing of the database'}",
        harm=shows_schema and shows_row == (site.backend == "postgresql"),
        intact=not shows_schema and not shows_row and twice.status == 409 and once.status == 201,
    )
