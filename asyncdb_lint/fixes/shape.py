"""What a tree means, apart from how it is written: to see whether a text reads back as the tree that made it."""

from __future__ import annotations

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


def shape(nodes: Iterable[cst.CSTNode]) -> list[str]:
    """The kinds and values of all nodes that are not formatting, in order, with the end of each."""
    result: list[str] = []
    pending: list[cst.CSTNode | str] = []
    pending.extend(reversed(list(nodes)))
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            result.append(node)
        elif not isinstance(node, _FORMATTING):
            # A body on the line of its header is the same body.
            suite = isinstance(node, (cst.SimpleStatementSuite, cst.SimpleStatementLine, cst.IndentedBlock))
            result.append("" if suite else type(node).__name__)
            pending.append("" if suite else ")")
            pending.extend(reversed(list(_parts(node))))
    return [part for part in result if part]


def _parts(node: cst.CSTNode) -> Iterator[cst.CSTNode | str]:
    for name in field_names(type(node)):
        value = getattr(node, name)
        if isinstance(value, cst.CSTNode):
            if not isinstance(value, _FORMATTING):
                yield f"{name}="
                yield value
        elif isinstance(value, (list, tuple)):
            items = [item for item in value if not isinstance(item, _FORMATTING)]
            if items:
                yield f"{name}["
                yield from items
        elif isinstance(value, str) and name in {"value", "start", "end", "conversion"}:
            yield repr(value)
