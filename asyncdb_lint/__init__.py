"""Finds and fixes misuse of async databases in Python.

The command line is `asyncdb-lint`; this is the same for programs. Importing the package is cheap: the parser and the
rules are loaded by the first call, and each name by its first use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asyncdb_lint.lazy import lazy_names

if TYPE_CHECKING:
    from asyncdb_lint.api import FixResult, fix_source, lint_paths, lint_source
    from asyncdb_lint.diagnostics import Applicability, Diagnostic, Edit, Fix, Position, Range, RelatedPlace, Severity

__version__ = "0.1.0"
__all__ = [
    "Applicability",
    "Diagnostic",
    "Edit",
    "Fix",
    "FixResult",
    "Position",
    "Range",
    "RelatedPlace",
    "Severity",
    "__version__",
    "fix_source",
    "lint_paths",
    "lint_source",
]

if not TYPE_CHECKING:
    _OF_DIAGNOSTICS = ("Applicability", "Diagnostic", "Edit", "Fix", "Position", "Range", "RelatedPlace", "Severity")
    __getattr__ = lazy_names(
        __name__,
        {
            "asyncdb_lint.api": ("FixResult", "fix_source", "lint_paths", "lint_source"),
            "asyncdb_lint.diagnostics": _OF_DIAGNOSTICS,
        },
    )
