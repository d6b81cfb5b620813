"""ADB503 unbalanced-transaction: started by hand, and on some way out neither committed nor rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, Unbalanced

_WAYS = {
    "returns": "where the function returns",
    "raises": "where an exception is raised",
    "fails": "when a statement after it fails",
}


class UnbalancedTransaction(Rule):
    """A transaction that stays open where its function is left."""

    code, name = "ADB503", "unbalanced-transaction"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each transaction, with the first way out that leaves it open."""
        for found in module.unbalanced_transactions:
            transaction = found.transaction
            where = f" {_WAYS[found.how]}" if found.how in _WAYS else ""
            harm = "its connection is never given back, and what it has locked stays locked"
            if not transaction.commits and not transaction.rollbacks:
                where, harm = "", f"nothing that it writes is kept, and {harm}"
            yield Finding(
                transaction.call.node,
                f"`{transaction.name}` is neither committed nor rolled back{where}: {harm}",
                help=f"write `async with {transaction.source}:`, which ends it on every way out",
                fix=partial(cures.entering.enter_instead, transaction),
                mentions=_mentions(module, found),
            )


def _mentions(module: ModuleFacts, found: Unbalanced) -> list[Mention]:
    if found.place is found.transaction.call.node:
        return []
    return [
        Mention(
            module.parsed, found.place, "still open here" if found.how != "fails" else "an error here leaves it open"
        )
    ]
