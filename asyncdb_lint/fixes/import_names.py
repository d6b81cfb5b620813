"""One more name in a `from` import, in the order and layout of those it joins."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from asyncdb_lint.parsing import ParsedModule

_USUAL_LINE = 88


def with_alias(module: ParsedModule, node: cst.ImportFrom, joining: cst.Import | cst.ImportFrom) -> cst.ImportFrom:
    """A `from` import with the name of another."""
    if isinstance(node.names, cst.ImportStar) or isinstance(joining.names, cst.ImportStar):
        raise TypeError("only a `from` import with names can take one more")
    names, alias = list(node.names), joining.names[0]
    extended = node.with_changes(names=_inserted(node, names, alias, _place(names, alias.evaluated_name)))
    limit = max(_USUAL_LINE, *(len(text) for text in module.text.splitlines())) if module.text else _USUAL_LINE
    if node.lpar is None and len(module.code_of(extended)) > limit:
        extended = _wrapped(extended)
    return extended


def without_names(node: cst.Import | cst.ImportFrom, gone: Sequence[bool]) -> cst.Import | cst.ImportFrom:
    """An import without some of its names; LibCST's own helper loses the comments and line ends between the others."""
    if isinstance(node.names, cst.ImportStar):
        return node
    names = list(node.names)
    kept = [alias for alias, is_gone in zip(names, gone, strict=True) if not is_gone]
    if kept[-1] is not names[-1]:
        kept[-1] = kept[-1].with_changes(comma=_closing(kept[-1].comma, names[-1].comma))
    return node.with_changes(names=kept)


def _closing(
    comma: cst.Comma | cst.MaybeSentinel, last: cst.Comma | cst.MaybeSentinel
) -> cst.Comma | cst.MaybeSentinel:
    """The comma of what has become the last name: the comment beside it, and then the end as it was."""
    if not isinstance(comma, cst.Comma):
        return last
    space = comma.whitespace_after
    has_comment = isinstance(space, cst.ParenthesizedWhitespace) and space.first_line.comment is not None
    end = last.whitespace_after if isinstance(last, cst.Comma) else cst.ParenthesizedWhitespace()
    if not has_comment or not isinstance(end, cst.ParenthesizedWhitespace):
        return last
    return comma.with_changes(
        whitespace_after=space.with_changes(empty_lines=[], indent=end.indent, last_line=end.last_line)
    )


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
