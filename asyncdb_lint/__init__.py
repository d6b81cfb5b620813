"""Finds and fixes misuse of async databases in Python.

The command line is `asyncdb-lint`; this is the same for programs. Importing the package is cheap: the parser and the
rules are loaded by the first call, and each name by its first use.
"""

from __future__ import annotations

# `typing` takes longer to import than a run needs that has nothing to do.
TYPE_CHECKING = False
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

    def __getattr__(name: str) -> object:
        """Finds a public name where it is at home, when it is first asked for."""
        from importlib import import_module

        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        is_of_api = name in ("FixResult", "fix_source", "lint_paths", "lint_source")
        found = getattr(import_module(f"{__name__}.{'api' if is_of_api else 'diagnostics'}"), name)
        globals()[name] = found
        return found
