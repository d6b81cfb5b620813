"""ADB201 per-request-database: every request opens a pool of its own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.queries import shown
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class PerRequestDatabase(Rule):
    """A pool built in a handler, a dependency, or what they call."""

    code, name = "ADB201", "per-request-database"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each construction."""
        for built in module.request_constructions:
            backend = module.project.backends.built_by(built.call)
            before = "SQLite bears that, but " if backend is not None and backend.dialect == "sqlite" else ""
            yield Finding(
                built.call.node,
                f"every {'request' if built.is_known_handler else 'call'} opens a pool of connections here; "
                f"{before}PostgreSQL refuses new clients at about 10 requests at once",
                help=f"build it once, at module level: `{built.name} = {shown(built.call)}`; connect it when the "
                "application starts and disconnect it when it stops",
                fix=partial(cures.hoisting.hoist, built, module.project.lifecycle),
            )
