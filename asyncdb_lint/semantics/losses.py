"""What becomes of a coroutine: awaited, handed on, or lost, and how."""

from __future__ import annotations

from collections.abc import Sequence

from ..lazy import cst
from .consumers import Consumers
from .decorated_by import decorated_functions
from .disagreeing import is_value_elsewhere
from .failing import COROUTINE_ATTRIBUTES, failing_loss
from .handing_on import is_handed_on_elsewhere
from .keeping import is_list, is_of_another_class, uses_of_holder
from .landing import names_in, parameter_at
from .loss_kinds import DIRECT, Loss, LossKind
from .reach import Origin, Reach
from .records import CallRecord, FunctionRecord, Use, UseKind
from .resolve import Resolver
from .terms import last_name
from .uses import inside
from .values import FunctionValue, Value

# What is asked of a list says nothing of the coroutines in it; what is taken out of it is marked as a use of its own.
_HARMLESS_WHEN_CONTAINED = {
    UseKind.BOUND,
    UseKind.TESTED,
    UseKind.COMPARED,
    UseKind.ATTRIBUTE,
    UseKind.SUBSCRIPTED,
    UseKind.ITERATED,
    UseKind.UNPACKED,
    UseKind.OPERAND,
    # `page["other"] = value` and `del page["other"]` are no use of what the page already holds.
    UseKind.ITEM_SET,
    UseKind.DELETED,
}
_AWAITABLE_TYPES = {"Awaitable", "Coroutine", "Future", "Task"}
_DEEPEST = 5


