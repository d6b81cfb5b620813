"""ADB505 swallowed-in-transaction: an error is caught inside a transaction that PostgreSQL has given up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..lazy import cst
from ..semantics.queries import shown
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class SwallowedInTransaction(Rule):
    """A `try` around a query, inside a transaction, behind which the transaction goes on."""

    code, name = "ADB505", "swallowed-in-transaction"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each handler."""
        for swallowed in module.swallowed_in_transactions:
            clause, block = swallowed.clause.node, swallowed.block
            yield Finding(
                clause.type if isinstance(clause, cst.ExceptHandler) and clause.type is not None else clause,
                f"PostgreSQL gives `{block.source}` up when `{shown(swallowed.query)}` fails, and it goes on here: "
                "statements that follow fail, and its COMMIT becomes a ROLLBACK without an error",
                help=f"put `async with {block.source}:` inside the `try`: its savepoint takes the error",
                fix=partial(cures.savepoints.put_savepoint, swallowed),
                mentions=[Mention(block.function.module.parsed, block.node, "the transaction")],
            )
