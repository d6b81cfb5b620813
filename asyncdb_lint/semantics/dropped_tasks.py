"""Tasks that work on a database and that nobody keeps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from ..nodes import descendants
from .calling import class_roles, roles
from .handed_work import HandedWork, HandedWorks, within
from .queries import shown
from .reach import Origin, Reach
from .records import CallRecord, FunctionRecord, ModuleRecord, UseKind
from .resolve import Resolver
from .values import FunctionValue, InstanceValue


class DroppedTask(NamedTuple):
    """A call that makes a task, or several, and the work that goes on in it unseen."""

    call: CallRecord
    work: HandedWork
    gives_result: bool
    """Whether awaiting the call gives what awaiting its one argument gives."""
    may_be_awaited: bool
    """Whether awaiting the work here only means to wait for its end."""

    @property
    def source(self) -> str:
        """What goes on in the task, as messages show it."""
        return shown(self.work.call) if self.work.call is not None else self.work.function.name

    @property
    def call_source(self) -> str:
        """The call that makes the task, as messages show it."""
        return shown(self.call)


class DroppedTasks:
    """Finds the tasks of one project that nobody keeps."""

    def __init__(self, resolver: Resolver, reach: Reach, works: HandedWorks) -> None:
        self.resolver = resolver
        self.reach = reach
        self.works = works

    def of(self, module: ModuleRecord) -> Iterator[DroppedTask]:
        """Every dropped task of a module."""
        for call in module.calls:
            makers = [function for function in self.resolver.targets_of(call) if "makes_task" in roles(function)]
            if not makers or not _is_dropped(call) or self._is_owned(call):
                continue
            works = self.works.of(call)
            if works:
                gives_result = all("passes_result" in roles(function) for function in makers)
                yield DroppedTask(call, works[0], gives_result, self._may_be_awaited(call.function, works))

    def _is_owned(self, call: CallRecord) -> bool:
        """`group.create_task(...)`: the group waits for its tasks."""
        return any(
            isinstance(value, FunctionValue)
            and isinstance(value.receiver, InstanceValue)
            and "owns_tasks" in class_roles(self.resolver, value.receiver)
            for value in self.resolver.resolve(call.callee)
        )

    def _may_be_awaited(self, function: FunctionRecord, works: list[HandedWork]) -> bool:
        """Whether the work comes to an end by itself, and no startup waits for it."""
        if not function.is_async or Origin.LIFECYCLE in self.reach.origins(function):
            return False
        return not any(
            _is_endless(inner) or self._waits(inner)
            for work in works
            if not work.function.module.is_stub
            for inner in within(self.resolver, work.function)
        )

    def _waits(self, function: FunctionRecord) -> bool:
        """Whether a function lets time pass on purpose."""
        return any("slow" in roles(target) for call in function.calls for target in self.resolver.targets_of(call))


def _is_dropped(call: CallRecord) -> bool:
    """Whether a call's result is discarded, or bound to a local name that nothing reads."""
    kinds = {use.kind for use in call.uses}
    if kinds - {UseKind.BOUND, UseKind.DISCARDED}:
        return False
    return UseKind.DISCARDED in kinds or not call.function.is_module


def _is_endless(function: FunctionRecord) -> bool:
    """Whether a function holds a loop that only an error or a cancellation ends."""
    for node in descendants(function.node):
        if isinstance(node, cst.While) and isinstance(node.test, cst.Name | cst.Integer):
            return node.test.value in ("True", "1")
    return False
