"""What is in a tree, read from the fields of its nodes: `CSTNode.children` copies each node to find them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator
from operator import attrgetter

from .lazy import cst

# Most nodes of a tree are whitespace and punctuation, and nearly nobody asks for those.
_FORMATTING = frozenset(
    {
        "colon", "comma", "comment", "dot", "empty_lines", "equal", "first_colon", "first_line", "footer", "header",
        "indent", "last_line", "lbrace", "lbracket", "leading_lines", "leading_whitespace", "lines_after_decorators",
        "lpar", "newline", "rbrace", "rbracket", "relative", "rpar", "second_colon", "semicolon", "separator",
        "trailing_comma", "trailing_whitespace",
    }
)  # fmt: skip


@functools.cache
def field_names(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """The names of a node's fields, in the order they are written."""
    return tuple(field.name for field in dataclasses.fields(kind))


def children(node: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes in the fields of a node, without whitespace, comments and punctuation."""
    return _nodes_in(_code_of(type(node))(node))


def descendants(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it, without whitespace, comments and punctuation."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending += _nodes_in(_code_of(type(node))(node))


def in_order(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """As `descendants`, with statements in the order of the source."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending += reversed(children(node))


def comments_in(root: cst.CSTNode) -> Iterator[cst.Comment]:
    """The comments of a node and all below it, in no order."""
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Comment):
            yield node
        pending += _nodes_in(_all_of(type(node))(node))


def variables_in(root: cst.CSTNode, *, without: tuple[type[cst.CSTNode], ...] = ()) -> Iterator[cst.Name]:
    """The names that code reads or binds: no attributes, no keywords, and nothing in nodes of the kinds `without`."""
    pending = [root]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Name):
            yield node
        elif isinstance(node, cst.Attribute | cst.Arg):
            pending.append(node.value)
        elif not isinstance(node, without):
            pending += children(node)


def dotted_name(node: cst.CSTNode) -> str | None:
    """`a.b.c` as text if the expression is just that."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return None
    parts.append(node.value)
    return ".".join(reversed(parts))


def names_in(node: cst.CSTNode) -> Iterator[str]:
    """The names of the variables in an expression."""
    return (name.value for name in variables_in(node))


class _IsNode(dict[type, bool]):
    """Whether a type is one of nodes; asked once each, since an abstract base class makes `isinstance` slow."""

    def __missing__(self, kind: type) -> bool:
        answer = self[kind] = issubclass(kind, cst.CSTNode)
        return answer


_IS_NODE = _IsNode()


def _nodes_in(values: tuple[object, ...]) -> list[cst.CSTNode]:
    found: list[cst.CSTNode] = []
    for value in values:
        kind = type(value)
        if kind is list or kind is tuple:
            found += value  # type: ignore[arg-type] # the lists of a node hold nodes
        elif _IS_NODE[kind]:
            found.append(value)  # type: ignore[arg-type] # as its type says
    return found


@functools.cache
def _code_of(kind: type[cst.CSTNode]) -> Callable[[object], tuple[object, ...]]:
    return _getter([n for n in field_names(kind) if n not in _FORMATTING and not n.startswith("whitespace")])


@functools.cache
def _all_of(kind: type[cst.CSTNode]) -> Callable[[object], tuple[object, ...]]:
    return _getter(list(field_names(kind)))


def _getter(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    if not names:
        return lambda node: ()
    only = names[0]
    return lambda node: (getattr(node, only),)
