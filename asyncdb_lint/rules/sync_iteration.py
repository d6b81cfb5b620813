"""ADB103 sync-iteration: rows that are iterated the wrong way, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.iterating import IterationKind
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, WrongIteration

_MESSAGES = {
    IterationKind.PLAIN: "`{source}` is an async generator, which {consumer} cannot iterate: this raises TypeError",
    IterationKind.AWAITED: "`{source}` is an async generator, which cannot be awaited: this raises TypeError",
    IterationKind.SCHEDULED: "`{source}` is an async generator and no coroutine: {consumer} raises TypeError",
    IterationKind.ANSWERED: "the answer is the async generator `{source}`, which cannot be rendered: no row is read",
    IterationKind.VALUE: "`{source}` is an async generator: it is always true, and no row is ever read from it here",
    IterationKind.UNUSED: "nothing iterates `{source}`, so its query never runs, and no warning says so",
    IterationKind.ASYNC_OVER_COROUTINE: "`{source}` is a coroutine, which `async for` cannot iterate: "
    "this raises TypeError, and the query never runs",
    IterationKind.ASYNC_OVER_ROWS: "`await {source}` gives all rows at once, which `async for` cannot iterate: "
    "this raises TypeError",
}


class SyncIteration(Rule):
    """`for` over an async generator, `await` of one, and `async for` over what is none."""

    code, name = "ADB103", "sync-iteration"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each call, at the first place that iterates it wrongly."""
        for wrong in module.wrong_iterations:
            source = f"await {wrong.source}" if wrong.is_behind_await and wrong.gives_async_rows else wrong.source
            yield Finding(
                wrong.place,
                _MESSAGES[wrong.kind].format(source=source, consumer=wrong.consumer),
                help=_advice(wrong, source),
                fix=partial(cures.iterating.iterate_rightly, wrong),
                mentions=[Mention(module.parsed, wrong.call.node, "made here")] if wrong.is_elsewhere else [],
            )


def _advice(wrong: WrongIteration, source: str) -> str:
    loop = f"`async for row in {source}`"
    match wrong.kind:
        case IterationKind.ASYNC_OVER_ROWS:
            advice = f"write `for row in await {source}`"
        case IterationKind.ASYNC_OVER_COROUTINE:
            advice = f"write `{'async ' if wrong.gives_async_rows else ''}for row in await {source}`"
        case IterationKind.PLAIN if wrong.is_collected:
            advice = f"write `[row async for row in {source}]`"
        case IterationKind.PLAIN:
            advice = f"write {loop}"
        case _ if wrong.rows_source:
            advice = f"write {loop}, or `await {wrong.rows_source}` for all rows at once"
        case _:
            advice = f"write {loop}"
    name = wrong.plain_function
    return f"make `{name}` an `async def`, {advice}, and await `{name}` where it is called" if name else advice
