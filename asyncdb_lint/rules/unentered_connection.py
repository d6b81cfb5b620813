"""ADB205 unentered-connection: a query on a connection that nothing has entered."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, UnenteredUse


class UnenteredConnection(Rule):
    """`pool.connection()` is queried without `async with`, or after its block."""

    code, name = "ADB205", "unentered-connection"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe or unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each connection, at its first query out of a block."""
        seen: set[object] = set()
        for use in module.unentered_uses:
            if (use.connection, use.after) in seen:
                continue
            seen.add((use.connection, use.after))
            yield Finding(
                use.query.node,
                f"{_state(use)}, so this query fails with `Connection is not acquired`",
                help=_advice(use),
                fix=partial(cures.acquiring.enter_connection, use),
                mentions=[Mention(module.parsed, use.connection.node, "given here")] if not use.is_chained else [],
            )


def _state(use: UnenteredUse) -> str:
    if use.after is not None:
        return f"the block that has entered `{use.name}` is over"
    return f"`{use.source}` is not entered yet" if use.has_block else f"`{use.source}` is never entered"


def _advice(use: UnenteredUse) -> str:
    if use.has_block:
        return f"query inside the `async with`, or ask `{use.pool_source}` itself"
    if use.is_chained:
        return f"ask `{use.pool_source}` itself: it enters a connection for each query"
    return f"write `async with {use.source} as {use.name}:` around what uses it"
