"""ADB602 query-in-loop: a query for every item of a loop."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.queries import receiver
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import LoopQuery, ModuleFacts


class QueryInLoop(Rule):
    """A query that a handler runs once for each item."""

    code, name = "ADB602", "query-in-loop"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each loop, at its first query."""
        for found in module.loop_queries:
            through = "" if found.call is found.query else f" and with it `{found.query_source}`"
            yield Finding(
                found.call.node,
                f"`{found.source}`{through} runs once for each `{found.item}`: {_cost(found)}",
                help=_advice(found),
                fix=partial(cures.batching.one_transaction, found),
                mentions=_mentions(found),
            )


def _cost(found: LoopQuery) -> str:
    if found.writes:
        return "as many commits as items, and an error in between leaves a part of them written"
    who = "a request" if found.serves_requests else f"each run of `{found.call.function.name}`"
    return f"{who} takes as many round trips to the database as there are items"


def _advice(found: LoopQuery) -> str:
    if found.writes:
        return f"write all rows by one statement, or put the loop inside `async with {_database(found)}.transaction():`"
    return "ask once, with a JOIN or with `WHERE ... IN` all of the keys, and look the rows up in a dict"


def _database(found: LoopQuery) -> str:
    """What the loop writes to, as far as it stands there."""
    return receiver(found.query) if found.call is found.query else "database"


def _mentions(found: LoopQuery) -> list[Mention]:
    query = [] if found.call is found.query else [Mention(found.query.module.parsed, found.query.node, "run here")]
    return [*query, *(Mention(other.module.parsed, other.node, "and here") for other in found.others)]
