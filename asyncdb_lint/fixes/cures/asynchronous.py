"""Carries changes out that need an `async def` around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ..changes import Change, FixPlan, Replace

if TYPE_CHECKING:
    from ...semantics.records import FunctionRecord


def in_async_function(
    function: FunctionRecord, title: str, changes: Sequence[Change], *, may_become_async: bool = False
) -> FixPlan | None:
    """Changes that are safe in an `async def`; a plain handler becomes one: its code runs on the event loop then."""
    if function.is_async:
        return FixPlan.safe(title, *changes)
    if not may_become_async or not isinstance(function.node, cst.FunctionDef) or function.is_generator:
        return None
    return FixPlan.unsafe(
        f"Make `{function.name}` an `async def` and {title[0].lower()}{title[1:]}",
        Replace(function.module.parsed, function.node, made_async(function.node)),
        *changes,
    )


def made_async(node: cst.FunctionDef) -> cst.FunctionDef:
    """The same function as an `async def`."""
    return node.with_changes(asynchronous=cst.Asynchronous())
