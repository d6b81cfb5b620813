"""ADB501 task-in-transaction: queries of a transaction that run in tasks of their own, and so outside of it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.queries import shown
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import EscapedWork, ModuleFacts


class TaskInTransaction(Rule):
    """`gather`, `create_task` and their like around queries inside a transaction."""

    code, name = "ADB501", "task-in-transaction"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each statement that makes such tasks."""
        for escaped in module.escaped_work:
            subject = "these queries run" if escaped.is_many else "this query runs"
            if escaped.call is not escaped.tasks:
                subject = f"the queries of `{shown(escaped.call)}` run"
            tasks = (
                "tasks of their own, on other connections"
                if escaped.is_many
                else "a task of its own, on another connection"
            )
            yield Finding(
                escaped.call.node,
                f"{subject} in {tasks}: a rollback of `{escaped.block.source}` does not undo "
                f"{'them' if escaped.is_many else 'it'}",
                help=_advice(escaped),
                fix=partial(cures.sequencing.await_in_turn, escaped),
                mentions=_mentions(escaped),
            )


def _advice(escaped: EscapedWork) -> str:
    if escaped.call is not escaped.tasks:
        made = escaped.tasks.function.name
        return f"await the queries one after the other in `{made}`, in the place of `{shown(escaped.tasks)}`"
    work = [f"`await {shown(query)}`" for query in escaped.work[:2]]
    if escaped.is_many and len(work) == 1:
        return f"write {work[0]} in a loop, one after the other"
    return f"await one after the other: {', '.join(work)}" if len(work) > 1 else f"write {work[0]}"


def _mentions(escaped: EscapedWork) -> list[Mention]:
    found = [Mention(escaped.block.function.module.parsed, escaped.block.node, "the transaction")]
    if escaped.tasks is not escaped.call:
        found.append(Mention(escaped.tasks.module.parsed, escaped.tasks.node, "the tasks are made here"))
    return found
