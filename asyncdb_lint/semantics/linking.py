"""Finds the module that an import means: in the project whatever its layout, or among the stubs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from .records import NOTEBOOK_SUFFIX, ModuleRecord

_STUBS = Path(__file__).parent.parent
_DRIVERS = _STUBS / "drivers"
_STUB_FOLDERS = (_DRIVERS, _STUBS / "libraries")


def is_stub(path: Path) -> bool:
    """Whether a file is one of the stubs that come with the linter."""
    return path.suffix == ".pyi" and path.parent in _STUB_FOLDERS


class ModuleIndex:
    """The Python files of a project by folder, and how imports lead to them.

    No path configuration is asked for: an absolute import is looked for beside the importing file and in every folder
    above it
    (each also with `src`), as if that folder were on `sys.path`; the nearest hit wins, then a file elsewhere in the
    project whose
    path ends that way and is the only one. Folders in `roots`, which settings name, come before all of these.
    """

    def __init__(
        self, files: Iterable[Path], load: Callable[[Path], ModuleRecord | None], roots: Sequence[Path] = ()
    ) -> None:
        self._load = load
        self._roots = roots
        self._files = set(files)
        self._folders = {parent for file in self._files for parent in file.parents}
        self._by_stem: dict[str, list[Path]] = {}
        for file in sorted(file for file in self._files if file.suffix != NOTEBOOK_SUFFIX):
            stem = file.parent.name if file.stem == "__init__" else file.stem
            self._by_stem.setdefault(stem, []).append(file)
        self._stubs = {path.stem: path for folder in _STUB_FOLDERS for path in folder.glob("*.pyi")}
        self._found: dict[tuple[Path, int, str], ModuleRecord | Path | None] = {}

    def find(self, importer: Path, level: int, dotted: str) -> ModuleRecord | Path | None:
        """The module (or the folder of a namespace package) that `importer` means; None for one outside the project."""
        key = (importer.parent, level, dotted)
        if key not in self._found:
            self._found[key] = self._search(importer, level, dotted)
        return self._found[key]

    def stub(self, dotted: str) -> ModuleRecord | None:
        """The stub of a library module."""
        path = self._stubs.get(dotted)
        return self._load(path) if path is not None else None

    def driver_stubs(self) -> Iterator[ModuleRecord]:
        """The stubs of all drivers."""
        for dotted, path in sorted(self._stubs.items()):
            if path.parent == _DRIVERS and dotted != "roles":
                stub = self._load(path)
                if stub is not None:
                    yield stub

    def child(self, folder: Path, name: str) -> ModuleRecord | Path | None:
        """A module or package `name` directly inside a package folder."""
        return self._at(folder, [name])

    def _search(self, importer: Path, level: int, dotted: str) -> ModuleRecord | Path | None:
        parts = dotted.split(".") if dotted else []
        if level:
            folder = importer.parent
            for _ in range(level - 1):
                folder = folder.parent
            return self._at(folder, parts, is_relative=True)
        if is_stub(importer):
            return self.stub(dotted)
        for root in self._roots:
            found = self._at(root, parts)
            if found is not None:
                return found
        inside_packages: list[Path] = []
        for folder in importer.parents:
            if folder not in self._folders:
                break
            # The inside of a package is not on sys.path, unless somebody runs from there.
            if folder / "__init__.py" in self._files:
                inside_packages.append(folder)
                continue
            for root in (folder, folder / "src"):
                found = self._at(root, parts)
                if found is not None and not (isinstance(found, Path) and parts[0] in self._stubs):
                    return found
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

    def _at(self, folder: Path, parts: list[str], *, is_relative: bool = False) -> ModuleRecord | Path | None:
        path = folder.joinpath(*parts)
        candidates = [path / "__init__.py", path / "__init__.pyi"]
        if parts:
            candidates += [path.with_name(path.name + ".py"), path.with_name(path.name + ".pyi")]
        for candidate in candidates:
            if candidate in self._files:
                return self._load(candidate)
        return path if path in self._folders and (parts or is_relative) else None

    def _by_suffix(self, parts: list[str]) -> ModuleRecord | None:
        if len(parts) < 2:
            return None
        matches = []
        for file in self._by_stem.get(parts[-1], ()):
            path = file.parent if file.stem == "__init__" else file.with_suffix("")
            if path.parts[-len(parts) :] == tuple(parts):
                matches.append(file)
        return self._load(matches[0]) if len(matches) == 1 else None
