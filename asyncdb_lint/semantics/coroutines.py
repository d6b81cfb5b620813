"""Which calls make a coroutine of the database, and which of those coroutines are lost."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from . import members
from .calling import class_roles, roles
from .reach import Origin, Reach
from .records import CallRecord, FunctionRecord, ParameterKind, ParameterRecord, Use, UseKind
from .resolve import Resolver
from .terms import Constant, FunctionTerm, Item, Template, last_name
from .values import (
    NONE,
    ClassValue,
    CoroutineValue,
    ExternalInstance,
    ExternalValue,
    FunctionValue,
    Value,
)

_LIFECYCLE_ROLES = frozenset({"opens", "closes", "starts", "commits", "rolls_back"})
_COROUTINE_ATTRIBUTES = {
    "close",
    "send",
    "throw",
    "__await__",
    "cr_await",
    "cr_code",
    "cr_frame",
    "cr_running",
    "cr_origin",
}
# Attributes asked of a list of coroutines say nothing of the coroutines.
_HARMLESS_WHEN_CONTAINED = {UseKind.BOUND, UseKind.TESTED, UseKind.COMPARED, UseKind.ATTRIBUTE}
_WANT_FUNCTION = {"CallsByKind", "CallsPlain", "CallsAndAwaits"}
_AWAITABLE_TYPES = {"Awaitable", "Coroutine", "Future", "Task"}


class LossKind(enum.Enum):
    """How a coroutine is lost."""

    DISCARDED = "discarded"
    UNUSED = "kept and never awaited"
    TESTED = "tested"
    COMPARED = "compared"
    SUBSCRIPTED = "indexed"
    ITERATED = "iterated"
    FORMATTED = "formatted"
    OPERAND = "used with an operator"
    ATTRIBUTE = "asked for an attribute"
    INSPECTED = "passed to something that does not await"
    ANSWERED = "returned from a handler"
    RETURNED = "returned by a plain def"
    DOUBLY_WRAPPED = "returned by an async def"
    UNRUN_LAMBDA = "left behind by a lambda"


@dataclass(frozen=True, slots=True)
class Loss:
    """How and where a coroutine is lost."""

    kind: LossKind
    use: Use | None = None


@dataclass(frozen=True, slots=True)
class CoroutineCall:
    """A call that makes a coroutine of the database.

    `function` is the method or project function whose coroutine it is; `is_query` tells a query from opening, closing,
    starting,
    committing.
    """

    call: CallRecord
    function: FunctionRecord
    is_query: bool


_DIRECT = {
    UseKind.DISCARDED: LossKind.DISCARDED,
    UseKind.TESTED: LossKind.TESTED,
    UseKind.COMPARED: LossKind.COMPARED,
    UseKind.SUBSCRIPTED: LossKind.SUBSCRIPTED,
    UseKind.ITERATED: LossKind.ITERATED,
    UseKind.UNPACKED: LossKind.ITERATED,
    UseKind.FORMATTED: LossKind.FORMATTED,
    UseKind.OPERAND: LossKind.OPERAND,
}


class Coroutines:
    """Judges the coroutines of one project."""

    def __init__(self, resolver: Resolver, reach: Reach) -> None:
        self.resolver = resolver
        self.reach = reach
        self._touches: dict[FunctionRecord, str] = {}

    # -- which calls ------------------------------------------------------------------------------------------------

    def made_by(self, call: CallRecord) -> CoroutineCall | None:
        """The coroutine of the database that a call makes, if every alternative makes one."""
        values = [value for value in self.resolver.resolve(call.result) if value != NONE]
        coroutines = [value for value in values if isinstance(value, CoroutineValue)]
        if not values or len(coroutines) != len(values):
            return None
        kinds = {self.touch(value.function) for value in coroutines}
        if "" in kinds and len(kinds) == 1:
            return None
        return CoroutineCall(call, coroutines[0].function, "query" in kinds)

    def touch(self, function: FunctionRecord) -> str:
        """What running a function does with a database: "query", "lifecycle" (opening, closing, ...) or nothing."""
        known = self._touches.get(function)
        if known is not None:
            return known
        names = roles(function)
        if "query" in names:
            kind = "query"
        elif names & _LIFECYCLE_ROLES:
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

    # -- what becomes of them ---------------------------------------------------------------------------------------

    def loss(self, call: CallRecord) -> Loss | None:
        """How the coroutine that a call makes is lost; None if it is awaited, scheduled, handed on, or may be."""
        return self._loss_of(call.uses, 0)

    def _loss_of(self, uses: list[Use], depth: int) -> Loss | None:
        losses: list[Loss] = []
        neutral_only = True
        for use in uses:
            if use.kind is UseKind.BOUND or (use.contained and use.kind in _HARMLESS_WHEN_CONTAINED):
                continue
            neutral_only = False
            loss = self._loss_by(use, depth)
            if loss is None:
                return None
            losses.append(loss)
        if neutral_only:
            return Loss(LossKind.UNUSED)
        order = list(LossKind)
        # What grants access counts before what merely fails.
        ranked = sorted(
            losses, key=lambda loss: (loss.kind not in (LossKind.TESTED, LossKind.COMPARED), order.index(loss.kind))
        )
        return ranked[0]

    def _loss_by(self, use: Use, depth: int) -> Loss | None:
        if use.kind is UseKind.ARGUMENT:
            return self._loss_by_argument(use, depth)
        if use.kind is UseKind.RETURNED:
            return self._loss_by_return(use)
        if use.kind is UseKind.YIELDED:
            return Loss(LossKind.ANSWERED, use) if self.reach.is_dependency(use.function) else None
        if use.kind is UseKind.ATTRIBUTE:
            name = getattr(getattr(use.node, "attr", None), "value", "")
            return None if name in _COROUTINE_ATTRIBUTES else Loss(LossKind.ATTRIBUTE, use)
        kind = _DIRECT.get(use.kind)
        if kind is None:
            return None
        if use.contained and use.kind not in (UseKind.DISCARDED, UseKind.FORMATTED):
            return None
        return Loss(kind, use)

    def _loss_by_argument(self, use: Use, depth: int) -> Loss | None:
        call = use.call
        if call is None:
            return None
        callees = self.resolver.resolve(call.callee)
        if not callees:
            return None
        for value in callees:
            if not self._ignores(value, call, use, depth):
                return None
        return Loss(LossKind.INSPECTED, use)

    def _ignores(self, value: Value, call: CallRecord, use: Use, depth: int) -> bool:
        """Whether what is called never awaits this argument."""
        match value:
            case ClassValue(cls=cls):
                constructor = members.method(self.resolver, cls, "__init__")
                if constructor is not None:
                    return self._parameter_ignores(
                        constructor, call, use, depth, "response" in class_roles(self.resolver, value)
                    )
                return not use.contained and self._is_model(value)
            case FunctionValue(function=function):
                renders = function.name in ("dumps", "jsonable_encoder") or "response" in roles(function)
                return self._parameter_ignores(function, call, use, depth, renders)
            case ExternalInstance(dotted=dotted):
                return dotted.startswith("logging.") and not use.contained
            case ExternalValue(dotted=dotted):
                return dotted.startswith("logging.") and not use.contained
            case _:
                return self._is_text_method(call) and not use.contained

    def _parameter_ignores(
        self, function: FunctionRecord, call: CallRecord, use: Use, depth: int, renders: bool
    ) -> bool:
        parameter = _parameter_at(function, call, use)
        if parameter is None:
            return False
        if function.module.is_stub:
            marker = last_name(parameter.annotation) if parameter.annotation is not None else None
            if marker is None and parameter.annotation is not None:
                marker = "SQL" if "Binds" in _names_in(parameter.annotation) else None
            if marker in ("SQL", "Binds", "ManyBinds"):
                return True
            if marker in _WANT_FUNCTION:
                return not use.contained
            return marker == "Inspects" and (not use.contained or renders)
        uses = function.parameter_uses.get(parameter.name, [])
        if use.contained or depth > 3 or not uses or parameter.kind is not ParameterKind.POSITIONAL:
            return False
        return self._loss_of(uses, depth + 1) is not None

    def wants_function(self, use: Use) -> bool:
        """Whether an argument lands where a function is wanted, not what calling it gives."""
        if use.call is None:
            return False
        for value in self.resolver.resolve(use.call.callee):
            if isinstance(value, FunctionValue):
                parameter = _parameter_at(value.function, use.call, use)
                if parameter is not None and parameter.annotation is not None:
                    return last_name(parameter.annotation) in _WANT_FUNCTION
        return False

    def _is_model(self, value: ClassValue) -> bool:
        """Whether a class keeps its arguments as plain data: a pydantic model."""
        for cls in self.resolver.mro(value.cls)[0]:
            for base in cls.bases:
                if any(
                    isinstance(found, ExternalValue) and found.dotted == "pydantic.BaseModel"
                    for found in self.resolver.resolve(base)
                ):
                    return True
        return False

    def _is_text_method(self, call: CallRecord) -> bool:
        """`"...".format(x)` and `",".join(x)`"""
        base = getattr(call.callee, "base", None)
        return isinstance(base, Template) or (isinstance(base, Constant) and isinstance(base.value, str))

    def _loss_by_return(self, use: Use) -> Loss | None:
        function = use.function
        if function.is_lambda:
            return self._loss_of_lambda(function, use)
        own = self.reach.own(function)
        if Origin.HANDLER in own or (Origin.LIFECYCLE in own and not use.contained):
            return Loss(LossKind.ANSWERED, use)
        if use.contained:
            # Somebody may take the coroutine out of what is returned, if anybody calls this at all.
            alone = (
                function.is_async
                and not own
                and not self.resolver.callers(function)
                and not self._may_be_called(function)
            )
            return Loss(LossKind.DOUBLY_WRAPPED, use) if alone else None
        if Origin.DEPENDENCY in own:
            return Loss(LossKind.ANSWERED, use)
        if function.is_async:
            return self._loss_by_async_return(function, use)
        return self._loss_by_plain_return(function, use)

    def _loss_by_async_return(self, function: FunctionRecord, use: Use) -> Loss | None:
        """An `async def` that returns a coroutine: fine only for callers that await twice."""
        if self._hands_on_by_contract(function):
            return None
        for call in self.resolver.callers(function):
            if any(later.kind in (UseKind.AWAITED, UseKind.ARGUMENT) for later in call.awaited_uses):
                return None
        return Loss(LossKind.DOUBLY_WRAPPED, use)

    def _loss_by_plain_return(self, function: FunctionRecord, use: Use) -> Loss | None:
        """A plain `def` that hands a coroutine on: fine where a caller awaits, or may."""
        if self._hands_on_by_contract(function) or self.reach.own(function):
            return None
        if self.resolver.callers(function):
            # Each caller is judged by what it does with the result.
            return None
        if self._may_be_called(function) or any(other.kind is not UseKind.BOUND for other in function.uses):
            return None
        return Loss(LossKind.RETURNED, use)

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
        if function.returns is not None and _names_in(function.returns) & _AWAITABLE_TYPES:
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

    def _loss_of_lambda(self, function: FunctionRecord, use: Use) -> Loss | None:
        """A lambda that makes a coroutine for somebody who calls it and does not await."""
        for given in function.uses:
            if given.kind is not UseKind.ARGUMENT or given.call is None:
                continue
            for value in self.resolver.resolve(given.call.callee):
                if isinstance(value, FunctionValue):
                    parameter = _parameter_at(value.function, given.call, given)
                    marker = (
                        last_name(parameter.annotation)
                        if parameter is not None and parameter.annotation is not None
                        else None
                    )
                    # A lambda is a plain function, whatever it returns.
                    if marker in ("CallsPlain", "CallsByKind"):
                        return Loss(LossKind.UNRUN_LAMBDA, use)
        return None


def _parameter_at(function: FunctionRecord, call: CallRecord, use: Use) -> ParameterRecord | None:
    """The parameter that an argument lands in."""
    if use.name is not None:
        named = function.parameter(use.name)
        if named is not None:
            return named
        return next((item for item in function.parameters if item.kind is ParameterKind.KWARGS), None)
    positional = [item for item in function.parameters if item.kind is ParameterKind.POSITIONAL]
    if function.is_method and "staticmethod" not in {last_name(decorator) for decorator in function.decorators}:
        positional = positional[1:]
    index = 0
    for number, argument in enumerate(call.arguments):
        if number == use.argument:
            break
        if argument.keyword is None:
            index += 1
    if index < len(positional):
        return positional[index]
    return next((item for item in function.parameters if item.kind is ParameterKind.ARGS), None)


def _names_in(term: object) -> set[str]:
    """Every type name in an annotation."""
    found: set[str] = set()
    pending = [term]
    while pending:
        current = pending.pop()
        name = last_name(current) if not isinstance(current, Item | FunctionTerm) else None  # type: ignore[arg-type]
        if name is not None:
            found.add(name)
        for attribute in ("base", "key", "operands", "options", "elements"):
            inner = getattr(current, attribute, None)
            if isinstance(inner, list | tuple):
                pending.extend(inner)
            elif inner is not None and attribute in ("base", "key"):
                pending.append(inner)
    return found
