"""The oldest Python that a project runs on, as its metadata says."""

from __future__ import annotations

import functools
import re
from pathlib import Path

# The standard's key, and Poetry's in its table of dependencies.
_REQUIRES = re.compile(r"""^\s*(?:requires-python|python)\s*=\s*["']([^"'\n]*)["']""", re.MULTILINE)
_LOWEST = re.compile(r"(?:>=?|~=?|===?|\^)\s*3\.(\d{1,2})")


def required_python(folder: Path) -> tuple[int, int] | None:
    """The oldest Python that the nearest pyproject.toml that says so allows; None where none does."""
    return _nearest(folder)


@functools.lru_cache(maxsize=4096)
def _nearest(folder: Path) -> tuple[int, int] | None:
    found = _declared(folder / "pyproject.toml")
    return found if found is not None or folder.parent == folder else _nearest(folder.parent)


def forget() -> None:
    """Reads the files anew from now on: they may have changed."""
    _nearest.cache_clear()


def _declared(file: Path) -> tuple[int, int] | None:
    try:
        # A link may lead to a device, which has no end.
        found = _REQUIRES.search(file.read_text(encoding="utf-8")) if file.is_file() else None
    except (OSError, UnicodeDecodeError):
        return None
    minors = [int(minor) for minor in _LOWEST.findall(found[1])] if found else []
    # Of several bounds from below the highest holds.
    return (3, max(minors)) if minors else None
