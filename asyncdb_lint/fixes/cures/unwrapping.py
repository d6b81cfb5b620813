"""Cures `text("...")` with values beside it: the driver makes its own `text()` of a str."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ..changes import FixPlan, Replace
from ..unused_imports import imports_of
from .moving import assigned_text
from .sqltext import Unreadable

if TYPE_CHECKING:
    from ...semantics.facts import BoundQuery


def unwrap_text(query: BoundQuery) -> FixPlan | None:
    """The text without `text(...)`, where nothing but this query reads it."""
    wrapping, written = query.wrapping, query.query
    if wrapping is None or written is None or wrapping.frame is not None or wrapping.keys or not wrapping.is_complete:
        return None
    call = wrapping.call.node
    if len(call.args) != 1 or call.args[0].star or call.args[0].keyword is not None:
        return None
    root = written.node
    if isinstance(root, cst.Name):
        try:
            root = assigned_text(query.site, root)
        except Unreadable:
            return None
    if root is not call:
        return None
    module = query.site.module.parsed
    return FixPlan.safe("Leave `text()` out", Replace(module, call, _bare(call)), *imports_of(module, call.func))


def _bare(call: cst.Call) -> cst.BaseExpression:
    """The argument of a call; where it is on lines of its own, parentheses stand in for those of the call."""
    (argument,) = call.args
    opening, value = call.whitespace_before_args, argument.value
    if not isinstance(opening, cst.ParenthesizedWhitespace):
        return value
    comma = argument.comma
    closing = comma.whitespace_after if isinstance(comma, cst.Comma) else argument.whitespace_after_arg
    return value.with_changes(
        lpar=[cst.LeftParen(whitespace_after=opening), *value.lpar],
        rpar=[*value.rpar, cst.RightParen(whitespace_before=closing)],
    )
