"""Cures a lost coroutine by awaiting it where it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...semantics.coroutines import LossKind
from ..changes import FixPlan, Replace

if TYPE_CHECKING:
    from ...semantics.facts import LostCoroutine


def await_where_made(lost: LostCoroutine) -> FixPlan | None:
    """`await call` inside an `async def`; a plain handler becomes one, which also runs its other code on the event loop."""
    call = lost.call
    module = call.module.parsed
    if lost.loss.kind is LossKind.UNRUN_LAMBDA:
        return _hand_over_function(lost)
    if lost.is_given_to_scheduler:
        return _hand_over_call(lost)
    function = call.function
    if function.is_lambda or function.is_module or lost.in_generator_expression:
        return None
    change = Replace(module, call.node, cst.Await(call.node))
    if function.is_async:
        return FixPlan.safe("Add `await`", change)
    if lost.function_is_handler and isinstance(function.node, cst.FunctionDef) and not function.is_generator:
        # The new definition holds the awaited call: one change, since changes may not nest.
        awaited = function.node.deep_replace(call.node, cst.Await(call.node))
        assert isinstance(awaited, cst.FunctionDef)
        return FixPlan.unsafe(
            f"Make `{function.name}` an `async def` and add `await`",
            Replace(module, function.node, awaited.with_changes(asynchronous=cst.Asynchronous())),
        )
    return None


def _hand_over_function(lost: LostCoroutine) -> FixPlan | None:
    """`add_task(lambda: db.execute(sql))` becomes `add_task(db.execute, sql)`."""
    function = lost.call.function
    given = next((use for use in function.uses if use.call is not None), None)
    if given is None or given.call is None or function.parameters:
        return None
    return _with_function(lost, given.call.node, function.node)


def _hand_over_call(lost: LostCoroutine) -> FixPlan | None:
    """`add_task(db.execute(sql))` becomes `add_task(db.execute, sql)`."""
    use = lost.loss.use
    if use is None or use.call is None:
        return None
    return _with_function(lost, use.call.node, lost.call.node)


def _with_function(lost: LostCoroutine, outer: cst.Call, given: cst.CSTNode) -> FixPlan | None:
    if len(outer.args) != 1 or outer.args[0].value is not given:
        return None
    inner = lost.call.node
    arguments = [cst.Arg(inner.func), *inner.args]
    return FixPlan.safe(
        "Hand over the function and its arguments",
        Replace(lost.call.module.parsed, outer, outer.with_changes(args=arguments)),
    )
