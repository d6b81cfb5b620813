"""Ignore comments: which findings they hide, which of them hide nothing, and how they are written."""

from __future__ import annotations

from asyncdb_lint.suppressions.directives import may_hold
from asyncdb_lint.suppressions.matching import Remark, Suppressions, visible

__all__ = ["Remark", "Suppressions", "may_hold", "visible"]
