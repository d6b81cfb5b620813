"""ADB104 sync-context-manager: transactions and connections that are entered the wrong way."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.transaction_decorators import DecorationKind
from ..semantics.wrong_entry import EntryKind
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, WrongDecoration, WrongEntry

_MESSAGES = {
    EntryKind.PLAIN: "`{source}` can be entered with `async with` only: this `with` raises TypeError before its block",
    EntryKind.ASYNC: "`{source}` can be entered with `with` only: this `async with` raises TypeError before its block",
    EntryKind.UNCALLED: "`{source}` is a method that is not called: entering it raises TypeError before its block",
    EntryKind.COROUTINE: "`{source}` gives nothing that can be entered: this raises TypeError before its block",
    EntryKind.GENERATOR: "`{source}` is an async generator, which cannot be entered: this raises TypeError",
    EntryKind.AWAITED: "`{source}` cannot be awaited: this raises TypeError, and no connection is opened",
}
_DECORATIONS = {
    DecorationKind.UNCALLED: "`@{source}` is not called: it takes `{name}` for an argument and raises TypeError",
    DecorationKind.PLAIN: "`@{source}` awaits what `{name}` returns, and a plain `def` gives nothing to await: "
    "every call raises TypeError and is rolled back",
    DecorationKind.GENERATOR: "`@{source}` awaits `{name}`, which is a generator: every call raises TypeError",
}


class SyncContextManager(Rule):
    """`with` for `async with`, what cannot be entered, and transactions that decorate what they cannot run."""

    code, name = "ADB104", "sync-context-manager"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each block and each decorator."""
        for wrong in module.wrong_entries:
            yield Finding(
                wrong.node,
                _MESSAGES[wrong.kind].format(source=wrong.source),
                help=_advice(wrong),
                fix=partial(cures.entries.enter_rightly, wrong),
            )
        for decoration in module.wrong_decorations:
            yield Finding(
                decoration.decorator.decorator,
                _DECORATIONS[decoration.kind].format(source=decoration.source, name=decoration.function.name),
                help=_advice_for_function(decoration),
                fix=partial(cures.entries.decorate_rightly, decoration),
            )


def _advice(wrong: WrongEntry) -> str:
    match wrong.kind:
        case EntryKind.ASYNC:
            return f"write `with {wrong.source}:`"
        case EntryKind.GENERATOR:
            return f"decorate `{wrong.maker}` with `@contextlib.asynccontextmanager`"
        case EntryKind.COROUTINE if wrong.remedy is None and wrong.opens_receiver:
            return f"call `{wrong.maker}` when the application starts, and use `{wrong.receiver}` itself here"
        case EntryKind.COROUTINE if wrong.is_awaited and wrong.remedy is None:
            return f"write `connection = {wrong.source}` in its place, and close it in a `finally`"
        case EntryKind.COROUTINE if wrong.remedy is None:
            return f"write `await {wrong.source}` without `async with`, and use its result"
        case EntryKind.AWAITED if wrong.remedy is None:
            return f"enter it: `async with {wrong.target}:` around what uses it"
        case _:
            advice = f"write `async with {wrong.target}:`"
    name = wrong.plain_function
    return f"make `{name}` an `async def`, {advice}, and await `{name}` where it is called" if name else advice


def _advice_for_function(wrong: WrongDecoration) -> str:
    match wrong.kind:
        case DecorationKind.UNCALLED:
            return f"write `@{wrong.source}()`"
        case DecorationKind.PLAIN:
            return f"make `{wrong.function.name}` an `async def`"
        case DecorationKind.GENERATOR:
            return f"write `async with {wrong.source}:` inside `{wrong.function.name}`"
