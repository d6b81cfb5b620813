"""ADB508 escaping-transaction: a transaction around what runs in another task, or ended after the response."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..semantics.boundaries import Boundary
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class EscapingTransaction(Rule):
    """A transaction around `call_next`, or around the `yield` of a dependency."""

    code, name = "ADB508", "escaping-transaction"
    severity, since = Severity.WARNING, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each block."""
        for found in module.escaping_transactions:
            block = found.block
            if found.boundary is Boundary.CALL_NEXT:
                yield Finding(
                    block.node,
                    f"handlers run in a task of their own, on other connections: `{block.source}` around `call_next` "
                    "does not undo what a failed request has written",
                    help=f"write `async with {block.source}:` in the handlers that need one",
                    mentions=[Mention(module.parsed, found.place or block.node, "the handler runs behind this call")],
                )
            else:
                yield Finding(
                    block.node,
                    f"`{block.source}` is committed after the response is sent: a commit that fails loses what the "
                    "client was told is done",
                    help=f"write `async with {block.source}:` in the handler: it ends before the response is sent",
                )
