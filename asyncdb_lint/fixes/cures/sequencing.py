"""Cures tasks inside a transaction: what they would run is awaited in turn, in the task that holds the transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from ...semantics.records import CallRecord, UseKind
from .. import blocks
from ..changes import Change, FixPlan, Replace
from ..unused_imports import imports_of

if TYPE_CHECKING:
    from ...semantics.facts import EscapedWork

_TITLE = "Await one after the other"
_Comprehension = cst.ListComp | cst.GeneratorExp


def await_in_turn(escaped: EscapedWork) -> FixPlan | None:
    """Sequential awaits in the place of an awaited `gather` or task; None where the tasks are kept or run elsewhere."""
    call = escaped.tasks
    if call is not escaped.call or any(argument.keyword is not None for argument in call.node.args):
        return None
    awaits = [use.node for use in call.uses if use.kind is UseKind.AWAITED]
    if escaped.gives == "result" and len(call.node.args) == 1 and not call.node.args[0].star:
        return _unwrapped(call, awaits)
    if escaped.gives == "results" and len(awaits) == 1 and isinstance(awaits[0], cst.Await):
        return _gathered(call, awaits[0])
    return None


def _plan(call: CallRecord, change: Change) -> FixPlan:
    module = call.module.parsed
    return FixPlan.unsafe(_TITLE, change, *imports_of(module, call.node.func))


def _unwrapped(call: CallRecord, awaits: Sequence[cst.CSTNode]) -> FixPlan | None:
    """`await create_task(work)`, or `tg.create_task(work)` whose task is not kept."""
    module, work = call.module.parsed, call.node.args[0].value
    if not isinstance(work, cst.Call):
        return None
    if len(awaits) == 1 and isinstance(awaits[0], cst.Await) and awaits[0].expression is call.node:
        return _plan(call, Replace(module, call.node, work))
    if [use.kind for use in call.uses] == [UseKind.DISCARDED]:
        return _plan(call, Replace(module, call.node, cst.Await(work)))
    return None


def _gathered(call: CallRecord, awaited: cst.Await) -> FixPlan | None:
    module = call.module.parsed
    line = call.statement
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
    spread = _spread(call.node)
    if spread is not None:
        if isinstance(small, cst.Expr) and small.value is awaited and not _is_async(spread):
            return _plan(call, Replace(module, line, [_loop(spread, blocks.leading_lines(line))]))  # type: ignore[arg-type]
        listed = cst.ListComp(cst.Await(spread.elt), spread.for_in)
        return _plan(call, Replace(module, awaited, listed))
    if any(argument.star for argument in call.node.args):
        return None
    works = [argument.value for argument in call.node.args]
    if isinstance(line, cst.SimpleStatementLine) and isinstance(small, cst.Expr) and small.value is awaited:
        lines = [cst.SimpleStatementLine([cst.Expr(cst.Await(work))]) for work in works]
        return _plan(call, Replace(module, line, _headed(lines, line)))
    targets = _targets(small, awaited)
    if isinstance(line, cst.SimpleStatementLine) and targets is not None and len(targets) == len(works):
        names = {
            node.value for target in targets for node in (target, *descendants(target)) if isinstance(node, cst.Name)
        }
        used = {node.value for work in works for node in descendants(work) if isinstance(node, cst.Name)}
        if not names & used:
            lines = [
                cst.SimpleStatementLine([cst.Assign([cst.AssignTarget(target)], cst.Await(work))])
                for target, work in zip(targets, works, strict=True)
            ]
            return _plan(call, Replace(module, line, _headed(lines, line)))
    listed_works = cst.List([cst.Element(cst.Await(work)) for work in works])
    return _plan(call, Replace(module, awaited, listed_works))


def _spread(call: cst.Call) -> _Comprehension | None:
    """The comprehension of `gather(*[work(x) for x in xs])`."""
    if len(call.args) == 1 and call.args[0].star == "*" and isinstance(call.args[0].value, _Comprehension):
        return call.args[0].value
    return None


def _is_async(comprehension: _Comprehension) -> bool:
    return comprehension.for_in.asynchronous is not None or comprehension.for_in.inner_for_in is not None


def _loop(comprehension: _Comprehension, lines: Sequence[cst.EmptyLine]) -> cst.For:
    clause = comprehension.for_in
    body: list[cst.BaseStatement] = [cst.SimpleStatementLine([cst.Expr(cst.Await(comprehension.elt))])]
    for test in reversed(clause.ifs):
        body = [cst.If(test.test, cst.IndentedBlock(body))]
    return cst.For(clause.target, clause.iter, cst.IndentedBlock(body), leading_lines=list(lines))


def _targets(small: cst.CSTNode | None, awaited: cst.Await) -> list[cst.BaseAssignTargetExpression] | None:
    """The targets of `a, b = await gather(...)`."""
    if not isinstance(small, cst.Assign) or small.value is not awaited or len(small.targets) != 1:
        return None
    target = small.targets[0].target
    if not isinstance(target, cst.Tuple):
        return None
    targets = [
        element.value
        for element in target.elements
        if isinstance(element, cst.Element) and isinstance(element.value, cst.BaseAssignTargetExpression)
    ]
    return targets if len(targets) == len(target.elements) else None


def _headed(lines: list[cst.SimpleStatementLine], line: cst.SimpleStatementLine) -> list[cst.SimpleStatementLine]:
    """New lines with the comments of the old one: those above it first, the one beside it last."""
    lines[0] = lines[0].with_changes(leading_lines=line.leading_lines)
    lines[-1] = lines[-1].with_changes(trailing_whitespace=line.trailing_whitespace)
    return lines
