"""ADB204 never-connected: handlers query a database that nothing connects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class NeverConnected(Rule):
    """A database of an application that is connected nowhere in the project."""

    code, name = "ADB204", "never-connected"
    severity, since = Severity.WARNING, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each database, where it is built."""
        for pool in module.unopened_pools:
            name = module.project.lifecycle.name_of(pool.construction)
            yield Finding(
                pool.construction.node,
                "nothing in the project connects this database, so every query of its handlers fails on PostgreSQL "
                "with `DatabaseBackend is not running`",
                help=f"write `await {name}.connect()` in the lifespan of the application, in front of its `yield`, and "
                f"`await {name}.disconnect()` behind it",
                mentions=[Mention(pool.query.module.parsed, pool.query.node, "queried here")],
            )
