"""What a task of its own has written survives the rollback of the transaction around it."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site


async def probe(site: Site) -> AsyncIterator[Observation]:
    new = await site.post("/users", {"name": "carol", "password": "carrots"})
    taken = await site.post("/users", {"name": "alice", "password": "rabbit hole"})
    orders = await site.value("SELECT COUNT(*) FROM orders WHERE item IN ('welcome alice', 'voucher alice')")
    kept = await site.value("SELECT COUNT(*) FROM orders WHERE item IN ('welcome carol', 'voucher carol')")
    yield Observation(
        f"refused with {taken.status}, {orders} orders of it kept",
        harm=taken.status == 409 and orders == 2,
        intact=new.status == 200 and kept == 2 and taken.status == 409 and orders == 0,
    )
