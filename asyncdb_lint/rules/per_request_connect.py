"""ADB202 per-request-connect: a request connects or disconnects what all requests share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class PerRequestConnect(Rule):
    """`connect()` or `disconnect()` of the shared database while a request is served."""

    code, name = "ADB202", "per-request-connect"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each call; a disconnect beside its connect is part of that finding."""
        for connect in module.request_connects:
            if connect.opens and connect.closes:
                harm = "and a request that ends closes the pool under all others"
            elif connect.opens:
                harm = "and two requests that come first race: one pool of connections leaks"
            else:
                harm = "and all other requests lose their connections"
            yield Finding(
                connect.node,
                f"`{connect.source}` runs for every request on the database that all requests share, {harm}",
                help=f"take it out of `{connect.function.name}`: connect `{connect.database}` once, when the "
                "application starts, and disconnect it once, when it stops",
                fix=partial(cures.hoisting.leave_connected, connect, module.project.lifecycle),
            )
