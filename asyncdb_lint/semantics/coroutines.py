"""Which calls make a coroutine of the database, and which of those coroutines are lost."""

from __future__ import annotations

from dataclasses import dataclass

from .calling import roles
from .losses import Loss, Losses, LossKind
from .reach import Reach
from .records import CallRecord, FunctionRecord, Use
from .resolve import Resolver
from .values import NONE, CoroutineValue

LIFECYCLE_ROLES = frozenset({"opens", "closes", "starts", "commits", "rolls_back"})


@dataclass(frozen=True, slots=True)
class CoroutineCall:
    """A call that makes a coroutine of the database.

    `function` is the method or project function whose coroutine it is; `is_query` tells a query from opening, closing,
    starting, committing.
    """

    call: CallRecord
    function: FunctionRecord
    is_query: bool


class Coroutines:
    """Finds the coroutines of one project's databases."""

    def __init__(self, resolver: Resolver, reach: Reach) -> None:
        self.resolver = resolver
        self.losses = Losses(resolver, reach)
        self._touches: dict[FunctionRecord, str] = {}

    def made_by(self, call: CallRecord) -> CoroutineCall | None:
        """The coroutine of the database that a call makes, if every alternative that is known makes one."""
        values = [value for value in self.resolver.resolve(call.result) if value != NONE]
        coroutines = [value for value in values if isinstance(value, CoroutineValue)]
        if not values or len(coroutines) != len(values):
            return None
        kinds = {self.touch(value.function) for value in coroutines}
        if "" in kinds and len(kinds) == 1:
            return None
        return CoroutineCall(call, coroutines[0].function, "query" in kinds)

    def loss(self, call: CallRecord) -> Loss | None:
        """How the coroutine that a call makes is lost; None if it is awaited, scheduled, handed on, or may be."""
        return self.losses.of(call)

    def wants_function(self, use: Use) -> bool:
        """Whether an argument lands where a function is wanted, not what calling it gives."""
        return self.losses.consumers.wants_function(use)

    def touch(self, function: FunctionRecord) -> str:
        """What running a function does with a database: "query", "lifecycle" (opening, closing, ...) or nothing."""
        known = self._touches.get(function)
        if known is not None:
            return known
        names = roles(function)
        if "query" in names:
            kind = "query"
        elif names & LIFECYCLE_ROLES:
            kind = "lifecycle"
        elif function.module.is_stub:
            kind = ""
        else:
            self._touches[function] = ""
            kind = self._touch_of_body(function)
        self._touches[function] = kind
        return kind

    def _touch_of_body(self, function: FunctionRecord) -> str:
        best = ""
        for call in function.calls:
            for value in self.resolver.resolve(call.callee):
                for target in self.resolver.targets(value):
                    kind = self.touch(target)
                    if kind == "query":
                        return kind
                    best = best or kind
        return best


__all__ = ["CoroutineCall", "Coroutines", "Loss", "LossKind"]
