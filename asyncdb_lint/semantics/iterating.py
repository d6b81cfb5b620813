"""Rows that are iterated the wrong way: `for` over what needs `async for`, `await` of it, and the other way round."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..lazy import cst
from .calling import roles
from .coroutines import Coroutines
from .queries import name_of_plain, shown
from .reach import Origin, Reach
from .records import CallRecord, FunctionRecord, ModuleRecord, Use, UseKind
from .resolve import Resolver
from .terms import Awaited
from .values import NONE, CollectionValue, GeneratorValue, GenericValue, Values

_DEEPEST = 3


class IterationKind(enum.Enum):
    """What is done to rows that it cannot be done to; what comes first is told first."""

    PLAIN = "iterated without `async`"
    AWAITED = "awaited"
    SCHEDULED = "handed to what awaits"
    ANSWERED = "returned from a handler"
    VALUE = "used as a value"
    UNUSED = "never iterated"
    ASYNC_OVER_COROUTINE = "iterated with `async for` before it is awaited"
    ASYNC_OVER_ROWS = "iterated with `async for` though all rows are there"


class WrongIteration(NamedTuple):
    """A call whose rows are iterated the wrong way, and the uses that do so."""

    call: CallRecord
    kind: IterationKind
    uses: tuple[Use, ...]
    gives_async_rows: bool
    """Whether the rows come one by one; behind an `await`, where the kind says that one is missing."""
    gives_all_rows: bool
    """Whether awaiting the call gives all rows at once."""
    is_behind_await: bool
    """Whether what is iterated is what awaiting the call gives."""
    rows_method: str | None
    """The method of the same object that gives all rows at once, with the same arguments."""
    may_become_async: bool
    """Whether the plain `def` around is called by the framework alone, which awaits an `async def` as well."""

    @property
    def source(self) -> str:
        """The call as messages show it."""
        return shown(self.call)

    @property
    def place(self) -> cst.CSTNode:
        """What is used wrongly: the call, or the name it was kept under."""
        if not self.uses or self.kind is IterationKind.UNUSED:
            return self.call.node
        use = self.uses[0]
        if use.kind is UseKind.ARGUMENT and use.call is not None:
            return use.call.arguments[use.argument].node
        return use.node if isinstance(use.node, cst.BaseExpression) else self.call.node

    @property
    def is_elsewhere(self) -> bool:
        """Whether the call stands on another line than what is used wrongly."""
        line_of = self.call.module.parsed.range_of
        return line_of(self.place).start.line != line_of(self.call.node).start.line

    @property
    def consumer(self) -> str:
        """What was given the rows, as messages show it."""
        use = self.uses[0] if self.uses else None
        if use is not None and use.call is not None and use.kind is UseKind.ARGUMENT:
            return f"`{use.call.module.parsed.code_of(use.call.node.func)}`"
        return "unpacking" if use is not None and _unpacks(use) else "a plain `for`"

    @property
    def rows_source(self) -> str:
        """The call of the method that gives all rows at once; empty where there is none."""
        called = self.call.node.func
        if self.rows_method is None or not isinstance(called, cst.Attribute):
            return ""
        return f"{self.call.module.parsed.code_of(called.value)}.{self.rows_method}(...)"

    @property
    def is_collected(self) -> bool:
        """Whether the rows are put into a collection by a call, or by unpacking them."""
        return bool(self.uses) and (self.uses[0].kind is UseKind.ARGUMENT or _unpacks(self.uses[0]))

    @property
    def plain_function(self) -> str:
        """The name of the plain `def` around, where there is one."""
        return name_of_plain(self.uses[0].function if self.uses else self.call.function)


_WRONG = {
    UseKind.ITERATED: IterationKind.PLAIN,
    UseKind.UNPACKED: IterationKind.PLAIN,
    UseKind.AWAITED: IterationKind.AWAITED,
    UseKind.DISCARDED: IterationKind.UNUSED,
    UseKind.TESTED: IterationKind.VALUE,
    UseKind.COMPARED: IterationKind.VALUE,
    UseKind.SUBSCRIPTED: IterationKind.VALUE,
    UseKind.OPERAND: IterationKind.VALUE,
    UseKind.FORMATTED: IterationKind.VALUE,
}


class Iterations:
    """Judges what becomes of the rows of one project's databases."""

    def __init__(self, resolver: Resolver, reach: Reach, coroutines: Coroutines) -> None:
        self.resolver = resolver
        self.reach = reach
        self.coroutines = coroutines
        self.consumers = coroutines.losses.consumers

    def wrong(self, module: ModuleRecord) -> Iterator[WrongIteration]:
        """Every call of a module whose rows are iterated the wrong way."""
        for call in module.calls:
            values = self.resolver.resolve(call.result)
            if _is_streamed(values):
                if self._is_of_database(call):
                    yield from self._found(call, self._misuses(call.uses, 0), values)
            elif self.coroutines.made_by(call) is not None:
                yield from self._of_coroutine(call)

    def _of_coroutine(self, call: CallRecord) -> Iterator[WrongIteration]:
        uses = [use for use in call.uses if use.kind is not UseKind.BOUND]
        if _are_async_iterated(uses):
            wrong = [(IterationKind.ASYNC_OVER_COROUTINE, use) for use in uses]
            yield from self._found(call, wrong, self._awaited(call))
        uses = [use for use in call.awaited_uses if use.kind is not UseKind.BOUND and not use.taken]
        if not any(use.kind in (UseKind.ASYNC_ITERATED, UseKind.ITERATED, UseKind.AWAITED) for use in uses):
            return
        values = self._awaited(call)
        if _is_streamed(values):
            yield from self._found(call, self._misuses(uses, 0), values, is_behind_await=True)
        elif _are_async_iterated(uses) and _are_plain_rows(values):
            wrong = [(IterationKind.ASYNC_OVER_ROWS, use) for use in uses]
            yield from self._found(call, wrong, values, is_behind_await=True)

    def _awaited(self, call: CallRecord) -> Values:
        return self.resolver.resolve(Awaited(call.result))

    def _found(
        self,
        call: CallRecord,
        misuses: Sequence[tuple[IterationKind, Use | None]],
        values: Values,
        *,
        is_behind_await: bool = False,
    ) -> Iterator[WrongIteration]:
        if not misuses:
            return
        order = list(IterationKind)
        kind = min((kind for kind, _ in misuses), key=order.index)
        uses = tuple(use for other, use in misuses if other is kind and use is not None)
        yield WrongIteration(
            call=call,
            kind=kind,
            uses=uses,
            gives_async_rows=_is_streamed(values),
            gives_all_rows=_are_plain_rows(values),
            is_behind_await=is_behind_await,
            rows_method=self._rows_method(call),
            may_become_async=self.reach.may_become_async(uses[0].function if uses else call.function),
        )

    # -- what is done with an async generator --------------------------------------------------------------------------

    def _misuses(self, uses: Sequence[Use], depth: int) -> list[tuple[IterationKind, Use | None]]:
        """Every use, if none of them may be right; a use of nothing else than a name is none at all."""
        found: list[tuple[IterationKind, Use | None]] = []
        for use in uses:
            if use.kind is UseKind.BOUND or use.taken:
                continue
            kind = None if use.contained else self._misuse(use, depth)
            if kind is None:
                return []
            found.append((kind, use))
        return found or ([] if depth else [(IterationKind.UNUSED, None)])

    def _misuse(self, use: Use, depth: int) -> IterationKind | None:
        if use.kind is UseKind.RETURNED:
            is_answer = Origin.HANDLER in self.reach.own(use.function) and not use.function.is_lambda
            return IterationKind.ANSWERED if is_answer else None
        if use.kind is UseKind.ARGUMENT:
            return self._misuse_of_argument(use, depth)
        return _WRONG.get(use.kind)

    def _misuse_of_argument(self, use: Use, depth: int) -> IterationKind | None:
        if use.call is None or depth > _DEEPEST:
            return None
        if self.consumers.is_awaited_by(use):
            return IterationKind.SCHEDULED
        callees = self.resolver.resolve(use.call.callee)
        for value in callees:
            if self.consumers.iterates(value, use):
                return None
            if self.consumers.ignores(value, use):
                continue
            handed = self.consumers.handed_to(value, use)
            if handed is None or handed[2]:
                return None
            function, name, _ = handed
            if not self._misuses(function.parameter_uses.get(name, []), depth + 1):
                return None
        return IterationKind.PLAIN if callees else None

    # -- whose rows they are -------------------------------------------------------------------------------------------

    def _is_of_database(self, call: CallRecord) -> bool:
        targets = self.resolver.targets_of(call)
        return bool(targets) and all(self.coroutines.touch(function) for function in targets)

    def _rows_method(self, call: CallRecord) -> str | None:
        """The driver's own method that gives as a list what this call gives one by one."""
        for function in self.resolver.targets_of(call):
            if function.owner is not None and function.module.is_stub:
                return next((other.name for other in function.owner.methods.values() if _gives_rows(other)), None)
        return None


def _unpacks(use: Use) -> bool:
    return use.kind is UseKind.UNPACKED or isinstance(use.node, cst.StarredElement)


def _gives_rows(function: FunctionRecord) -> bool:
    return "gives_rows" in roles(function)


def _are_async_iterated(uses: Sequence[Use]) -> bool:
    return bool(uses) and all(use.kind is UseKind.ASYNC_ITERATED and not (use.taken or use.contained) for use in uses)


def _is_streamed(values: Values) -> bool:
    """Whether values come from an async generator, whatever the alternative."""
    known = [value for value in values if value != NONE]
    return bool(known) and all(
        (isinstance(value, GenericValue) and value.kind == "async_iterable")
        or (isinstance(value, GeneratorValue) and value.is_async)
        for value in known
    )


def _are_plain_rows(values: Values) -> bool:
    return bool(values) and all(
        isinstance(value, CollectionValue) or (isinstance(value, GenericValue) and value.kind == "iterable")
        for value in values
    )
