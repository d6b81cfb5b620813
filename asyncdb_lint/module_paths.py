"""Finds the file that an import means: in the project whatever its layout, or among the stubs."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from .files import NOTEBOOK_SUFFIX, SUFFIXES, folders_above

DRIVERS = Path(__file__).parent / "drivers"
_STUB_FOLDERS = (DRIVERS, Path(__file__).parent / "libraries")
_PACKAGE_ENDINGS = tuple(f"{os.sep}__init__{suffix}" for suffix in SUFFIXES)
_MODULE_ENDINGS = (*_PACKAGE_ENDINGS, *SUFFIXES)


def is_stub(path: Path) -> bool:
    """Whether a file is one of the stubs that come with the linter."""
    return path.suffix == ".pyi" and path.parent in _STUB_FOLDERS


class NamespacePackage(NamedTuple):
    """A folder of modules that has no `__init__` of its own."""

    folder: Path


class ModulePaths:
    """The Python files of a project by folder, and how imports lead to them.

    No path configuration is asked for: an absolute import is looked for beside the importing file and in every folder
    above it (each also with `src`), as if that folder were on `sys.path`; the nearest hit wins, then a file elsewhere
    in the project whose path ends that way and is the only one. Folders in `roots`, which settings name, come before
    all of these.
    """

    def __init__(self, files: Collection[Path], roots: Sequence[Path] = ()) -> None:
        self.files = frozenset(files)
        self.roots = tuple(roots)
        # By their texts: paths are put together for every import of every module, and `Path` takes ten times as long.
        self._files = {str(file): file for file in files}
        self._folders = folders_above(self._files)
        self._found: dict[tuple[str, int, str], Path | NamespacePackage | None] = {}

    def find(self, importer: Path, level: int, dotted: str) -> Path | NamespacePackage | None:
        """The module or namespace package that `importer` means; None for one outside the project."""
        key = (os.path.dirname(importer), level, dotted)  # noqa: PTH120
        if key not in self._found:
            self._found[key] = self._search(importer, level, dotted)
        return self._found[key]

    def stub(self, dotted: str) -> Path | None:
        """The stub of a library module."""
        return self._stubs.get(dotted)

    def driver_stubs(self) -> Iterator[Path]:
        """The stubs of all drivers."""
        for dotted, path in sorted(self._stubs.items()):
            if path.parent == DRIVERS and dotted != "roles":
                yield path

    def child(self, folder: Path, name: str) -> Path | NamespacePackage | None:
        """A module or package `name` directly inside a package folder."""
        return self._at(str(folder), [name])

    @cached_property
    def _stubs(self) -> dict[str, Path]:
        return {path.stem: path for folder in _STUB_FOLDERS for path in folder.glob("*.pyi")}

    @cached_property
    def _by_stem(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for file in sorted(file for file in self.files if file.suffix != NOTEBOOK_SUFFIX):
            found.setdefault(file.parent.name if file.stem == "__init__" else file.stem, []).append(file)
        return found

    def _search(self, importer: Path, level: int, dotted: str) -> Path | NamespacePackage | None:
        parts = dotted.split(".") if dotted else []
        if level:
            folder = str(importer)
            for _ in range(level):
                folder = os.path.dirname(folder)  # noqa: PTH120
            return self._at(folder, parts, is_relative=True)
        if is_stub(importer):
            return self.stub(dotted)
        for root in self.roots:
            found = self._at(str(root), parts)
            if found is not None:
                return found
        inside_packages: list[str] = []
        folder = os.path.dirname(importer)  # noqa: PTH120
        while folder in self._folders:
            # The inside of a package is not on sys.path, unless somebody runs from there.
            if f"{folder}{os.sep}__init__.py" in self._files:
                inside_packages.append(folder)
            else:
                for place in (folder, f"{folder}{os.sep}src"):
                    found = self._at(place, parts)
                    if found is not None and not (isinstance(found, NamespacePackage) and parts[0] in self._stubs):
                        return found
            above = os.path.dirname(folder)  # noqa: PTH120
            if above == folder:
                break
            folder = above
        stub = self.stub(dotted)
        if stub is not None:
            return stub
        if parts[0] in self._stubs:
            return None
        for folder in inside_packages:
            found = self._at(folder, parts)
            if found is not None:
                return found
        return self._by_suffix(parts)

    def _at(self, folder: str, parts: list[str], *, is_relative: bool = False) -> Path | NamespacePackage | None:
        path = os.sep.join((folder.rstrip(os.sep), *parts))  # noqa: PTH118
        for ending in _MODULE_ENDINGS if parts else _PACKAGE_ENDINGS:
            file = self._files.get(f"{path}{ending}")
            if file is not None:
                return file
        return NamespacePackage(Path(path)) if path in self._folders and (parts or is_relative) else None

    def _by_suffix(self, parts: list[str]) -> Path | None:
        if len(parts) < 2:
            return None
        matches = []
        for file in self._by_stem.get(parts[-1], ()):
            path = file.parent if file.stem == "__init__" else file.with_suffix("")
            if path.parts[-len(parts) :] == tuple(parts):
                matches.append(file)
        return matches[0] if len(matches) == 1 else None
