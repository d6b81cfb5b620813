"""What a process that lints again and again keeps, so that an edit costs no more than the work on what it changed.

A run that comes once, such as the command line's, has a session of its own and takes the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .parsing import UnparsableFile, check_syntax, parse
from .reparsing import CutModule, cut
from .screen import Signs
from .surroundings import Surroundings

if TYPE_CHECKING:
    from .linked import LinkedProject
    from .semantics.records import ModuleRecord
    from .settings import Settings

_Stamp = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _OnDisk:
    stamp: _Stamp
    data: bytes


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one content of a file."""

    data: bytes
    record: ModuleRecord | None = None
    problem: UnparsableFile | None = None
    cut: CutModule | None = None
    """The last content that could be parsed, if the next may take over parts of it."""


def _never() -> None:
    """Work that nobody cancels."""


class Session:
    """Files, walked modules and linked projects, each kept until it changes.

    Nothing here is a guess: a file counts as unchanged by its stamp on disk, a module by its bytes, a linked project by
    the bytes of all its files and its settings. So findings are those of a first run.
    """

    def __init__(self) -> None:
        self.surroundings = Surroundings()
        self.signs = Signs()
        self.checkpoint: Callable[[], None] = _never
        """Called between steps; it may raise, and then the run is over and the session as good as before."""
        self._on_disk: dict[Path, _OnDisk | OSError] = {}
        self._looked_at: set[Path] = set()
        self._walked: dict[Path, _Known] = {}
        self._checked: dict[Path, _Known] = {}
        self._linked: dict[Settings, LinkedProject] = {}
        self._asked_files: set[Path] = set()
        self._asked_settings: set[Settings] = set()

    def look_again(self) -> None:
        """Makes the next run look at the disk: which files there are, and which of them have changed."""
        self.surroundings.forget()
        self._looked_at.clear()

    def read(self, path: Path) -> bytes:
        """The content of a file, read if it has changed since; raises OSError."""
        self._asked_files.add(path)
        known = self._on_disk.get(path)
        if path not in self._looked_at or known is None:
            self._looked_at.add(path)
            known = self._on_disk[path] = _look(path, known)
        if isinstance(known, OSError):
            raise known
        return known.data

    def record(self, path: Path, data: bytes) -> ModuleRecord:
        """A module, parsed and walked; raises `UnparsableFile`."""
        self._asked_files.add(path)
        known = self._walked.get(path)
        if known is None or known.data != data:
            known = self._walked[path] = _walk(path, data, known)
        if known.problem is not None:
            raise known.problem
        if known.record is None:
            raise UnparsableFile("the file could not be walked")
        return known.record

    def syntax(self, path: Path, data: bytes) -> UnparsableFile | None:
        """Why a file cannot be parsed, or None."""
        self._asked_files.add(path)
        known = self._checked.get(path)
        if known is None or known.data != data:
            known = self._checked[path] = _Known(data, problem=check_syntax(path, data))
        return known.problem

    def linked(self, contents: Mapping[Path, bytes], matters: set[Path], settings: Settings) -> LinkedProject:
        """The files of a project that matter, linked."""
        self._asked_settings.add(settings)
        known = self._linked.get(settings)
        if known is None or known.contents != contents:
            # Imported here: a run in which nothing matters must not pay for LibCST.
            from .linked import LinkedProject

            # The one before goes first: two linked projects need not fit into memory.
            self._linked.pop(settings, None)
            known = self._linked[settings] = LinkedProject(contents, matters, settings, self)
        return known

    def linked_with(self, path: Path) -> LinkedProject | None:
        """The linked project of the last runs that a module is part of."""
        return next((linked for linked in self._linked.values() if path in linked.modules), None)

    def begin_round(self) -> None:
        """Begins to note what is asked for."""
        self._asked_files.clear()
        self._asked_settings.clear()

    def end_round(self) -> None:
        """Lets go of what nobody has asked for since the round began."""
        for known in (self._on_disk, self._walked, self._checked):
            for path in known.keys() - self._asked_files:
                del known[path]
        self._looked_at &= self._asked_files
        self.signs.forget_all_but(self._asked_files)
        for gone in self._linked.keys() - self._asked_settings:
            del self._linked[gone]

    def sizes(self) -> dict[str, int]:
        """How much is kept, for people who look for a leak."""
        return {
            "files": len(self._on_disk),
            "modules": len(self._walked),
            "bytes": sum(len(known.data) for known in self._on_disk.values() if isinstance(known, _OnDisk)),
            "projects": len(self._linked),
        }


def _look(path: Path, known: _OnDisk | OSError | None) -> _OnDisk | OSError:
    try:
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
        if isinstance(known, _OnDisk) and known.stamp == stamp:
            return known
        return _OnDisk(stamp, path.read_bytes())
    except OSError as error:
        # Kept without the frames that it came through.
        return error.with_traceback(None)


def _walk(path: Path, data: bytes, before: _Known | None) -> _Known:
    from .semantics.flow import walk_module
    from .semantics.linking import is_stub
    from .semantics.records import ModuleRecord

    old = _cut(before)
    again = old.again(data) if old is not None else None
    try:
        parsed = again.parsed if again is not None else parse(path, data)
    except UnparsableFile as problem:
        return _Known(data, problem=problem.with_traceback(None), cut=old)
    return _Known(data, record=walk_module(ModuleRecord(path, parsed, is_stub=is_stub(path))), cut=again)


def _cut(known: _Known | None) -> CutModule | None:
    """What is known of a file, cut into parts; only a file that has changed is worth that."""
    if known is None:
        return None
    return known.cut or (cut(known.record.parsed) if known.record is not None else None)
