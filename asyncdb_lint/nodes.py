"""What is in a tree, read from the fields of its nodes: `CSTNode.children` copies each node to find them."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator

import libcst as cst


@functools.cache
def field_names(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    """The names of a node's fields, in the order they are written."""
    return tuple(field.name for field in dataclasses.fields(kind))


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes in the fields of a node."""
    for name in field_names(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from (item for item in value if isinstance(item, cst.CSTNode))


def descendants(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(children(node))


def in_order(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it, statements in the order of the source."""
    pending = [root]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(list(children(node))))


def names_in(node: cst.CSTNode) -> Iterator[str]:
    """The names that an expression reads or binds: neither attributes nor keywords."""
    pending = [node]
    while pending:
        match pending.pop():
            case cst.Name(value=value):
                yield value
            case cst.Attribute(value=base):
                pending.append(base)
            case cst.Arg(value=inner):
                pending.append(inner)
            case current:
                pending.extend(children(current))
