"""ADB203 missing-disconnect: a database that is connected and not disconnected again."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.queries import shown
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, UnclosedPool


class MissingDisconnect(Rule):
    """Connected at startup and closed nowhere, or not when an error is raised."""

    code, name = "ADB203", "missing-disconnect"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each place that connects, or that should disconnect."""
        for pool in module.unclosed_pools:
            yield _reopened(pool, module) if pool.reopened_by is not None else _unclosed(pool, module)
        for closing in module.unsafe_closings:
            yield Finding(
                closing.closing.node,
                f"an error inside `async with {closing.function.name}(...)` skips this disconnect: its pool stays open",
                help=f"put the `yield` into a `try`, and `{shown(closing.closing)}` into its `finally`",
                fix=partial(cures.closing.close_in_finally, closing),
            )


def _unclosed(pool: UnclosedPool, module: ModuleFacts) -> Finding:
    name = module.project.lifecycle.name_of(pool.construction)
    return Finding(
        pool.opening.node,
        "the application opens this database at startup and nothing closes it: its connections stay until the process "
        "ends, and the next application or test in it finds them on a dead event loop",
        help=f"write `await {name}.disconnect()` where the application stops: behind the `yield` of its lifespan, in a "
        "`finally`",
        fix=partial(cures.closing.close_at_shutdown, pool, module.project.lifecycle),
    )


def _reopened(pool: UnclosedPool, module: ModuleFacts) -> Finding:
    return Finding(
        pool.place.node,
        f"`{pool.reopened_by}` runs at shutdown and connects the database once more: nothing disconnects it",
        help=f"write `await {module.project.lifecycle.name_of(pool.construction)}.disconnect()` there",
        fix=partial(cures.closing.close_instead, pool, module.project.lifecycle),
        mentions=[Mention(pool.opening.function.module.parsed, pool.opening.node, "connected here")],
    )
