"""ADB404 raw-transaction-control: BEGIN, COMMIT and ROLLBACK on connections that are taken anew for each."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class RawTransactionControl(Rule):
    """BEGIN, COMMIT and ROLLBACK on connections that are taken anew for each."""

    code, name = "ADB404", "raw-transaction-control"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each function, at its first such statement."""
        for found in module.raw_transactions:
            first, *others = found.statements
            source = first.run.query.source
            yield Finding(
                first.run.node,
                f"`{source}` runs every statement on a connection of its own, so this {first.verb.upper()} is in no "
                "transaction with the others: each is committed by itself, and nothing can be rolled back",
                help=f"write `async with {first.run.query.database}.transaction():` around the statements that belong "
                "together",
                fix=partial(cures.transacting.enter_transaction, found, module.project),
                mentions=[
                    Mention(other.run.module.parsed, other.run.node, f"{other.verb.upper()} on another connection")
                    for other in others
                ],
            )
