"""Trees to lint: copies under other names, and one changed file in a project."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

COPIES = 10


def python_files(folder: Path) -> list[Path]:
    """The Python files below a folder."""
    return sorted(path for path in folder.rglob("*.py") if path.is_file())


def copied(tree: Path, target: Path, copies: int = COPIES) -> tuple[Path, Path]:
    """A project with one copy of a tree, and one with many; each copy's packages have names of their own."""
    shutil.rmtree(target, ignore_errors=True)
    one, many = target / "one", target / "many"
    for folder, number in ((one, 1), (many, copies)):
        for index in range(number):
            _copy(tree, folder / f"part{index}", index)
        (folder / "README.md").write_text("A project.\n", encoding="utf-8")
    return one, many


def _copy(tree: Path, target: Path, index: int) -> None:
    names = sorted(path.stem for path in tree.iterdir() if path.suffix == ".py" or _is_package(path))
    imported = re.compile(rb"^([ \t]*(?:from|import)[ \t]+)(%s)\b" % "|".join(names).encode(), re.MULTILINE)
    for file in python_files(tree):
        first, *rest = file.relative_to(tree).parts
        stem, dot, suffix = first.partition(".")
        renamed = f"{stem}_{index}{dot}{suffix}" if stem in names else first
        copy = target.joinpath(renamed, *rest)
        copy.parent.mkdir(parents=True, exist_ok=True)
        data = file.read_bytes()
        copy.write_bytes(imported.sub(rb"\g<1>\g<2>_%d" % index, data) if names else data)


def _is_package(path: Path) -> bool:
    return path.is_dir() and any(path.glob("*.py"))


class ChangedFile:
    """A file of a project that is changed before each run, as by somebody who commits it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._data = file.read_bytes()
        self._times = 0

    def change(self) -> None:
        """Writes another function below the last line, which other files might call."""
        self._write(b"\n\ndef change_%d():\n    return %d\n")

    def comment(self) -> None:
        """Writes another comment below the last line, which no other file can see."""
        self._write(b"\n# change %d of %d\n")

    def _write(self, addition: bytes) -> None:
        self._times += 1
        self.file.write_bytes(self._data + addition % (self._times, self._times))
