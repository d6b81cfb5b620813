"""Events work as they always did; what they cost is a warning for each, and that a lifespan would silence them."""

from __future__ import annotations

import importlib
import sys
import warnings
from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Site

SERVICES = ("pitfalls.adb211_on_event", "corrected.adb211_on_event")


async def probe(site: Site) -> AsyncIterator[Observation]:
    account = await site.get("/accounts/1")
    served = account.json == {"id": 1, "balance": 100}
    ended = await site.shuts_down()
    closed = ended and not site.shared_database.is_connected
    service = next(sys.modules[name] for name in SERVICES if name in sys.modules)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        importlib.reload(service)
    deprecations = sum(issubclass(warning.category, DeprecationWarning) for warning in caught)
    yield Observation(
        f"account: {account.status}, {deprecations} deprecation warnings",
        harm=served and deprecations > 0,
        intact=served and closed and deprecations == 0,
    )
