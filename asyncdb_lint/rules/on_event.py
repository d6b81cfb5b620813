"""ADB211 on-event: the database is opened or closed by deprecated startup and shutdown events."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class OnEvent(Rule):
    """`on_event`, `add_event_handler` and `on_startup` for the database."""

    code, name = "ADB211", "on-event"
    severity, since = Severity.INFO, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each application, at its first event for a database."""
        for events in module.database_events:
            if events.is_silenced:
                continue
            yield Finding(
                events.node,
                f"`{events.source}` runs as a {events.first.event} event, which is deprecated and is ignored "
                "without a word as soon as the application gets a lifespan",
                help="write one lifespan for the application: connect, `yield` in a `try`, disconnect in its `finally`",
                fix=partial(cures.lifespans.run_in_lifespan, events, module.project.lifecycle),
            )
