"""Coroutines of the database that nobody awaits, with all that is worth saying of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from .calling import roles
from .coroutines import LIFECYCLE_ROLES, CoroutineCall, Coroutines, Loss, LossKind
from .queries import shown
from .reach import Reach
from .records import CallRecord, FunctionRecord, ModuleRecord, UseKind, in_generator_expression


class LostCoroutine(NamedTuple):
    """A coroutine of the database that nobody awaits."""

    call: CallRecord
    function: FunctionRecord
    is_query: bool
    loss: Loss
    role: str
    """What a lost lifecycle call would have done: "opens", "closes", "starts", "commits", "rolls_back"."""
    consumer: str
    """What the coroutine was passed to, as written; empty for other losses."""
    is_given_to_scheduler: bool
    """Passed, already called, to something that wants the function: `add_task(db.execute(sql))`."""
    may_become_async: bool
    """Whether the plain `def` around is called by the framework alone, which awaits an `async def` as well."""
    callers: tuple[CallRecord, ...]
    """Where the plain `def` around is called without `await`, and needs one once it is an `async def`."""

    @property
    def source(self) -> str:
        """The call as messages show it: `database.fetch_one(...)`."""
        return shown(self.call)

    @property
    def function_source(self) -> str:
        """What is called, as written."""
        return self.call.module.parsed.code_of(self.call.node.func)

    @property
    def in_generator_expression(self) -> bool:
        """Whether an `await` here would turn a generator expression into an asynchronous one."""
        return in_generator_expression(self.call.context)

    def contains(self, node: cst.CSTNode) -> bool:
        """Whether a node is (or is directly around) the call, so that pointing at it says nothing new."""
        ranges = self.call.module.parsed.range_of
        return ranges(node).start.line == ranges(self.call.node).start.line


class LostCoroutines:
    """Finds them in the modules of one project."""

    def __init__(self, coroutines: Coroutines, reach: Reach) -> None:
        self.coroutines = coroutines
        self.reach = reach

    def of(self, module: ModuleRecord) -> Iterator[LostCoroutine]:
        """Those that calls of a module make."""
        for call in module.calls:
            made = self.coroutines.made_by(call)
            if made is not None:
                loss = self.coroutines.loss_of(made)
                if loss is not None:
                    yield self._lost(call, made, loss)

    def _lost(self, call: CallRecord, made: CoroutineCall, loss: Loss) -> LostCoroutine:
        consumer, to_scheduler = "", False
        if loss.kind is LossKind.INSPECTED and loss.use is not None and loss.use.call is not None:
            consumer = loss.use.call.module.parsed.code_of(loss.use.call.node.func)
            to_scheduler = self.coroutines.wants_function(loss.use)
        return LostCoroutine(
            call=call,
            function=made.function,
            is_query=made.is_query,
            loss=loss,
            role=next(iter(sorted(roles(made.function) & LIFECYCLE_ROLES)), ""),
            consumer=consumer,
            is_given_to_scheduler=to_scheduler,
            may_become_async=self.reach.may_become_async(call.function),
            callers=() if call.function.is_async else self._not_awaiting(call.function),
        )

    def _not_awaiting(self, function: FunctionRecord) -> tuple[CallRecord, ...]:
        callers = self.coroutines.resolver.callers(function)
        return tuple(call for call in callers if not any(use.kind is UseKind.AWAITED for use in call.uses))
