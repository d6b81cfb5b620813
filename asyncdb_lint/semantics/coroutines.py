"""Which calls make a coroutine of the database, and which of those coroutines are lost."""

from __future__ import annotations

from typing import NamedTuple

from .calling import QUERY_ROLES, class_roles, is_startable, result, roles
from .losses import Loss, Losses, LossKind
from .reach import Reach
from .records import CallRecord, FunctionRecord, Use
from .resolve import Resolver
from .unstarted import unstarted
from .values import NONE, CoroutineValue, FunctionValue, InstanceValue, Value

_RETURNED = frozenset({LossKind.RETURNED, LossKind.DOUBLY_WRAPPED})
LIFECYCLE_ROLES = frozenset({"opens", "closes", "starts", "commits", "rolls_back"})


class CoroutineCall(NamedTuple):
    """A call that makes a coroutine of the database.

    `function` is the method or project function whose coroutine it is; `is_query` tells a query from opening, closing,
    starting, committing.
    """

    call: CallRecord
    function: FunctionRecord
    is_query: bool
    is_object: bool = False
    """An object of the driver's that works once it is awaited or entered: a connection, a pool."""


class Coroutines:
    """Finds the coroutines of one project's databases."""

    def __init__(self, resolver: Resolver, reach: Reach) -> None:
        self.resolver = resolver
        self.losses = Losses(resolver, reach)
        self._touches: dict[FunctionRecord, str] = {}
        self._made: dict[CallRecord, CoroutineCall | None] = {}

    def made_by(self, call: CallRecord) -> CoroutineCall | None:
        """The coroutine of the database that a call makes, if every alternative that is known makes one."""
        if call in self._made:
            return self._made[call]
        made = self._made_by(call)
        # What is found while a cycle is being cut holds only there.
        if not self.resolver.is_resolving:
            self._made[call] = made
        return made

    def _made_by(self, call: CallRecord) -> CoroutineCall | None:
        values = [value for value in self.resolver.resolve(call.result) if value != NONE]
        started_by = self._starting(values) if self._is_of_driver(call) else None
        if started_by is not None:
            return CoroutineCall(call, started_by, is_query=False, is_object=True)
        coroutines = [value for value in values if isinstance(value, CoroutineValue)]
        if not values or len(coroutines) != len(values) or self._may_be_plain(call):
            return None
        kinds = {self.touch(value.function) for value in coroutines}
        if "" in kinds and len(kinds) == 1:
            return None
        return CoroutineCall(call, coroutines[0].function, "query" in kinds)

    def _may_be_plain(self, call: CallRecord) -> bool:
        """Whether one of several functions that a call may run does its work at once and gives nothing."""
        callees = self.resolver.resolve(call.callee)
        return len(callees) > 1 and any(result(self.resolver, value, call) == (NONE,) for value in callees)

    def _is_of_driver(self, call: CallRecord) -> bool:
        """Whether a driver makes what a call gives; what a function of the project gives may be started already."""
        return all(
            isinstance(value, FunctionValue) and value.function.module.is_stub
            for value in self.resolver.resolve(call.callee)
        )

    def _starting(self, values: list[Value]) -> FunctionRecord | None:
        """What awaiting an object of the driver runs, where it does nothing before; other rules know transactions."""
        starting = [
            self.resolver.method(value.cls, "__await__")
            for value in values
            if isinstance(value, InstanceValue) and "transaction" not in class_roles(self.resolver, value)
        ]
        if not starting or len(starting) != len(values):
            return None
        known = [method for method in starting if method is not None and roles(method) & LIFECYCLE_ROLES]
        return known[0] if len(known) == len(starting) else None

    def loss(self, call: CallRecord) -> Loss | None:
        """How the coroutine that a call makes is lost; None if it is awaited, scheduled, handed on, or may be."""
        return self.losses.of(call)

    def loss_of(self, made: CoroutineCall) -> Loss | None:
        """The same for an object, which may be asked for attributes before it is started."""
        if made.is_object:
            return unstarted(self.resolver, made.call)
        loss = self.loss(made.call)
        if loss is not None and loss.kind in _RETURNED and is_startable(made.function):
            # Whoever calls the function may enter what it returns.
            return None
        return loss

    def wants_function(self, use: Use) -> bool:
        """Whether an argument lands where a function is wanted, not what calling it gives."""
        return self.losses.consumers.wants_function(use)

    def touch(self, function: FunctionRecord) -> str:
        """What running a function does with a database: "query", "lifecycle" (opening, closing, ...) or nothing."""
        known = self._touches.get(function)
        if known is not None:
            return known
        best = ""
        seen, pending = {function}, [function]
        while pending and best != "query":
            current = pending.pop()
            kind = self._own_touch(current)
            if kind:
                best = kind if kind == "query" else best or kind
            elif not current.module.is_stub:
                for target in self._called_by(current):
                    if target not in seen:
                        seen.add(target)
                        pending.append(target)
        self._touches[function] = best
        if not best:
            self._touches.update(dict.fromkeys(seen, ""))
        return best

    def _own_touch(self, function: FunctionRecord) -> str:
        """What a function is known to do, or a driver's stub says."""
        known = self._touches.get(function)
        if known is not None:
            return known
        names = roles(function)
        if names & QUERY_ROLES:
            return "query"
        return "lifecycle" if names & LIFECYCLE_ROLES else ""

    def _called_by(self, function: FunctionRecord) -> list[FunctionRecord]:
        called = [target for call in reversed(function.calls) for target in self.resolver.targets_of(call)]
        if function.owner is None or not function.is_member:
            return called
        # What is called on an interface runs in a class that implements it; `def get(self) -> Awaitable[Row]: ...` may
        # stand for an `async def`.
        overrides = [cls.methods.get(function.name) for cls in self.resolver.subclasses(function.owner)]
        return called + [other for other in overrides if other is not None and (function.is_async or other.is_async)]


__all__ = ["CoroutineCall", "Coroutines", "Loss", "LossKind"]
