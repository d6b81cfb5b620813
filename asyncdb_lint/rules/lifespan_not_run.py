"""ADB210 lifespan-not-run: what would open the database at startup never runs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class LifespanNotRun(Rule):
    """Events beside a lifespan, the lifespan of a mounted application, a test client that is not entered."""

    code, name = "ADB210", "lifespan-not-run"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each application that is kept from starting, and for each test client."""
        for events in module.database_events:
            if events.is_silenced:
                yield Finding(
                    events.node,
                    f"the application has a lifespan, so `{events.source}` never runs: "
                    "what it does for the database is not done",
                    help=f"call `{events.source}` in the lifespan: events and a lifespan do not go together",
                    fix=partial(cures.lifespans.run_in_lifespan, events, module.project.lifecycle),
                )
        for mounted in module.mounted_lifespans:
            yield Finding(
                mounted.node,
                "the lifespan of a mounted application never runs, so its database stays closed",
                help=f"write `{mounted.source}` in the lifespan of the outermost application",
                mentions=[Mention(mounted.opening_module.parsed, mounted.opening, "never runs")],
            )
        for client in module.unentered_clients:
            yield Finding(
                client.call.node,
                f"`{client.source}` runs no lifespan, so the requests of these tests find the database closed",
                help=client.advice,
                fix=partial(cures.entering_clients.enter_client, client),
                mentions=[Mention(client.opening_module.parsed, client.opening, "would open it")],
            )
