"""ADB105 loop-per-call: work on the application's database in an event loop that is not the application's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..semantics.loop_calls import LoopKind
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import LoopCall, ModuleFacts

_MESSAGES = {
    LoopKind.RUNNING: "an event loop runs here already, so `{source}` raises RuntimeError and `{work}` never runs",
    LoopKind.REQUEST: "`{source}` runs `{work}` in an event loop of its own for every request, but the connections "
    "belong to the application's loop: PostgreSQL refuses, and the pool loses a connection",
    LoopKind.IMPORT: "`{source}` runs `{work}` when the application is imported, in an event loop that ends before the "
    "application's begins: on PostgreSQL, connections opened in it fail in every request",
}


class LoopPerCall(Rule):
    """`asyncio.run(...)` in a handler, or when an application is imported."""

    code, name = "ADB105", "loop-per-call"
    severity, since = Severity.ERROR, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each loop."""
        for loop in module.loop_calls:
            message = _MESSAGES[loop.kind].format(source=loop.source, work=loop.work_source)
            yield Finding(loop.call.node, message, help=_advice(loop))


def _advice(loop: LoopCall) -> str:
    if loop.kind is LoopKind.IMPORT:
        return f"write `await {loop.work_source}` in the lifespan of the application"
    name = loop.plain_function
    if not name:
        return f"write `await {loop.work_source}`"
    return f"make `{name}` an `async def`, write `await {loop.work_source}`, and await `{name}` where it is called"
