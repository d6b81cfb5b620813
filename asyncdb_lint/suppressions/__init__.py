"""Ignore comments: which findings they hide, which of them hide nothing, and how they are written."""

from __future__ import annotations

from asyncdb_lint.suppressions.adding import with_ignores
from asyncdb_lint.suppressions.directives import may_hold
from asyncdb_lint.suppressions.matching import ABOUT_COMMENTS, UNUSED, WITHOUT_REASON, Remark, Suppressions, visible

__all__ = [
    "ABOUT_COMMENTS",
    "UNUSED",
    "WITHOUT_REASON",
    "Remark",
    "Suppressions",
    "may_hold",
    "visible",
    "with_ignores",
]
