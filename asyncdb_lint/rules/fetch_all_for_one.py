"""ADB603 fetch-all-for-one: every row is fetched where one row, or their number, is all that is used."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.fetches import Needed
from ..semantics.queries import receiver
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ExcessiveFetch, ModuleFacts


class FetchAllForOne(Rule):
    """A query that fetches more rows than are used."""

    code, name = "ADB603", "fetch-all-for-one"
    severity, since = Severity.INFO, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each query."""
        for fetch in module.excessive_fetches:
            yield Finding(
                fetch.call.node,
                f"`{fetch.source}` fetches every row, {_PURPOSE[fetch.needed]}",
                help=_advice(fetch),
                fix=partial(cures.fetching.fetch_less, fetch),
            )


_PURPOSE = {
    Needed.FIRST: "and only the first is used",
    Needed.EXISTENCE: "only to see whether there is one",
    Needed.COUNT: "only to count them",
}


def _advice(fetch: ExcessiveFetch) -> str:
    if fetch.needed is Needed.COUNT:
        return f"let the database count: `SELECT COUNT(*) ...` with `{fetch.value_method}`"
    return f"write `await {receiver(fetch.call)}.{fetch.row_method}(...)`, which gives None where there is no row"
