"""Event loops that are started for one call, where the application's own loop runs or is about to."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import NamedTuple

from .calling import class_roles, roles
from .handed_work import HandedWork, HandedWorks, makes_pool, within
from .lifecycle import Lifecycle
from .queries import name_of_plain, shown
from .reach import Origin, Reach, is_under_main_guard
from .records import CallRecord, FunctionRecord, ModuleRecord
from .resolve import Resolver
from .values import ExternalValue, InstanceValue

_RUN_BY_HAND = frozenset({Origin.SCRIPT, Origin.TEST})

# From this call on a loop may be started inside a running one.
_NESTS_LOOPS = ExternalValue("nest_asyncio.apply")


class LoopKind(enum.Enum):
    """What a loop that is started for one call meets."""

    RUNNING = "a loop that runs already"
    REQUEST = "the connections of another loop"
    IMPORT = "an application that is still to start"


class LoopCall(NamedTuple):
    """A call that runs work on a database in an event loop of its own."""

    call: CallRecord
    kind: LoopKind
    work: HandedWork

    @property
    def source(self) -> str:
        """The call that starts the loop, as messages show it."""
        return shown(self.call)

    @property
    def work_source(self) -> str:
        """What is run, as messages show it."""
        return shown(self.work.call) if self.work.call is not None else self.work.function.name

    @property
    def plain_function(self) -> str:
        """The name of the plain `def` around, where there is one."""
        return name_of_plain(self.call.function)


class LoopCalls:
    """Finds the loops that one project starts beside that of its application."""

    def __init__(self, resolver: Resolver, reach: Reach, works: HandedWorks, lifecycle: Lifecycle) -> None:
        self.resolver = resolver
        self.reach = reach
        self.works = works
        self.lifecycle = lifecycle

    def of(self, module: ModuleRecord) -> Iterator[LoopCall]:
        """Every such call of a module."""
        if self.reach.module_kind(module) in _RUN_BY_HAND:
            return
        for call in module.calls:
            if not any("runs_event_loop" in roles(function) for function in self.resolver.targets_of(call)):
                continue
            works = self.works.of(call)
            kind = self._kind(call) if works and not is_under_main_guard(call.context) else None
            if kind is None or (kind is LoopKind.RUNNING and self._minds_running_loops(call.function)):
                continue
            if kind is not LoopKind.RUNNING and any(makes_pool(self.resolver, work.function) for work in works):
                # A pool of its own in a loop of its own works, as costly as it is.
                continue
            if kind is LoopKind.IMPORT and any(self._closes(work.function) for work in works):
                # What is opened is closed in the same loop: the application opens it anew.
                continue
            yield LoopCall(call, kind, works[0])

    def _closes(self, function: FunctionRecord) -> bool:
        """Whether running a function of the project closes a pool, by a call or by leaving its block."""
        for inner in within(self.resolver, function) if not function.module.is_stub else ():
            if any("closes" in roles(target) for call in inner.calls for target in self.resolver.targets_of(call)):
                return True
            entered = [value for block in inner.withs for term in block.items for value in self.resolver.resolve(term)]
            if any(
                isinstance(value, InstanceValue) and "pool" in class_roles(self.resolver, value) for value in entered
            ):
                return True
        return False

    def _kind(self, call: CallRecord) -> LoopKind | None:
        """What the loop meets, by the worst way into the function that starts it."""
        found: set[LoopKind] = set()
        seen = {call.function}
        pending = [call.function]
        while pending:
            function = pending.pop()
            own = self.reach.own(function)
            if own & _RUN_BY_HAND or self.reach.module_kind(function.module) in _RUN_BY_HAND:
                continue
            if function.is_async or Origin.LIFECYCLE in own:
                # Startup handlers are called by the loop, plain ones too.
                found.add(LoopKind.RUNNING)
                continue
            if own & {Origin.HANDLER, Origin.DEPENDENCY}:
                found.add(LoopKind.REQUEST)
            if function.is_module and self._is_of_application(function.module):
                found.add(LoopKind.IMPORT)
            for outer in self.resolver.callers(function):
                if outer.function not in seen and not is_under_main_guard(outer.context):
                    seen.add(outer.function)
                    pending.append(outer.function)
        return next((kind for kind in LoopKind if kind in found), None)

    def _is_of_application(self, module: ModuleRecord) -> bool:
        """Whether an application, served by others, imports a module."""
        return any(
            app.module is module or self.lifecycle.imports.reaches(app.module, module)
            for app in self.lifecycle.applications.all
        )

    def _minds_running_loops(self, function: FunctionRecord) -> bool:
        """Whether a function asks for a running loop before it starts one, or the project lets loops nest."""
        asks = any(
            "asks_for_loop" in roles(target) for call in function.calls for target in self.resolver.targets_of(call)
        )
        return asks or any(
            value == _NESTS_LOOPS
            for call in self.resolver.calls_named("apply")
            for value in self.resolver.resolve(call.callee)
        )
