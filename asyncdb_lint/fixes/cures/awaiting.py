"""Cures a lost coroutine by awaiting it where it is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from ...semantics.coroutines import LossKind
from ..changes import FixPlan, Replace

if TYPE_CHECKING:
    from ...semantics.facts import LostCoroutine
    from ...semantics.records import CallRecord


def await_where_made(lost: LostCoroutine) -> FixPlan | None:
    """`await call` inside an `async def`; a plain handler becomes one: its code runs on the event loop then."""
    call = lost.call
    module = call.module.parsed
    if lost.loss.kind is LossKind.UNRUN_LAMBDA:
        return _hand_over_function(lost)
    if lost.is_given_to_scheduler:
        return _hand_over_call(lost)
    function = call.function
    is_script = function.is_module and not function.is_async
    if function.is_lambda or is_script or lost.in_generator_expression:
        return None
    misplaced = _await_around(call)
    if misplaced is not None:
        # `await db.fetch_one(q)["name"]` awaits the item, not the query.
        query = cst.Await(call.node, lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
        return FixPlan.safe(
            "Await the query itself",
            Replace(module, misplaced, misplaced.expression),
            Replace(module, call.node, query),
        )
    change = Replace(module, call.node, cst.Await(call.node))
    if function.is_async:
        return FixPlan.safe("Add `await`", change)
    if lost.may_become_async and isinstance(function.node, cst.FunctionDef) and not function.is_generator:
        # The new definition holds the awaited call: one change, since changes may not nest.
        awaited = cst.ensure_type(function.node.deep_replace(call.node, cst.Await(call.node)), cst.FunctionDef)
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
    comma = cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")) if inner.args else cst.MaybeSentinel.DEFAULT
    arguments = [cst.Arg(inner.func, comma=comma), *inner.args]
    return FixPlan.safe(
        "Hand over the function and its arguments",
        Replace(lost.call.module.parsed, outer, outer.with_changes(args=arguments)),
    )


def _await_around(call: CallRecord) -> cst.Await | None:
    """The `await` that was meant for a call but stands around what follows it: `.name`, `[0]`, `.method()`."""
    outer: cst.CSTNode | None = None
    for candidate in descendants(call.statement):
        if not isinstance(candidate, cst.Await):
            continue
        node: cst.CSTNode = candidate.expression
        while node is not call.node:
            match node:
                case cst.Attribute(value=inner) | cst.Subscript(value=inner) | cst.Call(func=inner):
                    node = inner
                case _:
                    break
        if node is call.node:
            outer = candidate
    return outer if isinstance(outer, cst.Await) else None
