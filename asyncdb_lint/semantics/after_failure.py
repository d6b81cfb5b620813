"""Where control goes behind a `try` or a `with`: whether the code there can tell a failure from a success."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..lazy import cst
from ..nodes import children
from ..unfetched import identity
from .records import Context, ContextKind, ExceptClause, outwards


def stands_in_clause(context: Context | None, clause: ExceptClause) -> bool:
    """Whether a place is inside an `except` clause."""
    place = identity(clause)
    return any(outer.kind is ContextKind.EXCEPT and identity(outer) == place for outer in outwards(context))


def is_retried(context: Context) -> bool:
    """Whether a loop tries again: `while`, `for _ in range(3)`, or one that is left as soon as something is found."""
    above = next((outer for outer in outwards(context.parent) if outer.kind is ContextKind.LOOP), None)
    match above.node if above is not None else None:
        case None:
            return False
        case cst.For(iter=cst.Call(func=cst.Name(value="range"))) | cst.While():
            return True
        case _:
            return _may_leave(success_path(context.node))


def success_path(node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    """What runs last when nothing fails: the body, or the `else` behind it."""
    if isinstance(node, cst.Try | cst.TryStar) and node.orelse is not None:
        return node.orelse.body.body
    return node.body.body if isinstance(node, cst.Try | cst.TryStar | cst.With) else ()


def leaves(body: Sequence[cst.CSTNode]) -> bool:
    """Whether a block ends by leaving: it returns, raises, or breaks out of its loop."""
    match body[-1] if body else None:
        case cst.SimpleStatementLine(body=[*_, cst.Return() | cst.Raise() | cst.Break() | cst.Continue()]):
            return True
        case cst.If(body=then, orelse=cst.Else(body=otherwise)):
            return leaves(then.body) and leaves(otherwise.body)
        case cst.With(body=inner):
            return leaves(inner.body)
        case _:
            return False


def _may_leave(body: Sequence[cst.CSTNode]) -> bool:
    """Whether a block ends by leaving, at least where it has found what it looks for: `if row: return row`."""
    match body[-1] if body else None:
        case cst.If(body=then):
            return _may_leave(then.body)
        case cst.Try(body=tried):
            return _may_leave(tried.body)
        case _:
            return leaves(body)


def binds_for_later(node: cst.CSTNode, function: cst.CSTNode) -> bool:
    """Whether a statement's body binds a name, or changes an object, that its function reads outside of it."""
    bound: set[str] = set()
    for inner in _descendants(node):
        match inner:
            case cst.AssignTarget(target=target) | cst.AnnAssign(target=target) | cst.AugAssign(target=target):
                bound.update(_names(target))
            case cst.NamedExpr(target=cst.Name(value=name)) | cst.AsName(name=cst.Name(value=name)):
                bound.add(name)
            case _:
                continue
    return bool(bound) and any(
        isinstance(inner, cst.Name) and inner.value in bound for inner in _descendants(function, without=node)
    )


def has_code_behind(node: cst.CSTNode, function: cst.CSTNode) -> bool:
    """Whether anything but the end of the function follows a statement."""
    body = function.body.body if isinstance(function, cst.FunctionDef) else ()
    while body:
        last = body[-1]
        if last is node:
            return False
        body = last.body.body if isinstance(last, cst.With) else ()
    return True


def _names(target: cst.CSTNode) -> Iterator[str]:
    """The names at the base of a target: `state` of `state["rows"] = rows`."""
    match target:
        case cst.Name(value=name):
            yield name
        case cst.Attribute(value=base) | cst.Subscript(value=base):
            yield from _names(base)
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _names(element.value)
        case _:
            return


def _descendants(root: cst.CSTNode, without: cst.CSTNode | None = None) -> Iterator[cst.CSTNode]:
    pending = [root]
    while pending:
        node = pending.pop()
        if node is not without:
            yield node
            pending.extend(children(node))
