"""What a tree means, apart from how it is written: to see whether a text reads back as the tree that made it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator

import libcst as cst

from asyncdb_lint.nodes import field_names

_FORMATTING = (
    cst.BaseParenthesizableWhitespace,
    cst.TrailingWhitespace,
    cst.EmptyLine,
    cst.Newline,
    cst.Comma,
    cst.Semicolon,
    cst.Colon,
    cst.Dot,
    cst.AssignEqual,
    cst.LeftParen,
    cst.RightParen,
    cst.LeftSquareBracket,
    cst.RightSquareBracket,
    cst.LeftCurlyBrace,
    cst.RightCurlyBrace,
    cst.ParamStar,
)


# A body on the line of its header is the same body.
_SUITES = (cst.SimpleStatementSuite, cst.SimpleStatementLine, cst.IndentedBlock)


class _Role(enum.Enum):
    NODE = "says something by itself"
    SUITE = "says what is in it"
    FORMATTING = "says nothing"
    OTHER = "no node"


class _Roles(dict[type, _Role]):
    """The role of each type, worked out once: nodes are abstract base classes, which makes `isinstance` slow."""

    def __missing__(self, kind: type) -> _Role:
        role = _Role.OTHER
        if issubclass(kind, cst.CSTNode):
            is_formatting, is_suite = issubclass(kind, _FORMATTING), issubclass(kind, _SUITES)
            role = _Role.FORMATTING if is_formatting else _Role.SUITE if is_suite else _Role.NODE
        self[kind] = role
        return role


_ROLE_OF = _Roles()


def shape(nodes: Iterable[cst.CSTNode]) -> list[str]:
    """The kinds and values of all nodes that are not formatting, in order, with the end of each."""
    result: list[str] = []
    pending: list[cst.CSTNode | str] = []
    pending.extend(reversed(list(nodes)))
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            result.append(node)
            continue
        role = _ROLE_OF[type(node)]
        if role is _Role.NODE:
            result.append(type(node).__name__)
            pending.append(")")
        if role is not _Role.FORMATTING:
            pending.extend(reversed(list(_parts(node))))
    return result


def _parts(node: cst.CSTNode) -> Iterator[cst.CSTNode | str]:
    for name in field_names(type(node)):
        value = getattr(node, name)
        kind = type(value)
        if kind is list or kind is tuple:
            items = [item for item in value if _ROLE_OF[type(item)] is not _Role.FORMATTING]
            if items:
                yield f"{name}["
                yield from items
        elif kind is str:
            if name in {"value", "start", "end", "conversion"}:
                yield repr(value)
        elif _ROLE_OF[kind] in (_Role.NODE, _Role.SUITE):
            yield f"{name}="
            yield value
