"""Cures a pool that stays open: the application closes it at shutdown, a context manager in its `finally`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...parsing import with_fresh_stack
from ...semantics.applications import EventForm
from .. import blocks
from ..blocks import Statement
from ..changes import FixPlan, PlanRefused, Replace
from .editing import Edits
from .serving import Serving

if TYPE_CHECKING:
    from ...semantics.facts import UnclosedPool, UnsafeClosing
    from ...semantics.lifecycle import Lifecycle


def close_at_shutdown(pool: UnclosedPool, lifecycle: Lifecycle) -> FixPlan | None:
    """Extends what the application does at shutdown; None where it is not known what that is."""

    def plan() -> FixPlan:
        construction, edits = pool.construction, Edits()
        binding = lifecycle.binding(construction)
        opener, closer = lifecycle.method(construction, "opens"), lifecycle.method(construction, "closes")
        if binding is None or opener is None or closer is None:
            raise PlanRefused("it is not known where the pool is kept")
        Serving(pool.app, binding, lifecycle, edits, opener, closer).write_closing()
        return FixPlan.unsafe(f"Close `{binding.expression}` when the application shuts down", *edits.changes())

    try:
        return with_fresh_stack(plan)
    except PlanRefused:
        return None


def close_instead(pool: UnclosedPool, lifecycle: Lifecycle) -> FixPlan | None:
    """A shutdown handler that opens the pool closes it; None where the handler is the startup's as well."""
    handler, closer = pool.reopening, lifecycle.method(pool.construction, "closes")
    function = handler.function if handler is not None else None
    if handler is None or function is None or closer is None:
        return None
    if any(other.function is function for other in pool.app.handlers("startup")):
        return None
    calls = [call for call in function.calls if lifecycle.runs(call, pool.construction, "opens")]
    if handler.form is not EventForm.DECORATED or len(calls) != 1:
        return None
    node = calls[0].node.func
    if not isinstance(node, cst.Attribute):
        return None
    return FixPlan.unsafe(
        f"Write `{closer}`", Replace(function.module.parsed, node, node.with_changes(attr=cst.Name(closer)))
    )


def close_in_finally(closing: UnsafeClosing) -> FixPlan | None:
    """`yield` goes into a `try`, and what follows it into the `finally`."""
    node = closing.function.node
    if not isinstance(node, cst.FunctionDef) or not isinstance(node.body, cst.IndentedBlock):
        return None
    statements: list[Statement] = list(node.body.body)  # type: ignore[arg-type]
    at = next(number for number, statement in enumerate(statements) if statement is closing.yielded)
    blanks, comments = blocks.split_blanks(blocks.leading_lines(statements[at]))
    yielded = blocks.with_leading(statements[at], comments)
    final = statements[at + 1 :]
    final[0] = blocks.with_leading(final[0], blocks.split_blanks(blocks.leading_lines(final[0]))[1])
    guarded = cst.Try(
        leading_lines=blanks,
        body=cst.IndentedBlock([yielded]),
        finalbody=cst.Finally(cst.IndentedBlock(final)),
    )
    body = node.body.with_changes(body=[*statements[:at], guarded])
    return FixPlan.unsafe("Close it in a `finally`", Replace(closing.function.module.parsed, node.body, body))
