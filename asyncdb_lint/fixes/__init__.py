"""Fixes: from changes of nodes to the smallest text edits, and from edits to files on disk.

Importing this package does not import LibCST; resolving a plan does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncdb_lint.lazy import lazy_names

if TYPE_CHECKING:
    from asyncdb_lint.diagnostics import Fix
    from asyncdb_lint.fixes.apply import FixOutcome, SkippedFix, apply_edits, apply_fixes, is_wanted
    from asyncdb_lint.fixes.changes import (
        AddImport,
        Change,
        FixPlan,
        InsertAfter,
        InsertBefore,
        PlanRefused,
        Remove,
        RemoveImport,
        Replace,
    )
    from asyncdb_lint.fixes.rounds import FixedPoint, fix_to_fixed_point
    from asyncdb_lint.fixes.write import CannotWrite, Rewritten, refusal, unified_diff, write_atomically, write_together

__all__ = [
    "AddImport",
    "CannotWrite",
    "Change",
    "FixOutcome",
    "FixPlan",
    "FixedPoint",
    "InsertAfter",
    "InsertBefore",
    "PlanRefused",
    "Remove",
    "RemoveImport",
    "Replace",
    "Rewritten",
    "SkippedFix",
    "apply_edits",
    "apply_fixes",
    "fix_to_fixed_point",
    "is_wanted",
    "refusal",
    "resolve",
    "unified_diff",
    "write_atomically",
    "write_together",
]

if not TYPE_CHECKING:
    __getattr__ = lazy_names(
        __name__,
        {
            f"{__name__}.apply": ("FixOutcome", "SkippedFix", "apply_edits", "apply_fixes", "is_wanted"),
            f"{__name__}.changes": (
                "AddImport",
                "Change",
                "FixPlan",
                "InsertAfter",
                "InsertBefore",
                "PlanRefused",
                "Remove",
                "RemoveImport",
                "Replace",
            ),
            f"{__name__}.rounds": ("FixedPoint", "fix_to_fixed_point"),
            f"{__name__}.write": (
                "CannotWrite",
                "Rewritten",
                "refusal",
                "unified_diff",
                "write_atomically",
                "write_together",
            ),
        },
    )


def resolve(plan: FixPlan) -> Fix:
    """Turns a plan into the smallest text edits; raises `PlanRefused` where that cannot be done rightly."""
    from asyncdb_lint.fixes.resolving import resolve_plan

    return resolve_plan(plan)
