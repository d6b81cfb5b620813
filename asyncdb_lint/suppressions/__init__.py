"""Ignore comments: which findings they hide, which of them hide nothing, and how they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncdb_lint.lazy import lazy_names

if TYPE_CHECKING:
    from asyncdb_lint.suppressions.adding import with_ignores
    from asyncdb_lint.suppressions.matching import (
        ABOUT_COMMENTS,
        UNUSED,
        WITHOUT_REASON,
        Remark,
        Suppressions,
        visible,
    )
    from asyncdb_lint.suppressions.presence import may_hold

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

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            f"{__name__}.adding": ("with_ignores",),
            f"{__name__}.matching": (
                "ABOUT_COMMENTS", "UNUSED", "WITHOUT_REASON", "Remark", "Suppressions", "visible",
            ),
            f"{__name__}.presence": ("may_hold",),
        },
    )  # fmt: skip
