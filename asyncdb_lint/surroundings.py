"""What lies around the files to lint: the project they belong to, which they may import from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .files import SUFFIXES, find_files
from .settings import FILE_NAMES, Settings, SettingsResolver

_ROOT_SIGNS = ("requirements.txt", "Pipfile", "tox.ini", "alembic.ini", "Dockerfile", "README.md", "README.rst")
_MOST_LEVELS = 6
_ROOT_MARKERS = (".git", *FILE_NAMES, "setup.py", "setup.cfg", ".hg")


class Surroundings:
    """Looks around files, folder by folder, and at each folder once."""

    def __init__(self) -> None:
        self._roots: dict[Path, Path | None] = {}
        self._packages: dict[Path, list[Path]] = {}
        self._projects: dict[Path, list[Path]] = {}

    def of(self, files: Iterable[Path]) -> list[Path]:
        """The Python files of the projects that some files belong to; without a project, of their packages."""
        found: list[Path] = []
        roots: dict[Path, None] = {}
        for folder in dict.fromkeys(file.parent for file in files):
            root = self.root_of(folder)
            if root is not None:
                roots.setdefault(root)
                continue
            if folder not in self._packages:
                self._packages[folder] = _package_around(folder)
            found.extend(self._packages[folder])
        for root in roots:
            if root not in self._projects:
                # What a project does not want linted it may still import from: only the default excludes hold here.
                self._projects[root] = list(find_files([root], SettingsResolver(fixed=Settings())).files)
            found.extend(self._projects[root])
        return found

    def root_of(self, folder: Path) -> Path | None:
        """The top folder of the project that a folder belongs to."""
        if folder not in self._roots:
            self._roots[folder] = _root_of(folder)
        return self._roots[folder]

    def forget(self) -> None:
        """Looks anew from now on: files may have come or gone."""
        self._roots.clear()
        self._packages.clear()
        self._projects.clear()


def _root_of(folder: Path) -> Path | None:
    """The project's top folder: where version control starts, else the outermost folder with project metadata.

    Without either, the nearest folder that looks like the top of something: its requirements or its readme lie there.
    """
    outermost = None
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists() or (candidate / ".hg").exists():
            return candidate
        if any((candidate / marker).is_file() for marker in _ROOT_MARKERS):
            outermost = candidate
    if outermost is not None:
        return outermost
    for top in (folder, *folder.parents)[:_MOST_LEVELS]:
        if any((top / sign).is_file() for sign in _ROOT_SIGNS) and not _is_too_wide(top):
            return top
    return None


def _is_too_wide(folder: Path) -> bool:
    """A readme in the home folder or among temporary files makes no project of all that lies below."""
    import tempfile

    return folder in {Path.home(), Path(tempfile.gettempdir()), Path(folder.anchor)}


def _package_around(folder: Path) -> list[Path]:
    """The files beside a file that belongs to no project, and those of the whole package it is in."""
    if not folder.is_dir():
        # An unsaved file may have a name in a folder that is yet to be made.
        return []
    top = folder
    while (top / "__init__.py").exists():
        top = top.parent
    inside = folder.relative_to(top).parts
    beside = [path for path in sorted(top.iterdir()) if path.suffix in SUFFIXES and path.is_file()]
    package = sorted((top / inside[0]).rglob("*.py")) if inside else []
    return [*beside, *package]
