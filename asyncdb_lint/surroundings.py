"""What lies around the files to lint: the project they belong to, which they may import from."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from .files import LANDMARKS, ROOT_MARKERS, SUFFIXES, Seen, find_files
from .settings import Settings, SettingsResolver
from .settings.looking import REPOSITORIES

_ROOT_SIGNS = ("requirements.txt", "Pipfile", "tox.ini", "alembic.ini", "Dockerfile", "README.md", "README.rst")
_MOST_LEVELS = 6


SIGNS_OF_A_PROJECT = LANDMARKS.union(_ROOT_SIGNS)
"""Entries of a folder on which the project hangs that files below it belong to."""


class LookedAt(NamedTuple):
    """What lies around the files of a run."""

    files: tuple[Path, ...]
    landmarks: dict[str, frozenset[str]]
    """For each folder that was walked through, those of its entries that set it apart from the one above."""


class Project(NamedTuple):
    """Files to lint that may import from one another, and all that they may import from."""

    root: Path | None
    """The project's top folder; None for files that belong to no project."""
    wanted: tuple[Path, ...]
    """The files to lint."""
    around: tuple[Path, ...]
    """The Python files of the project; without one, of the packages that the files are in."""


class Surroundings:
    """Looks around files, folder by folder, and at each folder once."""

    def __init__(self, checkouts: Iterable[Path] = ()) -> None:
        """Takes folders that are known to be whole repositories, though nothing of version control lies in them."""
        self._checkouts = {str(folder) for folder in checkouts}
        self._tops: dict[Path, Path | None] = {}
        self._signs: dict[Path, bool] = {}
        self._packages: dict[tuple[Path, str], list[Path]] = {}
        self._projects: dict[Path, tuple[Path, ...]] = {}
        self._seen = Seen({}, {})
        self._walked: dict[str, frozenset[str]] = {}

    def take(self, seen: Seen) -> None:
        """Takes over what a walk has just come by."""
        self._seen = seen

    def projects(self, files: Iterable[Path]) -> list[Project]:
        """The projects that some files belong to; files without one are taken together."""
        # Many files share a folder, and the text of its path is at hand where `parent` has to be made.
        by_folder: dict[str, list[Path]] = {}
        for file in dict.fromkeys(files):
            by_folder.setdefault(os.path.dirname(file), []).append(file)  # noqa: PTH120
        by_root: dict[Path | None, list[str]] = {}
        for folder in by_folder:
            by_root.setdefault(self.root_of(Path(folder)), []).append(folder)
        return [
            Project(root, tuple(file for folder in folders for file in by_folder[folder]), self._around(root, folders))
            for root, folders in by_root.items()
        ]

    def _around(self, root: Path | None, folders: Sequence[str]) -> tuple[Path, ...]:
        if root is not None:
            if root not in self._projects:
                # What a project does not want linted it may still import from: only the default excludes hold here.
                known = self._seen.files_below(root)
                if known is None:
                    found = find_files([root], SettingsResolver(fixed=Settings()))
                    known = tuple(found.files)
                    self._walked.update(found.seen.landmarks)
                self._projects[root] = known
            return self._projects[root]
        # An unsaved file may have a name in a folder that is yet to be made.
        packages = dict.fromkeys(_package_around(folder) for folder in map(Path, folders) if folder.is_dir())
        for package in packages:
            if package not in self._packages:
                self._packages[package] = _files_of_package(*package)
        return tuple(dict.fromkeys(file for package in packages for file in self._packages[package]))

    def looked_at(self) -> LookedAt | None:
        """What the projects so far hang on; None where it is not known, as for files that belong to no project."""
        if self._packages:
            return None
        files = dict.fromkeys(file for project in self._projects.values() for file in project)
        return LookedAt(tuple(files), self._walked)

    def root_of(self, folder: Path) -> Path | None:
        """The project's top folder: where version control starts, else the outermost folder with project metadata.

        Without either, the nearest folder that looks like the top of something: its requirements or its readme lie
        there.
        """
        top = self._top_of(folder)
        if top is not None:
            return top
        for candidate in (folder, *folder.parents)[:_MOST_LEVELS]:
            if candidate not in self._signs:
                self._signs[candidate] = _has_file(candidate, _ROOT_SIGNS) and not _is_too_wide(candidate)
            if self._signs[candidate]:
                return candidate
        return None

    def forget(self) -> None:
        """Looks anew from now on: files may have come or gone."""
        self._seen = Seen({}, {})
        self._walked.clear()
        self._tops.clear()
        self._signs.clear()
        self._packages.clear()
        self._projects.clear()

    def _top_of(self, folder: Path) -> Path | None:
        """The top of a folder's repository, else its outermost folder with metadata."""
        top: Path | None = None
        below: list[Path] = []
        for candidate in (folder, *folder.parents):
            if candidate in self._tops:
                top = self._tops[candidate]
                break
            below.append(candidate)
            landmarks = self._seen.landmarks.get(str(candidate), LANDMARKS)
            is_repository = any(
                name in landmarks and os.path.exists(f"{candidate}/{name}")  # noqa: PTH110
                for name in REPOSITORIES
            )
            if is_repository or str(candidate) in self._checkouts:
                top = candidate
                break
        for inner in reversed(below):
            landmarks = self._seen.landmarks.get(str(inner), LANDMARKS)
            if top is None and landmarks and _has_file(inner, ROOT_MARKERS):
                top = inner
            self._tops[inner] = top
        return top


def _has_file(folder: Path, names: Iterable[str]) -> bool:
    # Asked of every folder of a project: `Path` would take three times as long.
    return any(os.path.isfile(f"{folder}/{name}") for name in names)  # noqa: PTH113


def _is_too_wide(folder: Path) -> bool:
    """A readme in the home folder or among temporary files makes no project of all that lies below."""
    import tempfile

    return folder in {Path.home(), Path(tempfile.gettempdir()), Path(folder.anchor)}


def _package_around(folder: Path) -> tuple[Path, str]:
    """For a file that belongs to no project: the folder that its imports start from, and the package there it is in."""
    top = folder
    while (top / "__init__.py").exists():
        top = top.parent
    return top, next(iter(folder.relative_to(top).parts), "")


def _files_of_package(top: Path, name: str) -> list[Path]:
    """The files beside a file that belongs to no project, and those of the whole package it is in."""
    beside = [path for path in sorted(top.iterdir()) if path.suffix in SUFFIXES and path.is_file()]
    return [*beside, *sorted((top / name).rglob("*.py"))] if name else beside
