"""Cures a block by what must stand in front of it, and a decorator by what must stand behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...semantics.transaction_decorators import DecorationKind
from ...semantics.wrong_entry import EntryKind, Remedy
from ..changes import Change, FixPlan, Replace
from .asynchronous import in_async_function, made_async
from .editing import loses_comments

if TYPE_CHECKING:
    from ...semantics.facts import WrongDecoration, WrongEntry


def enter_rightly(wrong: WrongEntry) -> FixPlan | None:
    """`async with`, over an expression that can be entered."""
    block = wrong.context.node if wrong.context is not None else None
    if wrong.remedy is None or not isinstance(block, cst.With):
        return None
    module = wrong.function.module.parsed
    changes: list[Change] = []
    becomes_plain = wrong.kind is EntryKind.ASYNC
    if becomes_plain is (block.asynchronous is not None):
        if len(block.items) > 1:
            # The others would change with it.
            return None
        asynchronous = None if becomes_plain else cst.Asynchronous()
        changes.append(Replace(module, block, block.with_changes(asynchronous=asynchronous)))
    new = _remedied(wrong, wrong.node)
    if new is None or loses_comments(wrong.node, new):
        return None
    if new is not wrong.node:
        changes.append(Replace(module, wrong.node, new))
    return in_async_function(wrong.function, _TITLES[wrong.kind], changes, may_become_async=wrong.may_become_async)


_TITLES = {
    EntryKind.PLAIN: "Enter with `async with`",
    EntryKind.ASYNC: "Enter with `with`",
    EntryKind.UNCALLED: "Call the method",
    EntryKind.COROUTINE: "Enter what can be entered",
    EntryKind.AWAITED: "Drop the `await`",
}


def _remedied(wrong: WrongEntry, node: cst.BaseExpression) -> cst.BaseExpression | None:
    inner = node.expression if isinstance(node, cst.Await) else node
    match wrong.remedy:
        case Remedy.KEEP:
            return node
        case Remedy.CALL:
            return cst.Call(node)
        case Remedy.AWAIT:
            return cst.Await(node)
        case Remedy.NO_AWAIT:
            return inner
        case Remedy.RECEIVER:
            method = inner.func if isinstance(inner, cst.Call) else inner
            return method.value if isinstance(method, cst.Attribute) else None
        case Remedy.OTHER_METHOD:
            method = inner.func if isinstance(inner, cst.Call) else inner
            if not isinstance(method, cst.Attribute):
                return None
            return cst.Call(method.with_changes(attr=cst.Name(wrong.method)))
        case Remedy.CONNECTION:
            return cst.Call(cst.Attribute(node, cst.Name(wrong.method)))
        case None:
            return None


def decorate_rightly(wrong: WrongDecoration) -> FixPlan | None:
    """`@db.transaction()` for `@db.transaction`; a plain function below it becomes the async one that it runs as."""
    module, node = wrong.function.module.parsed, wrong.function.node
    if wrong.kind is DecorationKind.UNCALLED:
        decorator = wrong.decorator.decorator
        return FixPlan.safe("Call the method", Replace(module, decorator, cst.Call(decorator)))
    if wrong.kind is DecorationKind.PLAIN and isinstance(node, cst.FunctionDef):
        # The decorated function gives a coroutine already, so nothing changes for those who call it.
        return FixPlan.safe(f"Make `{wrong.function.name}` an `async def`", Replace(module, node, made_async(node)))
    return None
