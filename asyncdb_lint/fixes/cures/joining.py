"""Cures writes that belong together: one transaction from the first to the second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from .. import blocks
from ..blocks import Statement
from ..changes import FixPlan, Replace
from .editing import parents_in
from .starting import entering

if TYPE_CHECKING:
    from ...semantics.facts import DependentWrites, ProjectFacts


def hold_together(writes: DependentWrites, project: ProjectFacts) -> FixPlan | None:
    """`async with` around the statements from the first write to the second, where one block holds them both."""
    asked = next((call for call in writes.direct if isinstance(call.node.func, cst.Attribute)), None)
    method = project.connections.method_giving(asked, "transaction") if asked is not None else None
    function = writes.first.function
    if asked is None or method is None or not isinstance(function.node, cst.FunctionDef):
        return None
    made = cst.Call(cst.ensure_type(asked.node.func, cst.Attribute).with_changes(attr=cst.Name(method)))
    parents = parents_in(function.node)
    paths = [_blocks(call.node, parents) for call in (writes.first, writes.second)]
    shared = [block for block in paths[0] if any(block is other for other in paths[1])]
    if not shared:
        return None
    block = shared[0]
    statements: list[Statement] = list(block.body)  # type: ignore[arg-type]
    numbers = [_number(block, call.node) for call in (writes.first, writes.second)]
    first, last = min(numbers), max(numbers)
    inside = statements[first : last + 1]
    if any(
        isinstance(node, cst.Try | cst.TryStar | cst.Yield) for statement in inside for node in descendants(statement)
    ):
        # An error that is caught inside a transaction is another pitfall.
        return None
    entered = entering(made, inside, blocks.split_blanks(blocks.leading_lines(inside[0]))[0])
    changed = block.with_changes(body=[*statements[:first], entered, *statements[last + 1 :]])
    return FixPlan.unsafe("Put both into one transaction", Replace(function.module.parsed, block, changed))


def _blocks(node: cst.CSTNode, parents: dict[int, cst.CSTNode]) -> list[cst.IndentedBlock]:
    """The blocks around a node, from the inside out."""
    found: list[cst.IndentedBlock] = []
    above = parents.get(id(node))
    while above is not None:
        if isinstance(above, cst.IndentedBlock):
            found.append(above)
        above = parents.get(id(above))
    return found


def _number(block: cst.IndentedBlock, node: cst.CSTNode) -> int:
    return next(
        number for number, statement in enumerate(block.body) if any(inner is node for inner in descendants(statement))
    )
