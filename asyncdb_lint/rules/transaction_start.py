"""ADB502 unentered-transaction and ADB506 double-start: a transaction that is started never, or twice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class UnenteredTransaction(Rule):
    """A transaction that nothing starts."""

    code, name = "ADB502", "unentered-transaction"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each transaction that is made, kept to itself and never started."""
        for transaction in module.transactions:
            if not (transaction.is_started or transaction.is_handed_on or transaction.is_entered_wrongly):
                ends = [*transaction.commits, *transaction.rollbacks]
                harm = f"`{transaction.name}` has nothing to end, and raises IndexError" if ends else "no error tells"
                yield Finding(
                    transaction.call.node,
                    f"`{transaction.source}` is never entered, so there is no transaction: each statement is committed "
                    f"by itself, and {harm}",
                    help=f"write `async with {transaction.source}:` around the statements that belong together",
                    fix=partial(cures.starting.start, transaction),
                )


class DoubleStart(Rule):
    """A transaction that is awaited or started, and then started again."""

    code, name = "ADB506", "double-start"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each transaction, at its second start."""
        for transaction in module.transactions:
            if transaction.second_start is not None:
                yield Finding(
                    transaction.second_start,
                    f"`{transaction.source}` is started twice, so its COMMIT only closes a savepoint: "
                    "nothing written here is kept",
                    help="start it once: `async with` starts it, as `await` and `.start()` do",
                    fix=partial(cures.starting.drop_first_start, transaction),
                    mentions=[Mention(module.parsed, transaction.first_start, "started here for the first time")],
                )
