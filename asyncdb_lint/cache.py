"""What earlier runs have found, kept on disk: a run over files that are as they were only looks at their stamps.

One file a project and settings, outside of the project: nobody can slip a finding past a gate by committing a cache.
Whatever is damaged, foreign or of another version is no cache, and the run finds the same without it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .cache_files import UNFINISHED, digest_of, write_whole
from .installation import cache_folder, linter_text
from .kept_summaries import SUMMARIES_ENDING, Summaries
from .last_run import RUN_ENDING
from .last_words import WORDS_ENDING

Stamp = tuple[int, int, int]
"""Modification time in nanoseconds, size in bytes and inode of a file."""

_FORMAT = 3
_ENDING = ".findings"
# Settings that nobody uses any more leave files behind.
_MOST_FILES_A_PROJECT = 8
# Within this time of a write, another write may leave the same stamp.
_RACY_NS = 2_000_000_000
_NO_STAMP: Stamp = (0, 0, 0)


def default_folder() -> Path:
    """Where caches lie unless somebody says otherwise."""
    return Path(cache_folder())


@dataclass(slots=True)
class Snapshot:
    """A project as a run has seen it, and what the run found."""

    stamps: dict[str, Stamp]
    digests: dict[str, str]
    """The content of each file."""
    state: str
    """All that the findings in files that matter depend on, but for what is in other files."""
    matters: set[str]
    """The files that rules may have something to say about."""
    blocking: set[str]
    """Those from which imports lead to calls that block."""
    imported: set[str]
    """Those that do not matter themselves, and that others import: findings hang on what is in them."""
    has_driver: bool
    """Whether a file that matters imports a driver."""
    calls: dict[str, str]
    """Names that somebody asked for, and a file that does not matter and calls them; empty where there is none."""
    checked: set[str]
    """The files that were linted."""
    findings: dict[str, list[list[Any]]] = field(default_factory=dict)
    """What was found in the files that were linted, by file; those without findings are left out."""


class ProjectCache:
    """What is kept of one project under one set of settings."""

    def __init__(self, file: Path, key: str) -> None:
        self._file = file
        self._key = key

    def read(self) -> Snapshot | None:
        """What the last run has left; None if there is nothing of use."""
        try:
            header, _, body = self._file.read_bytes().partition(b"\n")
            if header != self._header(body):
                return None
            data = json.loads(body)
            return Snapshot(
                {path: (time, size, inode) for path, (time, size, inode) in data["stamps"].items()},
                data["digests"],
                data["state"],
                set(data["matters"]),
                set(data["blocking"]),
                set(data["imported"]),
                data["has_driver"],
                data["calls"],
                set(data["checked"]) if data["checked"] is not None else set(data["stamps"]),
                data["findings"],
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, snapshot: Snapshot) -> None:
        """Keeps a snapshot; a folder that cannot be written to keeps none."""
        now = time.time_ns()
        body = json.dumps(
            {
                "stamps": {p: s if now - s[0] > _RACY_NS else _NO_STAMP for p, s in snapshot.stamps.items()},
                "digests": snapshot.digests,
                "state": snapshot.state,
                "matters": sorted(snapshot.matters),
                "blocking": sorted(snapshot.blocking),
                "imported": sorted(snapshot.imported),
                "has_driver": snapshot.has_driver,
                "calls": snapshot.calls,
                "checked": sorted(snapshot.checked) if snapshot.checked != snapshot.stamps.keys() else None,
                "findings": snapshot.findings,
            },
            separators=(",", ":"),
        ).encode("utf-8", "surrogatepass")
        write_whole(self._file, self._header(body) + b"\n" + body, most=_MOST_FILES_A_PROJECT)

    def _header(self, body: bytes) -> bytes:
        return f"{_FORMAT} {self._key} {digest_of(body)}".encode()


class Cache:
    """The caches of all projects, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._linter = digest_of(linter_text().encode("utf-8", "surrogatepass"))

    def of(self, root: Path | None, files: Iterable[Path], settings: object, metadata: str = "") -> ProjectCache:
        """The cache of a project: of its root folder, or of the folder that all its files have in common.

        `metadata` is what else findings depend on, besides the files and the settings.
        """
        place = _place(root, files)
        parts = self._linter, place, repr(settings), metadata
        key = digest_of(*(part.encode("utf-8", "surrogatepass") for part in parts))
        folder = self.folder / digest_of(place.encode("utf-8", "surrogatepass"))
        return ProjectCache(folder / (digest_of(repr(settings).encode()) + _ENDING), key)

    def summaries_of(self, root: Path | None, files: Iterable[Path]) -> Summaries:
        """What is known of the modules of a project, under whatever settings."""
        place = _place(root, files).encode("utf-8", "surrogatepass")
        file = self.folder / digest_of(place) / f"modules{SUMMARIES_ENDING}"
        return Summaries(file, digest_of(self._linter.encode(), place))

    def clean(self) -> int:
        """Removes everything that is kept, and nothing else; returns how many files that were."""
        removed = 0
        for file in self.folder.glob("*/*"):
            if file.suffix in (_ENDING, SUMMARIES_ENDING, RUN_ENDING, WORDS_ENDING, UNFINISHED):
                file.unlink(missing_ok=True)
                removed += 1
        for folder in self.folder.glob("*/"):
            try:
                folder.rmdir()
            except OSError:
                # Somebody else's, or in use.
                continue
        return removed


def _place(root: Path | None, files: Iterable[Path]) -> str:
    return str(root) if root is not None else os.path.commonpath([str(file.parent) for file in files])


def look(files: Sequence[Path]) -> dict[str, Stamp]:
    """The stamps of files; one that cannot be looked at has none."""
    stamps: dict[str, Stamp] = {}
    stat = os.stat
    for file in files:
        path = str(file)
        try:
            status = stat(path)
            stamps[path] = status.st_mtime_ns, status.st_size, status.st_ino
        except OSError:
            stamps[path] = _NO_STAMP
    return stamps


@dataclass(frozen=True, slots=True)
class Changes:
    """What has changed in a project since a snapshot."""

    stamps: dict[str, Stamp]
    """The stamps of all files."""
    contents: dict[str, bytes]
    """The files with another content."""


def changes_since(snapshot: Snapshot, files: Sequence[Path]) -> Changes | None:
    """What has changed; reads only what was touched. None where files have come or gone, or cannot be read."""
    stamps = look(files)
    known = snapshot.stamps
    if stamps.keys() != known.keys():
        return None
    contents: dict[str, bytes] = {}
    for path, stamp in stamps.items():
        if stamp != known[path] or stamp == _NO_STAMP:
            try:
                content = Path(path).read_bytes()
            except OSError:
                return None
            if digest_of(content) != snapshot.digests.get(path):
                contents[path] = content
    return Changes(stamps, contents)


def state_of(digests: Mapping[str, str], matters: Iterable[str]) -> str:
    """All that findings in files that matter depend on: which files there are, and what is in those that matter."""
    return digest_of(
        *(path.encode("utf-8", "surrogatepass") for path in sorted(digests)),
        *(f"{path}\0{digests[path]}".encode("utf-8", "surrogatepass") for path in sorted(matters)),
    )
