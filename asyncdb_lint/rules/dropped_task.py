"""ADB106 dropped-task: work on the database that goes on where nobody sees its errors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class DroppedTask(Rule):
    """A task that runs queries and is not kept."""

    code, name = "ADB106", "dropped-task"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each call that makes tasks."""
        for dropped in module.dropped_tasks:
            keep = "keep the task: `tasks.add(task)` and `task.add_done_callback(tasks.discard)`"
            await_it = f"write `await {dropped.source if dropped.gives_result else dropped.call_source}`, or "
            yield Finding(
                dropped.call.node,
                f"nothing keeps the task that runs `{dropped.source}`: its errors reach nobody, "
                "and a shutdown, or the garbage collector, ends it half-way",
                help=f"{await_it if dropped.may_be_awaited else ''}{keep}",
                fix=partial(cures.tasks.await_work, dropped),
            )
