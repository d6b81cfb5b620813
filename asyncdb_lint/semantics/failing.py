"""Uses that no coroutine survives: whatever else becomes of it, the code fails there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .consumers import Consumers
from .loss_kinds import DIRECT, Loss, LossKind
from .records import Use, UseKind

COROUTINE_ATTRIBUTES = {
    "close",
    "send",
    "throw",
    "__await__",
    "__aenter__",  # of what can be entered as well as awaited
    "__aexit__",
    "cr_await",
    "cr_code",
    "cr_frame",
    "cr_running",
    "cr_origin",
}
_FAILING = {UseKind.SUBSCRIPTED, UseKind.ITERATED, UseKind.UNPACKED}


def failing_loss(consumers: Consumers, uses: Sequence[Use], is_answer: Callable[[Use], bool]) -> Loss | None:
    """The loss by the first such use."""
    use = failing_use(consumers, uses, is_answer)
    if use is None:
        return None
    if use.kind is UseKind.RETURNED:
        return Loss(LossKind.ANSWERED, use)
    if use.kind is UseKind.ARGUMENT:
        return Loss(LossKind.UNPACKED if use.is_starred else LossKind.INSPECTED, use)
    return Loss(DIRECT.get(use.kind, LossKind.ATTRIBUTE), use)


def failing_use(consumers: Consumers, uses: Sequence[Use], is_answer: Callable[[Use], bool]) -> Use | None:
    """The first use that fails for any coroutine; None too where the code awaits it, or asks whether it has to.

    `is_answer` says of a `return` whether a framework makes a response of what it returns.
    """
    found: Use | None = None
    for use in uses:
        if use.kind is UseKind.AWAITED and not use.contained:
            return None
        if use.kind is UseKind.ARGUMENT and (consumers.is_awaited_by(use) or consumers.asks(use)):
            return None
        fails = is_answer(use) if use.kind is UseKind.RETURNED else _fails(consumers, use)
        if found is None and use.is_certain and not use.taken and fails:
            found = use
    return found


def _fails(consumers: Consumers, use: Use) -> bool:
    if use.kind is UseKind.ARGUMENT:
        return consumers.rejects(use)
    if use.contained:
        return False
    if use.kind is UseKind.ATTRIBUTE:
        return use.attribute not in COROUTINE_ATTRIBUTES
    return use.kind in _FAILING
