"""ADB509 slow-await-in-transaction: a transaction holds its connection while something slow is waited for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..semantics.queries import shown
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class SlowAwaitInTransaction(Rule):
    """A request to another service, or a sleep, inside a transaction."""

    code, name = "ADB509", "slow-await-in-transaction"
    severity, since = Severity.WARNING, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each wait."""
        for held in module.held_connections:
            mentions = [Mention(held.block.function.module.parsed, held.block.node, "the transaction")]
            if held.slow is not held.call:
                mentions.append(Mention(held.slow.module.parsed, held.slow.node, "waits here"))
            yield Finding(
                held.call.node,
                f"`{held.block.source}` holds its connection and its locks while `{shown(held.call)}` waits: "
                "requests that need them wait too",
                help=f"move `{shown(held.call)}` in front of `async with {held.block.source}:`, or behind its block",
                mentions=mentions,
            )
