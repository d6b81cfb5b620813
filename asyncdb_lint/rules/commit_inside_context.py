"""ADB507 commit-inside-context: a transaction is ended by hand inside the block that ends it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.queries import shown
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class CommitInsideContext(Rule):
    """`commit()` or `rollback()` of a transaction inside its own `async with`."""

    code, name = "ADB507", "commit-inside-context"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each commit and rollback."""
        for transaction in module.transactions:
            for ending in transaction.endings_inside:
                commits = ending in transaction.commits
                yield Finding(
                    ending.node,
                    f"`{shown(ending)}` ends the transaction that `async with` ends again: leaving the block raises "
                    f"IndexError, though everything {'is committed' if commits else 'has been rolled back'} by then",
                    help="leave the commit to `async with`"
                    if commits
                    else "`raise` an exception instead: it leaves the block and rolls back",
                    fix=partial(cures.starting.drop_ending, transaction, ending),
                )
