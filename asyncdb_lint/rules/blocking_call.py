"""ADB601 blocking-call: a call that stops the event loop while requests are served."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import BlockingCall as Call
    from ..semantics.facts import ModuleFacts


class BlockingCall(Rule):
    """A synchronous driver, a request over the network or a sleep in an `async def`."""

    code, name = "ADB601", "blocking-call"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each sleep, and one for all else that a function waits for."""
        for found in module.blocking_calls:
            through = "" if found.call is found.cause else f" runs `{found.cause_source}`, which"
            yield Finding(
                found.call.node,
                f"`{found.source}`{through} stops the event loop{_others(len(found.others))}: "
                + (
                    "no other request is served until it returns"
                    if found.serves_requests
                    else "no other task goes on until it returns"
                ),
                help=_advice(found),
                fix=partial(cures.sleeping.sleep_as_a_task, found),
                mentions=_mentions(found),
            )


def _others(count: int) -> str:
    if not count:
        return ""
    return ", as does one more call here" if count == 1 else f", as do {count} more calls here"


def _advice(found: Call) -> str:
    if found.sleeps:
        return "write `await asyncio.sleep(...)`"
    name = found.call.function.name
    if found.is_framework_function:
        return (
            f"write `def {name}` if nothing is awaited in it: FastAPI then runs it in a thread; "
            f"otherwise use an asynchronous client, or write `{found.in_thread}`"
        )
    return f"use an asynchronous client, or let a thread wait: write `{found.in_thread}`"


def _mentions(found: Call) -> list[Mention]:
    cause = [] if found.call is found.cause else [Mention(found.cause.module.parsed, found.cause.node, "waits here")]
    return [*cause, *(Mention(other.module.parsed, other.node, "and here") for other in found.others)]
