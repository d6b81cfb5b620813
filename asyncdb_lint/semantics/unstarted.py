"""Connections and pools that are used though nothing has awaited or entered them."""

from __future__ import annotations

from .calling import is_startable
from .loss_kinds import Loss, LossKind
from .records import CallRecord, UseKind
from .resolve import Resolver
from .values import FunctionValue

# What starts it without `await` and `async with` around it.
_STARTING = {"__aenter__", "__await__", "start"}


def unstarted(resolver: Resolver, call: CallRecord) -> Loss | None:
    """How an object is lost that works once it is awaited or entered; None where that may happen out of sight."""
    if call.function.is_module and not call.function.is_async:
        return None
    uses = [use for use in call.uses if use.kind is not UseKind.BOUND]
    if len(uses) == 1 and uses[0].kind is UseKind.DISCARDED:
        return Loss(LossKind.DISCARDED, uses[0])
    if any(use.kind is not UseKind.ATTRIBUTE or use.taken or use.contained for use in uses):
        return None
    if any(use.attribute in _STARTING or use.function is not call.function for use in uses):
        return None
    needs_start = [
        use
        for use in uses
        if any(
            isinstance(value, FunctionValue)
            and value.function.module.is_stub
            and (value.function.is_async or is_startable(value.function))
            for value in resolver.attribute(resolver.resolve(call.result), use.attribute)
        )
    ]
    return Loss(LossKind.UNUSED, needs_start[0]) if needs_start else None
