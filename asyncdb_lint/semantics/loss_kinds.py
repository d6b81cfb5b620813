"""The ways in which a coroutine is lost."""

from __future__ import annotations

import enum
from typing import NamedTuple

from .records import Use, UseKind


class LossKind(enum.Enum):
    """How a coroutine is lost."""

    DISCARDED = "discarded"
    UNUSED = "kept and never awaited"
    TESTED = "tested"
    COMPARED = "compared"
    SUBSCRIPTED = "indexed"
    ITERATED = "iterated"
    UNPACKED = "unpacked"
    FORMATTED = "formatted"
    OPERAND = "used with an operator"
    ATTRIBUTE = "asked for an attribute"
    INSPECTED = "passed to something that does not await"
    ANSWERED = "returned from a handler"
    RETURNED = "returned by a plain def"
    DOUBLY_WRAPPED = "returned by an async def"
    UNRUN_LAMBDA = "left behind by a lambda"


class Loss(NamedTuple):
    """How and where a coroutine is lost."""

    kind: LossKind
    use: Use | None = None


DIRECT = {
    UseKind.DISCARDED: LossKind.DISCARDED,
    UseKind.TESTED: LossKind.TESTED,
    UseKind.COMPARED: LossKind.COMPARED,
    UseKind.SUBSCRIPTED: LossKind.SUBSCRIPTED,
    UseKind.ITERATED: LossKind.ITERATED,
    UseKind.UNPACKED: LossKind.ITERATED,
    UseKind.FORMATTED: LossKind.FORMATTED,
    UseKind.OPERAND: LossKind.OPERAND,
}
