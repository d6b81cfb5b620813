"""A password in the source is a password for everybody who has the source."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

PASSWORD_IN_URL = re.compile(r"://[^:/@\s]+:([^@/\s]+)@")


async def probe(site: Site) -> AsyncIterator[Observation]:
    known = PASSWORD_IN_URL.findall(site.source)
    account = await site.get("/accounts/1")
    yield Observation(
        f"{'a' if known else 'no'} password to be read in the source, account: {account.status}",
        harm=bool(known),
        intact=not known and account.json == {"id": 1, "balance": 100},
    )
