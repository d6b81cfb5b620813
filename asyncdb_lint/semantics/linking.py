"""Finds the module that an import means, walked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from ..module_paths import ModulePaths, NamespacePackage
from .records import ModuleRecord


class ModuleIndex:
    """The modules of a project and the stubs, each walked when somebody asks for it."""

    def __init__(self, paths: ModulePaths, load: Callable[[Path], ModuleRecord | None]) -> None:
        self._paths = paths
        self._load = load

    def find(self, importer: Path, level: int, dotted: str) -> ModuleRecord | Path | None:
        """The module (or the folder of a namespace package) that `importer` means; None for one outside the project."""
        return self._loaded(self._paths.find(importer, level, dotted))

    def stub(self, dotted: str) -> ModuleRecord | None:
        """The stub of a library module."""
        path = self._paths.stub(dotted)
        return self._load(path) if path is not None else None

    def driver_stubs(self) -> Iterator[ModuleRecord]:
        """The stubs of all drivers."""
        for path in self._paths.driver_stubs():
            stub = self._load(path)
            if stub is not None:
                yield stub

    def child(self, folder: Path, name: str) -> ModuleRecord | Path | None:
        """A module or package `name` directly inside a package folder."""
        return self._loaded(self._paths.child(folder, name))

    def _loaded(self, found: Path | NamespacePackage | None) -> ModuleRecord | Path | None:
        if isinstance(found, NamespacePackage):
            return found.folder
        return self._load(found) if found is not None else None
