"""What a project asks of the linter: `asyncdb-lint.toml`, or `[tool.asyncdb-lint]` in pyproject.toml.

The command line, the pre-commit hooks and the editor all resolve settings here, folder by folder, so a file gets
the same answer wherever it is linted from.
"""

from __future__ import annotations

from asyncdb_lint.settings.looking import FILE_NAMES
from asyncdb_lint.settings.model import DEFAULT_EXCLUDES, OptionValue, RuleSelection, Settings, SettingsError
from asyncdb_lint.settings.resolving import CommandLine, SettingsResolver, project_root, read_settings
from asyncdb_lint.settings.selectors import parse_selectors, rule_code

__all__ = [
    "DEFAULT_EXCLUDES",
    "FILE_NAMES",
    "CommandLine",
    "OptionValue",
    "RuleSelection",
    "Settings",
    "SettingsError",
    "SettingsResolver",
    "parse_selectors",
    "project_root",
    "read_settings",
    "rule_code",
]
