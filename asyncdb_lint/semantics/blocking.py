"""Calls that keep the event loop waiting while requests are served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..lazy import cst
from ..nodes import descendants
from .calling import argument_for, roles
from .queries import shown
from .reach import Origin, Reach
from .records import CallRecord, FunctionRecord, ModuleRecord, UseKind, in_generator_expression
from .resolve import Resolver
from .terms import Attribute, Checked, Constant, Narrowed, Parameter, decorating, last_name
from .values import NONE, FunctionValue, is_known

_DEEPEST = 3
# Further behind, a sleep is a part of some second attempt, more often than not.
_DEEPEST_SLEEP = 3
# In seconds: a request takes longer whatever it does.
_MOMENT = 0.001
_LONGEST = 60
_ASYNCHRONOUS = {UseKind.AWAITED, UseKind.ASYNC_ENTERED, UseKind.ASYNC_ITERATED}


class BlockingCall(NamedTuple):
    """A call in an `async def` that returns only when the thread has waited; so does the event loop."""

    call: CallRecord
    cause: CallRecord
    """The call that waits: the same one, or one in a plain function that it runs."""
    sleeps: bool
    """Whether it only lets time pass."""
    is_framework_function: bool
    """Whether it stands in a handler or dependency, which FastAPI would run in a thread if it were a plain `def`."""
    serves_requests: bool
    """A handler, a dependency or a background task is known to lead to it; otherwise it may be a job of its own."""
    others: tuple[CallRecord, ...] = ()
    """Further such calls of the same function."""

    @property
    def in_generator_expression(self) -> bool:
        """Whether an `await` here would turn a generator expression into an asynchronous one."""
        return in_generator_expression(self.call.context)

    @property
    def source(self) -> str:
        """The call as messages show it."""
        return _brief(self.call)

    @property
    def in_thread(self) -> str:
        """The same call where another thread waits for it."""
        node = self.call.node
        if any(isinstance(inner, cst.Call) for inner in descendants(node.func)):
            return f"await asyncio.to_thread(lambda: {self.source})"
        return f"await asyncio.to_thread({self.call.module.parsed.code_of(node.func)}{', ...' if node.args else ''})"

    @property
    def cause_source(self) -> str:
        """The call that waits, as messages show it."""
        return _brief(self.cause)


def _brief(call: CallRecord) -> str:
    """A call on one line; of a chain of calls only the first name and the last one."""
    whole = " ".join(shown(call).split())
    name, callee = last_name(call.callee), call.node.func
    while not isinstance(callee, cst.Name):
        inner = getattr(callee, "value", None) or getattr(callee, "func", None)
        if not isinstance(inner, cst.BaseExpression):
            return whole
        callee = inner
    return whole if len(whole) <= _LONGEST else f"{callee.value}...{name}({'...' if call.arguments else ''})"


def _is_moment(call: CallRecord) -> bool:
    """`sleep(0.001)` between two looks at a clock: what it keeps waiting is not felt."""
    given = call.arguments[0].term if call.arguments else None
    return isinstance(given, Constant) and isinstance(given.value, int | float) and given.value <= _MOMENT


class Blocking:
    """Finds the calls of one project that block the event loop."""

    def __init__(self, resolver: Resolver, reach: Reach) -> None:
        self.resolver = resolver
        self.reach = reach
        self._causes: dict[tuple[FunctionRecord, int, frozenset[str]], CallRecord | None] = {}

    def in_module(self, module: ModuleRecord) -> Sequence[BlockingCall]:
        """One fact for each sleep, and one for all other blocking calls of a function, at the first of them."""
        found: list[BlockingCall] = []
        if self.reach.module_kind(module) is Origin.TEST:
            # The routes of a server for tests serve one test at a time.
            return found
        for function in module.functions:
            if function.is_async:
                found += self._in_function(function)
        return found

    def _in_function(self, function: FunctionRecord) -> list[BlockingCall]:
        causes = [(call, cause) for call in function.calls if (cause := self._cause(call, 0)) is not None]
        if not causes or not self.reach.may_serve_requests(function):
            return []
        own = bool(self.reach.own(function) & {Origin.HANDLER, Origin.DEPENDENCY})
        sleeps = [call for call, cause in causes if call is cause and self._has_role(call, "sleeps")]
        serves = bool(self.reach.origins(function) & {Origin.HANDLER, Origin.DEPENDENCY, Origin.BACKGROUND})
        found = [BlockingCall(call, call, True, own, serves) for call in sleeps]
        waiting = [(call, cause) for call, cause in causes if call not in sleeps]
        if waiting:
            first, cause = waiting[0]
            found.append(BlockingCall(first, cause, False, own, serves, tuple(call for call, _ in waiting[1:])))
        return found

    def _cause(self, call: CallRecord, depth: int) -> CallRecord | None:
        """The call that keeps the thread waiting while this one runs."""
        if any(use.kind in _ASYNCHRONOUS for use in call.uses):
            # Whatever an annotation says: what is awaited is no synchronous driver.
            return None
        if self._has_role(call, "blocks"):
            if self._has_role(call, "sleeps"):
                return call if depth <= _DEEPEST_SLEEP and not _is_moment(call) else None
            return call
        if depth > _DEEPEST:
            return None
        targets = [
            function
            for value in self.resolver.resolve(call.callee)
            if not isinstance(value, FunctionValue) or not value.form
            for function in self.resolver.targets(value)
        ]
        # Of two twins the asynchronous one runs where a loop does.
        if any(function.is_async for function in targets):
            return None
        for function in targets:
            if self._runs_here(function):
                cause = self._cause_in(function, depth + 1, self._left_out(call, function))
                if cause is not None:
                    return cause
        return None

    def _has_role(self, call: CallRecord, role: str) -> bool:
        """Whether whatever a call may run has a role."""
        values = self.resolver.resolve(call.callee)
        targets = [self.resolver.targets(value) for value in values]
        return is_known(values) and all(
            functions and all(role in roles(function) for function in functions) for functions in targets
        )

    def _runs_here(self, function: FunctionRecord) -> bool:
        """Whether calling a function runs its body at once, in the caller's thread, and every time."""
        if function.module.is_stub or function.is_async or function.is_generator:
            return False
        return not any(
            isinstance(value, FunctionValue) and "caches" in roles(value.function)
            for decorator in function.decorators
            for value in self.resolver.resolve(decorating(decorator))
        )

    def _cause_in(self, function: FunctionRecord, depth: int, left_out: frozenset[str]) -> CallRecord | None:
        key = function, depth, left_out
        if key not in self._causes:
            causes = (self._cause(call, depth) for call in function.calls if not _is_of(call, function, left_out))
            self._causes[key] = next((cause for cause in causes if cause is not None), None)
        return self._causes[key]

    def _left_out(self, call: CallRecord, function: FunctionRecord) -> frozenset[str]:
        """The parameters that a call leaves at None."""
        if any(argument.star for argument in call.arguments):
            return frozenset()
        return frozenset(
            parameter.name
            for parameter in function.parameters
            if parameter.default is not None
            and self.resolver.resolve(parameter.default) == (NONE,)
            and argument_for(self.resolver, call, function, parameter.name) in (None, parameter.default)
        )


def _is_of(call: CallRecord, function: FunctionRecord, names: frozenset[str]) -> bool:
    """Whether a method of one of these parameters is called, which nobody calls while that is None."""
    receiver = call.callee.base if isinstance(call.callee, Attribute) else None
    while isinstance(receiver, Attribute | Checked | Narrowed):
        receiver = receiver.base
    return isinstance(receiver, Parameter) and receiver.function is function and receiver.name in names
