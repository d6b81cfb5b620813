"""How the readers of reports name files: by their path below the repository, or as a URI."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from urllib.parse import quote_from_bytes

_CHECKOUTS = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR", "BUILD_SOURCESDIRECTORY")


def repository() -> Path:
    """The root of the repository around the current folder; without one, what CI says, or the folder itself."""
    return _repository(Path.cwd(), tuple(os.environ.get(name, "") for name in _CHECKOUTS))


def below(path: Path, root: Path) -> str:
    """A path as services that show a repository know it; one that lies elsewhere stays absolute."""
    absolute = path.absolute()
    return (absolute.relative_to(root) if absolute.is_relative_to(root) else absolute).as_posix()


def uri(path: Path, root: Path) -> str:
    """A reference relative to the root, or a `file:` URI for what lies elsewhere."""
    absolute = path.absolute()
    return quoted(absolute.relative_to(root)) if absolute.is_relative_to(root) else _file_uri(absolute)


def folder_uri(folder: Path) -> str:
    """The `file:` URI of a folder, which references are relative to."""
    return f"{_file_uri(folder).rstrip('/')}/"


def quoted(path: Path) -> str:
    """A path with everything that has a meaning in URIs, or could not be in one, as `%` and hexadecimal digits."""
    return quote_from_bytes(os.fsencode(path.as_posix()), safe="/")


def _file_uri(path: Path) -> str:
    # A drive letter has no slash before it.
    return f"file:///{quoted(path).lstrip('/')}"


@functools.lru_cache(maxsize=8)
def _repository(folder: Path, checkouts: tuple[str, ...]) -> Path:
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    said = [Path(name) for name in checkouts if name]
    return next((checkout for checkout in said if folder.is_relative_to(checkout)), folder)
