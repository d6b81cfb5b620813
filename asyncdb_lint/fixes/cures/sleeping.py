"""Cures a sleep that stops the event loop: `await asyncio.sleep(...)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ..changes import AddImport, FixPlan, Replace
from ..unused_imports import imports_of

if TYPE_CHECKING:
    from ...semantics.facts import BlockingCall


def sleep_as_a_task(found: BlockingCall) -> FixPlan | None:
    """`await asyncio.sleep(seconds)` in place of a sleep that stands in the `async def` itself."""
    call = found.call
    if not found.sleeps or found.in_generator_expression or len(call.node.args) != 1:
        return None
    if call.node.args[0].star or call.node.args[0].keyword is not None:
        return None
    module = call.module.parsed
    callee = cst.Attribute(cst.Name("asyncio"), cst.Name("sleep"))
    return FixPlan.safe(
        "Let only this task sleep",
        Replace(module, call.node, cst.Await(call.node.with_changes(func=callee))),
        AddImport(module, "asyncio"),
        *imports_of(module, call.node.func),
    )
