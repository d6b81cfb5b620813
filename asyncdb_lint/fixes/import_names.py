"""One more name in a `from` import, in the order and layout of those it joins."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from asyncdb_lint.parsing import ParsedModule

_USUAL_LINE = 88


def with_name(
    module: ParsedModule, line: cst.SimpleStatementLine, name: str, asname: str | None
) -> cst.SimpleStatementLine:
    """The line of a `from` import with one more name."""
    node = line.body[0]
    if not isinstance(node, cst.ImportFrom) or isinstance(node.names, cst.ImportStar):
        raise TypeError("only a `from` import with names can take one more")
    names = list(node.names)
    alias = cst.ImportAlias(cst.Name(name), cst.AsName(cst.Name(asname)) if asname else None)
    index = _place(names, name)
    extended = node.with_changes(names=_inserted(node, names, alias, index))
    limit = max(_USUAL_LINE, *(len(text) for text in module.text.splitlines())) if module.text else _USUAL_LINE
    if node.lpar is None and len(module.code_of(extended)) > limit:
        extended = _wrapped(extended)
    return line.with_changes(body=[extended])


def _by_kind(name: str) -> tuple[int, str]:
    # The default order of isort and Ruff: constants, classes, the rest.
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1, name) if name[:1].isupper() else (2, name)


def _plainly(name: str) -> tuple[int, str]:
    return 0, name


def _case_blind(name: str) -> tuple[int, str]:
    return 0, name.lower()


_ORDERS: tuple[Callable[[str], tuple[int, str]], ...] = (_by_kind, _case_blind, _plainly)


def _place(names: list[cst.ImportAlias], name: str) -> int:
    written = [alias.evaluated_name for alias in names]
    for order in _ORDERS:
        keys = [order(other) for other in written]
        if keys == sorted(keys):
            return sum(1 for key in keys if key <= order(name))
    return len(names)


def _inserted(
    node: cst.ImportFrom, names: list[cst.ImportAlias], alias: cst.ImportAlias, index: int
) -> list[cst.ImportAlias]:
    between = _separator(node, names)
    if index < len(names):
        return [*names[:index], alias.with_changes(comma=between), *names[index:]]
    last = names[-1]
    if not isinstance(last.comma, cst.Comma):
        return [*names[:-1], last.with_changes(comma=between), alias]
    # After a trailing comma: the comment beside the last name stays with it, the layout of the end moves on.
    end = last.comma.whitespace_after
    if isinstance(end, cst.ParenthesizedWhitespace) and isinstance(
        between.whitespace_after, cst.ParenthesizedWhitespace
    ):
        kept = end.with_changes(
            empty_lines=[], indent=between.whitespace_after.indent, last_line=between.whitespace_after.last_line
        )
        closing = end.with_changes(first_line=cst.TrailingWhitespace())
        return [
            *names[:-1],
            last.with_changes(comma=last.comma.with_changes(whitespace_after=kept)),
            alias.with_changes(comma=cst.Comma(whitespace_after=closing)),
        ]
    return [*names[:-1], last.with_changes(comma=between), alias.with_changes(comma=last.comma)]


def _separator(node: cst.ImportFrom, names: list[cst.ImportAlias]) -> cst.Comma:
    """The comma between two names, with the line break that this import has there, but no comment."""
    gaps = [alias.comma.whitespace_after for alias in names[:-1] if isinstance(alias.comma, cst.Comma)]
    if not gaps and node.lpar is not None:
        gaps = [node.lpar.whitespace_after]
    broken = [gap for gap in gaps if isinstance(gap, cst.ParenthesizedWhitespace)]
    if not broken or len(broken) < len(gaps):
        return cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    gap = broken[0].with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
    return cst.Comma(whitespace_after=gap)


def _wrapped(node: cst.ImportFrom) -> cst.ImportFrom:
    if isinstance(node.names, cst.ImportStar):
        return node
    inner = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
    closing = cst.ParenthesizedWhitespace(indent=True)
    names = [
        alias.with_changes(comma=cst.Comma(whitespace_after=closing if alias is node.names[-1] else inner))
        for alias in node.names
    ]
    return node.with_changes(lpar=cst.LeftParen(whitespace_after=inner), names=names, rpar=cst.RightParen())
