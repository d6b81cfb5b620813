"""A sort key from the client answers any question about any table: the order of the rows is the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tests.proof.observation import Observation
from tests.proof.site import Reply, Site

BY_HAND = "a bound sort key would sort by a constant"


async def probe(site: Site) -> AsyncIterator[Observation]:
    right = await guess_token_of_alice(site, "token-of-alice")
    wrong = await guess_token_of_alice(site, "token-of-bob")
    tells = right.json == ["alice", "bob"] and wrong.json == ["bob", "alice"]
    sorted_by_name = await site.get("/users")
    yield Observation(
        f"a guessed session token is {'confirmed' if tells else 'refused'}: {right.status}",
        harm=tells,
        intact=(right.status, wrong.status) == (422, 422) and sorted_by_name.json == ["alice", "bob"],
    )


async def guess_token_of_alice(site: Site, token: str) -> Reply:
    """Ask for the users in the order of their numbers if the guess is right, and in the reverse order if it is not."""
    guess = f"(SELECT token FROM sessions WHERE user_id = 1) = '{token}'"
    return await site.get("/users", params={"sort": f"id * (CASE WHEN {guess} THEN 1 ELSE -1 END)"})
