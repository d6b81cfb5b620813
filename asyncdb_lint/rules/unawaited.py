"""ADB101 unawaited-query and ADB102 unawaited-lifecycle-call: a coroutine of the database that nobody awaits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.losses import LossKind
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import LostCoroutine, ModuleFacts

_MOST_CALLERS = 3
_CONSEQUENCES = {
    LossKind.DISCARDED: "so it never runs",
    LossKind.UNUSED: "so it never runs",
    LossKind.SUBSCRIPTED: "and a coroutine cannot be indexed",
    LossKind.ITERATED: "and a coroutine cannot be iterated",
    LossKind.UNPACKED: "and a coroutine cannot be unpacked",
    LossKind.FORMATTED: "so the text shows a coroutine object, and the query never runs",
    LossKind.OPERAND: "and operators do not work on a coroutine",
    LossKind.ATTRIBUTE: "and a coroutine has none of a result's attributes",
    LossKind.ANSWERED: "so the answer is a coroutine object, which cannot be rendered",
    LossKind.RETURNED: "but returned by a plain `def`, and no caller is known to await it",
    LossKind.DOUBLY_WRAPPED: "so awaiting `{function}` gives a coroutine, not the result",
    LossKind.UNRUN_LAMBDA: "since a task only calls the lambda: the query never runs, and the response is already 200",
}


class UnawaitedQuery(Rule):
    """A query coroutine that is lost."""

    code, name = "ADB101", "unawaited-query"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each lost query."""
        for lost in module.lost_coroutines:
            if lost.is_query:
                yield _finding(module, lost)


class UnawaitedLifecycleCall(Rule):
    """A lost coroutine that would open, close, start, commit or roll back."""

    code, name = "ADB102", "unawaited-lifecycle-call"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each lost call."""
        for lost in module.lost_coroutines:
            if not lost.is_query:
                yield _finding(module, lost)


def _finding(module: ModuleFacts, lost: LostCoroutine) -> Finding:
    source = lost.source
    return Finding(
        lost.call.node,
        f"`{source}` is never awaited, {_consequence(lost)}",
        help=_advice(lost),
        fix=lambda: cures.awaiting.await_where_made(lost),
        mentions=_mentions(lost),
    )


def _consequence(lost: LostCoroutine) -> str:
    kind = lost.loss.kind
    if not lost.is_query and kind in (LossKind.DISCARDED, LossKind.UNUSED, LossKind.ANSWERED, LossKind.UNRUN_LAMBDA):
        return _LIFECYCLE.get(lost.role, "so it does nothing")
    if kind is LossKind.TESTED:
        return "so this condition is always true"
    if kind is LossKind.COMPARED:
        return "so it is compared as a coroutine: it is never None and equals no value"
    if kind is LossKind.INSPECTED:
        return f"and `{lost.consumer}` does not await it"
    return _CONSEQUENCES[kind].format(function=lost.loss.use.function.name if lost.loss.use else "")


_LIFECYCLE = {
    "opens": "so the database is never connected",
    "closes": "so the connections stay open",
    "starts": "so the transaction never starts",
    "commits": "so nothing is committed: what was written is lost when the connection goes",
    "rolls_back": "so nothing is rolled back",
}


def _advice(lost: LostCoroutine) -> str:
    function = lost.call.function
    if lost.is_given_to_scheduler or lost.loss.kind is LossKind.UNRUN_LAMBDA:
        what = "the function" if not lost.call.arguments else "the function and its arguments"
        rest = ", ..." if lost.call.arguments else ""
        return f"hand over {what}, not its coroutine: `{lost.function_source}{rest}`"
    if function.is_module and not function.is_async:
        return f"write `await {lost.source}` in an `async def`, and run that: `asyncio.run(...)`"
    if lost.may_become_async and not function.is_async:
        return f"make `{function.name}` an `async def` and write `await {lost.source}`"
    if lost.loss.kind is LossKind.RETURNED or not function.is_async:
        return (
            f"make `{function.name}` an `async def`, write `await {lost.source}`, "
            f"and await `{function.name}` where it is called"
        )
    return f"write `await {lost.source}`"


def _mentions(lost: LostCoroutine) -> list[Mention]:
    return [*_use_of(lost), *_callers_of(lost)]


def _use_of(lost: LostCoroutine) -> list[Mention]:
    use = lost.loss.use
    if use is None or use.function.module is not lost.call.module or lost.contains(use.node):
        return []
    what = {
        LossKind.TESTED: "tested here",
        LossKind.COMPARED: "compared here",
        LossKind.SUBSCRIPTED: "indexed here",
        LossKind.ITERATED: "iterated here",
        LossKind.FORMATTED: "formatted here",
        LossKind.ANSWERED: "returned here",
        LossKind.RETURNED: "returned here",
        LossKind.INSPECTED: "passed on here",
        LossKind.ATTRIBUTE: "used as a result here",
    }.get(lost.loss.kind)
    return [Mention(lost.call.module.parsed, use.node, what)] if what else []


def _callers_of(lost: LostCoroutine) -> list[Mention]:
    """Where a plain `def` is called that is to become an `async def`."""
    return [
        Mention(call.module.parsed, call.node, f"`{lost.call.function.name}` is called here, without `await`")
        for call in lost.callers[:_MOST_CALLERS]
    ]