class Losses:
    """Judges what becomes of coroutines in one project."""

    def __init__(self, resolver: Resolver, reach: Reach) -> None:
        self.resolver = resolver
        self.reach = reach
        self.consumers = Consumers(resolver)
        self._judging: set[tuple[FunctionRecord, str]] = set()

    def of(self, call: CallRecord) -> Loss | None:
        """How the coroutine that a call makes is lost; None if it is awaited, scheduled, handed on, or may be."""
        loss = self._of(call.uses, 0)
        if loss is not None and loss.kind is LossKind.RETURNED and is_handed_on_elsewhere(self.resolver, call):
            return None
        return loss

    def _of(self, uses: Sequence[Use], depth: int) -> Loss | None:
        found = self._of_all(uses, depth)
        if found is not None:
            return found
        return failing_loss(self.consumers, uses, self._is_answer)

    def _of_all(self, uses: Sequence[Use], depth: int) -> Loss | None:
        """Lost if every use loses it."""
        losses: list[Loss] = []
        neutral_only = True
        for use in uses:
            if use.taken or use.kind is UseKind.BOUND or (use.contained and use.kind in _HARMLESS_WHEN_CONTAINED):
                continue
            if use.kind is UseKind.ARGUMENT and self.consumers.is_harmless(use):
                continue
            neutral_only = False
            loss = self._by(use, depth)
            if loss is None:
                return None
            losses.append(loss)
        if neutral_only:
            return Loss(LossKind.UNUSED)
        order = list(LossKind)
        # What grants access counts before what merely fails.
        return min(
            losses, key=lambda loss: (loss.kind not in (LossKind.TESTED, LossKind.COMPARED), order.index(loss.kind))
        )

    def _by(self, use: Use, depth: int) -> Loss | None:
        if use.kind is UseKind.ARGUMENT:
            return self._by_argument(use, depth)
        if use.kind is UseKind.RETURNED:
            return self._by_return(use, depth)
        if use.kind is UseKind.YIELDED:
            return Loss(LossKind.ANSWERED, use) if self.reach.is_dependency(use.function) else None
        if use.kind is UseKind.STORED:
            return self._by_store(use, depth)
        if use.kind is UseKind.ATTRIBUTE:
            return None if use.attribute in COROUTINE_ATTRIBUTES else Loss(LossKind.ATTRIBUTE, use)
        kind = DIRECT.get(use.kind)
        return Loss(kind, use) if kind is not None else None

    # -- passed on --------------------------------------------------------------------------------------------------

    def _by_argument(self, use: Use, depth: int) -> Loss | None:
        if use.call is None or depth > _DEEPEST:
            return None
        if use.is_starred and not use.contained:
            return Loss(LossKind.UNPACKED, use)
        if use.holder is not None and is_list(self.resolver, use.holder):
            if last_name(use.call.callee) == "extend" and not use.contained:
                return Loss(LossKind.ITERATED, use)
            if self.consumers.declared.holds_plain(use.holder, use):
                return Loss(LossKind.UNUSED, use)
            return self._by_holder(use, depth)
        callees = decorated_functions(self.resolver, use.call.callee) or self.resolver.resolve(use.call.callee)
        if not callees or not all(self._is_lost_in(value, use, depth) for value in callees):
            return None
        return Loss(LossKind.INSPECTED, use)

    def _is_lost_in(self, value: Value, use: Use, depth: int) -> bool:
        """Whether what is called loses the coroutine that it is given."""
        if self.consumers.ignores(value, use):
            return True
        kept_as = self.consumers.kept_as(value, use)
        if kept_as is not None:
            return self._of_attribute(kept_as, use, depth) is not None
        handed = self.consumers.handed_to(value, use)
        if handed is None:
            return False
        function, name, contained = handed
        if not contained and self.consumers.declared.takes_plain(function, name):
            return True
        return self._of_parameter(function, name, contained, depth) is not None

    def _of_parameter(self, function: FunctionRecord, name: str, contained: bool, depth: int) -> Loss | None:
        """What a function of the project does with a coroutine (or a container of it) that it is given."""
        uses = function.parameter_uses.get(name, [])
        if not uses or (function, name) in self._judging:
            return None
        self._judging.add((function, name))
        try:
            return self._of(inside(uses) if contained else uses, depth + 1)
        finally:
            self._judging.discard((function, name))

    def _by_store(self, use: Use, depth: int) -> Loss | None:
        """Kept in an attribute or under a key."""
        if isinstance(use.node, cst.Attribute):
            # Lost if no use of an attribute of that name anywhere may await it.
            found = self._of_attribute(use.node.attr.value, use, depth)
            if (
                found is None
                and use.holder is not None
                and self.consumers.declared.declares_plain(use.holder, use.node.attr.value, use)
            ):
                return Loss(LossKind.UNUSED, use)
            return found
        return self._by_holder(use, depth) if use.holder is not None and use.name is not None else None

    def _by_holder(self, use: Use, depth: int) -> Loss | None:
        """Put into a dict or list: lost if that is lost, and nobody awaits what is found under the key."""
        if depth > 1 or use.holder is None:
            return None
        if use.name is not None and any(
            self.consumers.is_awaiting(asked) for asked in self.resolver.item_uses(use.name)
        ):
            return None
        uses = uses_of_holder(self.resolver, use.holder)
        if not uses:
            return None
        found = self._of_all([other for other in inside(uses) if other.node is not use.node], depth + 1)
        # Put into something that nobody looks at here: somebody else will.
        return None if found is None or found.use is None else Loss(LossKind.UNUSED, use)

    def _of_attribute(self, name: str, use: Use, depth: int) -> Loss | None:
        uses = [
            other
            for other in self.resolver.attribute_uses(name)
            if use.holder is None or not is_of_another_class(self.resolver, other, name, use.holder)
        ]
        if not uses or depth > 1:
            return None
        found = self._of_all(inside(uses) if use.contained else uses, depth + 2)
        return Loss(LossKind.INSPECTED if use.kind is UseKind.ARGUMENT else LossKind.UNUSED, use) if found else None

    # -- returned ---------------------------------------------------------------------------------------------------

    def _is_answer(self, use: Use) -> bool:
        """Whether a handler returns it, inside a dict or list or by itself."""
        return not use.function.is_lambda and self.reach.is_handler(use.function)

    def _by_return(self, use: Use, depth: int) -> Loss | None:
        function = use.function
        if function.is_lambda:
            return self._of_lambda(function, use)
        own = self.reach.own(function)
        if Origin.HANDLER in own or (Origin.LIFECYCLE in own and not use.contained):
            return Loss(LossKind.ANSWERED, use)
        if use.contained:
            return self._by_contained_return(function, use, depth)
        if Origin.DEPENDENCY in own:
            return Loss(LossKind.ANSWERED, use)
        if function.is_async:
            return self._by_async_return(function, use)
        return self._by_plain_return(function, use)

    def _by_contained_return(self, function: FunctionRecord, use: Use, depth: int) -> Loss | None:
        """In a list or dict that is returned: somebody may take the coroutine out, if anybody calls this at all."""
        if function.is_async and is_value_elsewhere(self.resolver, function, use):
            return Loss(LossKind.DOUBLY_WRAPPED, use)
        callers = self.resolver.callers(function)
        if not callers:
            alone = function.is_async and not self.reach.own(function) and not self._may_be_called(function)
            return Loss(LossKind.DOUBLY_WRAPPED, use) if alone else None
        if depth > _DEEPEST or not function.is_async or self._may_be_called_elsewhere(function, callers):
            return None
        for call in callers:
            if self._of(inside(call.awaited_uses), depth + 1) is None:
                return None
        return Loss(LossKind.DOUBLY_WRAPPED, use)

    def _by_async_return(self, function: FunctionRecord, use: Use) -> Loss | None:
        """An `async def` that returns a coroutine: fine only for callers that evidently await twice."""
        if self._gives_awaitable(function) or self.resolver.has_unseen_callers(function):
            return None
        for call in self.resolver.callers(function):
            for later in call.awaited_uses:
                if not later.taken and (later.kind is UseKind.AWAITED or self.consumers.is_awaited_by(later)):
                    return None
        return Loss(LossKind.DOUBLY_WRAPPED, use)

    def _by_plain_return(self, function: FunctionRecord, use: Use) -> Loss | None:
        """A plain `def` that hands a coroutine on: fine where a caller awaits, or may."""
        if self._hands_on_by_contract(function) or self.reach.own(function):
            return None
        if self.resolver.callers(function):
            # Each caller is judged by what it does with the result.
            return None
        if self._may_be_called(function) or any(other.kind is not UseKind.BOUND for other in function.uses):
            return None
        return Loss(LossKind.RETURNED, use)

    def _may_be_called_elsewhere(self, function: FunctionRecord, callers: list[CallRecord]) -> bool:
        return any(
            call not in callers
            for name in self.resolver.names_of(function)
            for call in self.resolver.calls_named(name)
            if not self.resolver.targets_of(call)
        )

    def _may_be_called(self, function: FunctionRecord) -> bool:
        """Whether something of this name is called and its result used, on a receiver that is not known."""
        for name in self.resolver.names_of(function):
            if self.resolver.is_called_out_of_sight(name):
                return True
            if any(
                not any(use.kind is UseKind.DISCARDED for use in call.uses) for call in self.resolver.calls_named(name)
            ):
                return True
        return False

    def _hands_on_by_contract(self, function: FunctionRecord) -> bool:
        """Whether a function's declaration says that it gives an awaitable, or others decide what it gives."""
        if self._gives_awaitable(function):
            return True
        kinds = {last_name(decorator) for decorator in function.decorators}
        if kinds - {"staticmethod", "classmethod", None}:
            return True
        if function.owner is not None:
            if function.name.startswith("__"):
                return True
            above = self.resolver.mro(function.owner)
            if any(function.name in cls.methods for cls in above[0][1:]) or not above[1]:
                return True
        return function.parent is not None

    def _gives_awaitable(self, function: FunctionRecord) -> bool:
        return function.returns is not None and bool(names_in(function.returns) & _AWAITABLE_TYPES)

    def _of_lambda(self, function: FunctionRecord, use: Use) -> Loss | None:
        """A lambda that makes a coroutine for somebody who calls it and does not await."""
        for given in function.uses:
            if given.kind is not UseKind.ARGUMENT or given.call is None:
                continue
            for value in self.resolver.resolve(given.call.callee):
                if isinstance(value, FunctionValue):
                    parameter = parameter_at(value.function, given.call, given)
                    marker = (
                        last_name(parameter.annotation)
                        if parameter is not None and parameter.annotation is not None
                        else None
                    )
                    # A lambda is a plain function, whatever it returns.
                    if marker in ("CallsPlain", "CallsByKind"):
                        return Loss(LossKind.UNRUN_LAMBDA, use)
        return None


__all__ = ["Loss", "LossKind", "Losses"]
