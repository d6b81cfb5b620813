"""The oldest Python that a project runs on, as its metadata says."""

from __future__ import annotations

import functools
import os
import re
from pathlib import Path

# The standard's key, and Poetry's in its table of dependencies.
_REQUIRES = re.compile(r"""^\s*(?:requires-python|python)\s*=\s*["']([^"'\n]*)["']""", re.MULTILINE)
_LOWEST = re.compile(r"(?:>=?|~=?|===?|\^)\s*3\.(\d{1,2})")


def required_python(folder: Path) -> tuple[int, int] | None:
    """The oldest Python that the nearest pyproject.toml that says so allows; None where none does."""
    return _nearest(str(folder))


@functools.lru_cache(maxsize=4096)
def _nearest(folder: str) -> tuple[int, int] | None:
    # Asked of every folder of a project: `Path` would take ten times as long.
    found, above = _declared(f"{folder}/pyproject.toml"), os.path.dirname(folder)  # noqa: PTH120
    return found if found is not None or above == folder else _nearest(above)


def forget() -> None:
    """Reads the files anew from now on: they may have changed."""
    _nearest.cache_clear()


def _declared(file: str) -> tuple[int, int] | None:
    try:
        # A link may lead to a device, which has no end.
        text = Path(file).read_text(encoding="utf-8") if os.path.isfile(file) else ""  # noqa: PTH113
        found = _REQUIRES.search(text)
    except (OSError, UnicodeDecodeError):
        return None
    minors = [int(minor) for minor in _LOWEST.findall(found[1])] if found else []
    # Of several bounds from below the highest holds.
    return (3, max(minors)) if minors else None
