"""Which Python a project runs on, as far as its metadata says."""

from __future__ import annotations

import functools
import re
from pathlib import Path

_REQUIRES = re.compile(r"""^\s*(?:requires-python|python)\s*=\s*["']([^"']+)["']""", re.MULTILINE)
_LOWEST = re.compile(r"(?:>=|==|~=|\^|~)\s*3\.(\d+)")


def oldest_python(path: Path) -> tuple[int, int] | None:
    """The oldest Python that the nearest pyproject.toml above a file allows; None where none says so."""
    for folder in path.parents:
        file = folder / "pyproject.toml"
        if file.is_file():
            return _declared(file)
    return None


@functools.lru_cache(maxsize=256)
def _declared(file: Path) -> tuple[int, int] | None:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    found = _REQUIRES.search(text)
    minor = _LOWEST.search(found.group(1)) if found else None
    return (3, int(minor.group(1))) if minor else None
