"""Cures a loop by the `async` or `await` that belongs in it, or takes out the one that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from ...semantics.iterating import IterationKind
from ...semantics.records import UseKind
from ..changes import Change, FixPlan, Replace
from .asynchronous import in_async_function
from .editing import loses_comments

if TYPE_CHECKING:
    from ...semantics.facts import WrongIteration
    from ...semantics.records import Use


def iterate_rightly(wrong: WrongIteration) -> FixPlan | None:
    """`async for` over what needs it, `for` and `await` over what does not."""
    match wrong.kind:
        case IterationKind.PLAIN:
            return _in_function(wrong, "Iterate with `async for`", [_made_async(wrong, use) for use in wrong.uses])
        case IterationKind.AWAITED:
            return _without_await(wrong)
        case IterationKind.ASYNC_OVER_COROUTINE if wrong.gives_async_rows:
            awaited = [_awaited(wrong, use) for use in wrong.uses]
            return _in_function(wrong, "Await before iterating", awaited)
        case IterationKind.ASYNC_OVER_COROUTINE if wrong.gives_all_rows and len(wrong.uses) == 1:
            use = wrong.uses[0]
            made = [_awaited(wrong, use), _made_plain(wrong, use)]
            return _in_function(wrong, "Await the rows and iterate with `for`", made)
        case IterationKind.ASYNC_OVER_ROWS:
            return _in_function(wrong, "Iterate with `for`", [_made_plain(wrong, use) for use in wrong.uses])
        case _:
            return None


def _in_function(wrong: WrongIteration, title: str, made: list[Change | None]) -> FixPlan | None:
    changes = [change for change in made if change is not None]
    functions = {use.function for use in wrong.uses}
    if len(changes) < len(made) or len(functions) != 1:
        return None
    return in_async_function(functions.pop(), title, changes, may_become_async=wrong.may_become_async)


def _without_await(wrong: WrongIteration) -> FixPlan | None:
    """`for row in await db.iterate(q)`; where the rows are kept, the method that gives all of them at once."""
    if len(wrong.uses) != 1 or not isinstance(wrong.uses[0].node, cst.Await):
        return None
    awaited, call, function = wrong.uses[0].node, wrong.call, wrong.uses[0].function
    module = call.module.parsed
    drop = Replace(module, awaited, awaited.expression)
    later = [use for use in call.awaited_uses if use.kind is not UseKind.BOUND and not use.taken]
    if wrong.is_behind_await or not later:
        return None
    if all(use.kind is UseKind.ASYNC_ITERATED for use in later):
        return in_async_function(function, "Drop the `await`", [drop])
    if len(later) == 1 and later[0].node is awaited and later[0].kind is UseKind.ITERATED:
        loop = _made_async(wrong, later[0])
        if loop is not None:
            return in_async_function(function, "Iterate with `async for`", [drop, loop])
    called = call.node.func
    if wrong.rows_method is None or not isinstance(called, cst.Attribute):
        return None
    if any(use.kind is UseKind.DISCARDED for use in later):
        return None
    renamed = Replace(module, called.attr, called.attr.with_changes(value=wrong.rows_method))
    return in_async_function(function, f"Await `{wrong.rows_method}` instead", [renamed])


def _awaited(wrong: WrongIteration, use: Use) -> Change | None:
    node = use.node
    return Replace(wrong.call.module.parsed, node, cst.Await(node)) if isinstance(node, cst.BaseExpression) else None


def _made_async(wrong: WrongIteration, use: Use) -> Change | None:
    """A loop with `async` in front; `list(...)` becomes the comprehension that it stands for."""
    module = wrong.call.module.parsed
    if use.kind is UseKind.ARGUMENT:
        return _as_comprehension(wrong, use)
    loop = _loop_over(use)
    if loop is None:
        return None
    return Replace(module, loop, loop.with_changes(asynchronous=cst.Asynchronous()))


def _made_plain(wrong: WrongIteration, use: Use) -> Change | None:
    loop = _loop_over(use)
    return Replace(wrong.call.module.parsed, loop, loop.with_changes(asynchronous=None)) if loop is not None else None


def _as_comprehension(wrong: WrongIteration, use: Use) -> Change | None:
    """`list(db.iterate(q))` becomes `[row async for row in db.iterate(q)]`."""
    outer = use.call.node if use.call is not None else None
    if outer is None or len(outer.args) != 1 or not isinstance(outer.func, cst.Name):
        return None
    made = {"list": cst.ListComp, "set": cst.SetComp}.get(outer.func.value)
    if made is None or loses_comments(outer, outer.args[0].value):
        return None
    row = cst.Name("row")
    loop = cst.CompFor(
        target=row,
        iter=outer.args[0].value,
        asynchronous=cst.Asynchronous(),
        whitespace_before=cst.SimpleWhitespace(" "),
    )
    return Replace(wrong.call.module.parsed, outer, made(elt=row, for_in=loop))


def _loop_over(use: Use) -> cst.For | cst.CompFor | None:
    """The loop that iterates an expression; None inside a generator expression, which `async` turns into another."""
    found: cst.For | cst.CompFor | None = None
    for node in descendants(use.function.node):
        if isinstance(node, cst.For | cst.CompFor) and node.iter is use.node:
            found = node
    if isinstance(found, cst.CompFor):
        for node in descendants(use.function.node):
            if isinstance(node, cst.GeneratorExp) and any(inner is found for inner in _clauses(node)):
                return None
    return found


def _clauses(node: cst.GeneratorExp) -> list[cst.CompFor]:
    clauses: list[cst.CompFor] = []
    clause: cst.CompFor | None = node.for_in
    while clause is not None:
        clauses.append(clause)
        clause = clause.inner_for_in
    return clauses
