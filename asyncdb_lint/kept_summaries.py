"""The summaries of a project's modules, kept on disk: a module that is as it was need not be parsed again."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .project_file import ProjectFile
    from .semantics.records import ModuleRecord
    from .semantics.summary import Summary

_PREFIX = "module "
_FAST = 1
"""The level of compression that costs least time."""


class Summaries:
    """What earlier runs know of the modules of a project, whatever the settings were.

    Each is a part of the project's file, and has the digest of the module's content for a tag. A run restores those it
    needs. What is damaged is no summary.
    """

    def __init__(self, file: ProjectFile) -> None:
        self._file = file
        self._walked: dict[Path, ModuleRecord] = {}
        self.contents: Mapping[str, str] = {}
        """The digest of the content of each file, as far as somebody has said."""
        file.read_all()

    def restored(self, path: Path, content: str, walk: Callable[[], ModuleRecord]) -> ModuleRecord | None:
        """A module whose content has the digest `content`; None if nothing of use is known of it."""
        summary = self._file.part(_name(path), content)
        if summary is None:
            return None
        if path in self._walked:
            return self._walked[path]
        from .semantics.summary import restored

        try:
            return restored(zlib.decompress(summary).decode().split("\n"), path, walk)
        except (zlib.error, ValueError, TypeError, LookupError):
            return None

    def has(self, path: Path, content: str) -> bool:
        """Whether there is a summary of a module whose content has the digest `content`."""
        return self.digest(path, content) is not None

    def digest(self, path: Path, content: str) -> str | None:
        """The digest of the summary of a module whose content has the digest `content`: what others see of it."""
        return self._file.digest(_name(path), content)

    def add(self, path: Path, content: str, record: ModuleRecord) -> None:
        """Keeps what was walked in this run, and hands it out to whoever asks for the module."""
        if self._put(path, content, record):
            self._walked[path] = record

    def keep(self, known: Mapping[Path, tuple[str, ModuleRecord | Summary]]) -> None:
        """Keeps what is known of modules, each with the digest of its content."""
        for path, (content, what) in known.items():
            if self._file.part(_name(path), content) is None:
                self._put(path, content, what)

    def _put(self, path: Path, content: str, what: ModuleRecord | Summary) -> bool:
        from .semantics.summary import written

        try:
            # No text of JSON has an end of a line in it.
            text = "\n".join(what if isinstance(what, list) else written(what))
        except (TypeError, ValueError):
            # A number with thousands of digits, say: such a module is parsed every time.
            return False
        self._file.put(_name(path), content, zlib.compress(text.encode(), _FAST))
        return True


def unwanted(names: Iterable[str], files: Iterable[Path]) -> set[str]:
    """Those of some parts of a project's file that are summaries of other files than these, and not of our stubs."""
    from .module_paths import is_stub

    wanted = set(map(_name, files))
    others = {name for name in names if name.startswith(_PREFIX) and name not in wanted}
    return {name for name in others if not is_stub(Path(name.removeprefix(_PREFIX)))}


def _name(path: Path) -> str:
    return f"{_PREFIX}{path}"
