"""ADB208 shared-raw-connection: a connection for one task at a time, in several."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, SharedConnection


class SharedRawConnection(Rule):
    """Tasks, or requests, that use one connection at once."""

    code, name = "ADB208", "shared-raw-connection"
    severity, since = Severity.ERROR, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each connection of a function."""
        for shared in module.shared_connections:
            name = shared.connection
            if shared.is_global:
                message = f"every request uses the one `{name}`, which works for one task at a time: two at once fail"
                advice = (
                    f"keep a pool, or what makes sessions, in the place of `{name}`; open a `{name}` in each handler"
                )
            else:
                message = (
                    f"the tasks of `{shared.source}` use `{name}` at once, which works for one task at a time: "
                    "the second one gets an error, or meets what the first has half done"
                )
                advice = f"await them one after the other, or open a `{name}` of its own in each task"
            yield Finding(shared.call.node, message, help=advice, mentions=_mentions(module, shared))


def _mentions(module: ModuleFacts, shared: SharedConnection) -> list[Mention]:
    """The work that stands elsewhere than in the call that makes the tasks."""
    if shared.is_global:
        return []
    outer = module.parsed.range_of(shared.call.node)
    places = [work.node for work in shared.work]
    return [
        Mention(module.parsed, node, "in one task")
        for node in places
        if not (outer.start <= module.parsed.range_of(node).start and module.parsed.range_of(node).end <= outer.end)
    ]
