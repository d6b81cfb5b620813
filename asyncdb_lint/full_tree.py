"""The nodes of a walk, made from LibCST's tree: each knows the node that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

import libcst as cst

from asyncdb_lint import syntax
from asyncdb_lint.decoding import UnparsableFile
from asyncdb_lint.nodes import children
from asyncdb_lint.parsing import parse_text, with_fresh_stack

Converted = dict[int, tuple[cst.CSTNode, Any]]
"""What has become of statements, by their identity; both are kept alive."""


class FullTree:
    """The tree of a module that LibCST has parsed."""

    noted = staticmethod(attrgetter("full"))

    def __init__(self, tree: cst.Module, before: Converted | None = None) -> None:
        """Takes over what has become of statements `before` an edit, where they are still the same."""
        known = before or {}
        self.converted: Converted = {
            id(statement): known.get(id(statement)) or (statement, _converted(statement)) for statement in tree.body
        }
        self.module: syntax.Module = syntax.maker(syntax.Module)([made for _, made in self.converted.values()])
        self.module.full = tree

    def expression(self, text: str) -> syntax.Expression | None:
        """The tree of an expression that stands in a text of the module; None if it is none."""
        return converted_expression(text)


def converted_expression(text: str) -> syntax.Expression | None:
    """The tree of a text that LibCST reads as an expression; None if it does not."""
    try:
        body = parse_text(text).body
    except UnparsableFile:
        return None
    match body:
        case [cst.SimpleStatementLine(body=[cst.Expr(value=value)])]:
            return _converted(value)  # type: ignore[no-any-return] # of an expression
        case _:
            return None


def _converted(node: cst.CSTNode) -> Any:
    return with_fresh_stack(lambda: _convert(node))


def _convert(node: cst.CSTNode) -> Any:
    return _CONVERTERS[type(node)](node)


class _Converters(dict[type, Callable[[Any], Any]]):
    """What makes a walk's node of each of LibCST's."""

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        convert = self[kind] = _converter(kind)
        return convert


_CONVERTERS = _Converters()


def _converter(kind: type) -> Callable[[Any], Any]:
    cls = getattr(syntax, _CALLED.get(kind.__name__, kind.__name__), None)
    if cls is None:
        return _other
    plan = [(attrgetter(name), getattr(cls, name).__set__, _FORMS.get(name, _form)) for name in cls.fields]
    new, stand_for = object.__new__, syntax.Node.full.__set__  # type: ignore[attr-defined] # a slot

    def convert(node: Any) -> Any:
        made = new(cls)
        stand_for(made, node)
        for of, place, form in plan:
            place(made, form(of(node)))
        return made

    return convert


def _other(node: cst.CSTNode) -> Any:
    """What nobody thought of, such as syntax of a Python to come: the expressions in it count."""
    parts = [_convert(part) for part in children(node) if isinstance(part, cst.BaseExpression)]
    made = syntax.maker(syntax.OtherExpression)(parts) if isinstance(node, cst.BaseExpression) else syntax.Node()
    made.full = node
    return made


def _form(value: Any) -> Any:
    kind = type(value)
    if value is None or kind is str:
        return value
    if kind is tuple or kind is list:
        return [_CONVERTERS[type(item)](item) for item in value]
    return _CONVERTERS[kind](value)


def _exists(value: object) -> bool:
    return value is not None


def _count(values: Iterable[object]) -> int:
    return sum(1 for _ in values)


def _kind(value: object) -> str:
    return type(value).__name__


def _parameter(value: object) -> Any:
    """`*name`; a star by itself is none."""
    return _convert(value) if isinstance(value, cst.Param) else None


_FORMS: dict[str, Callable[[Any], Any]] = {
    "asynchronous": _exists,
    "operator": _kind,
    "relative": _count,
    "star_arg": _parameter,
}
# What a statement says is the same if it is done later (PEP 810).
_CALLED = {"MatchTuple": "MatchList", "LazyImport": "Import", "LazyImportFrom": "ImportFrom"}
