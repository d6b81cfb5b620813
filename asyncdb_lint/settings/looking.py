"""Where settings may stand. Most folders hold none, and finding that out must cost next to nothing."""

from __future__ import annotations

import os
from pathlib import Path

from asyncdb_lint.settings.model import SettingsError

TABLE = "asyncdb-lint"
PYPROJECT = "pyproject.toml"
FILE_NAMES = (".asyncdb-lint.toml", "asyncdb-lint.toml", PYPROJECT)
"""Where settings stand, those that win first."""
REPOSITORIES = (".git", ".hg")
"""What lies at the root of a repository."""


def find_settings(file: Path) -> bytes | None:
    """The content of a file that may hold settings; None where there is none, or it never mentions the linter."""
    try:
        data = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        if file.is_symlink() and not file.exists():
            raise SettingsError(f"{shown(file)}: this link leads to nothing") from None
        return None
    except OSError as error:
        raise SettingsError(f"{shown(file)}: cannot be read: {error.strerror}") from error
    # Most projects that are merely walked past need no TOML reader.
    return None if file.name == PYPROJECT and TABLE.encode() not in data else data


def shown(file: Path) -> str:
    """A path as messages show it: relative to the current folder where it lies below."""
    return os.path.relpath(file) if file.is_relative_to(Path.cwd()) else str(file)
