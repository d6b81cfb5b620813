"""Where at module level a construction can stand: below all it needs, nowhere if it needs what a request brings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from ...nodes import children, descendants, names_in
from ...semantics.lifecycle import Lifecycle
from ...semantics.records import CallRecord
from ...semantics.terms import Constant
from ..blocks import Statement
from ..imports import is_docstring


def place_for(call: CallRecord, lifecycle: Lifecycle) -> tuple[Statement, bool] | None:
    """The top-level statement next to which a construction can stand, and whether behind it."""
    module = call.module
    names = set(names_in(call.node))
    moves = not any(
        isinstance(node, cst.Await | cst.Yield | cst.NamedExpr | cst.Lambda | cst.CompFor)
        for node in descendants(call.node)
    )
    if not moves or any(lifecycle.is_local(call.function, name) for name in names):
        return None
    body = list(module.parsed.tree.body)
    bound: dict[str, int] = {}
    behind = -1
    for index, statement in enumerate(body):
        for name in _bound_by(statement):
            bound[name] = bound.get(name, 0) + 1
            behind = index if name in names else behind
        if _loads_environment(statement):
            behind = index
    for name in names:
        terms = module.bindings.get(name, [])
        # Some function gives it its value, or another one, later.
        if len(terms) > bound.get(name, 0) or any(isinstance(term, Constant) and term.value is None for term in terms):
            return None
    head = next((index for index, statement in enumerate(body) if not _is_head(statement, index)), len(body))
    if behind < head < len(body):
        return body[head], False
    behind = max(behind, head - 1)
    if behind + 1 < len(body) and isinstance(body[behind], cst.SimpleStatementLine) and is_docstring(body[behind + 1]):
        # The docstring of an attribute stays with it.
        behind += 1
    return body[behind], True


def _is_head(statement: cst.CSTNode, index: int) -> bool:
    """Imports and what comes with them: the docstring, `__all__`, `load_dotenv()`."""
    match statement:
        case cst.SimpleStatementLine():
            return (index == 0 and is_docstring(statement)) or all(_is_head_line(small) for small in statement.body)
        case cst.Try(body=inner) | cst.If(body=inner):
            return all(
                isinstance(line, cst.SimpleStatementLine)
                and all(isinstance(small, cst.Import | cst.ImportFrom) for small in line.body)
                for line in inner.body
            )
        case _:
            return False


def _is_head_line(small: cst.BaseSmallStatement) -> bool:
    match small:
        case cst.Import() | cst.ImportFrom():
            return True
        case cst.Expr(value=cst.Call()):
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            return name.startswith("__")
        case _:
            return False


def _loads_environment(statement: cst.CSTNode) -> bool:
    """`load_dotenv()`: what reads the environment comes behind it."""
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, cst.Call)
        and any(isinstance(node, cst.Name) and "dotenv" in node.value for node in descendants(statement.body[0]))
    )


def _bound_by(statement: cst.CSTNode) -> Iterator[str]:
    """The names that a top-level statement binds, also inside its blocks."""
    match statement:
        case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
            yield name.value
        case cst.Assign(targets=targets):
            for target in targets:
                yield from _targets(target.target)
        case cst.AnnAssign(target=target, value=value) if value is not None:
            yield from _targets(target)
        case cst.AugAssign(target=target):
            yield from _targets(target)
        case cst.Import(names=names) | cst.ImportFrom(names=names):
            for alias in names if isinstance(names, Iterable) else ():
                yield alias.evaluated_alias or alias.evaluated_name.partition(".")[0]
        case cst.For(target=target):
            yield from _targets(target)
            yield from _bound_inside(statement)
        case cst.AsName(name=name):
            yield from _targets(name)
        case cst.BaseExpression():
            return
        case _:
            yield from _bound_inside(statement)


def _bound_inside(statement: cst.CSTNode) -> Iterator[str]:
    for child in children(statement):
        yield from _bound_by(child)


def _targets(target: cst.CSTNode) -> Iterator[str]:
    match target:
        case cst.Name(value=value):
            yield value
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _targets(element.value)
        case _:
            return
