"""What earlier runs have found, kept on disk: a run over files that are as they were only looks at their stamps.

One file a project, outside of the project: nobody can slip a finding past a gate by committing a cache. Whatever is
damaged, foreign or of another version is no cache, and the run finds the same without it.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .cache_files import UNFINISHED, digest_of
from .installation import cache_folder, linter_text
from .kept_summaries import unwanted
from .last_run import RUN_ENDING
from .last_words import WORDS_ENDING
from .project_file import PROJECT_ENDING, ProjectFile

Stamp = tuple[int, int, int]
"""Modification time in nanoseconds, size in bytes and inode of a file."""

_PREFIX = "findings "
# Settings that nobody uses any more leave findings behind.
_MOST_SETTINGS = 8
# Within this time of a write, another write may leave the same stamp.
_RACY_NS = 2_000_000_000
_NO_STAMP: Stamp = (0, 0, 0)
_FORMER_ENDINGS = (".findings", ".summaries")


def default_folder() -> Path:
    """Where caches lie unless somebody says otherwise."""
    return Path(cache_folder())


@dataclass(slots=True)
class Snapshot:
    """A project as a run has seen it, and what the run found."""

    stamps: dict[str, Stamp]
    digests: dict[str, str]
    """The content of each file."""
    traits: dict[str, str]
    """What a look at the project sees of each file that matters; see `traits_of`."""
    state: str
    """All that the findings in files that matter depend on, but for what each says of itself; see `state_of`."""
    matters: set[str]
    """The files that rules may have something to say about."""
    blocking: set[str]
    """Those from which imports lead to calls that block."""
    imported: set[str]
    """Those that do not matter themselves, and that others import: findings hang on what is in them."""
    looked_into: set[str]
    """Those whose nodes somebody has asked for: of all others nobody has seen more than the summary."""
    has_driver: bool
    """Whether a file that matters imports a driver."""
    calls: dict[str, str]
    """Names that somebody asked for, and a file that does not matter and calls them; empty where there is none."""
    checked: set[str]
    """The files that were linted."""
    findings: dict[str, list[list[Any]]] = field(default_factory=dict)
    """What was found in the files that were linted, by file; those without findings are left out."""


class KeptSnapshot:
    """What is kept of one project under one set of settings."""

    def __init__(self, file: ProjectFile, name: str, key: str) -> None:
        self.file = file
        """Where it is kept, beside what is known of the modules."""
        self._name = _PREFIX + name
        self._key = key

    def read(self) -> Snapshot | None:
        """What the last run has left; None if there is nothing of use."""
        body = self.file.part(self._name, self._key)
        if body is None:
            return None
        try:
            data = json.loads(body)
            return Snapshot(
                {path: (time, size, inode) for path, (time, size, inode) in data["stamps"].items()},
                data["digests"],
                data["traits"],
                data["state"],
                set(data["matters"]),
                set(data["blocking"]),
                set(data["imported"]),
                set(data["looked_into"]),
                data["has_driver"],
                data["calls"],
                set(data["checked"]) if data["checked"] is not None else set(data["stamps"]),
                data["findings"],
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, snapshot: Snapshot, files: Iterable[Path]) -> None:
        """Keeps a snapshot, and what is known of the modules in some files; others are let go of.

        A folder that cannot be written to keeps nothing.
        """
        now = time.time_ns()
        body = json.dumps(
            {
                "stamps": {p: s if now - s[0] > _RACY_NS else _NO_STAMP for p, s in snapshot.stamps.items()},
                "digests": snapshot.digests,
                "traits": snapshot.traits,
                "state": snapshot.state,
                "matters": sorted(snapshot.matters),
                "blocking": sorted(snapshot.blocking),
                "imported": sorted(snapshot.imported),
                "looked_into": sorted(snapshot.looked_into),
                "has_driver": snapshot.has_driver,
                "calls": snapshot.calls,
                "checked": sorted(snapshot.checked) if snapshot.checked != snapshot.stamps.keys() else None,
                "findings": snapshot.findings,
            },
            separators=(",", ":"),
        ).encode("utf-8", "surrogatepass")
        self.file.put(self._name, self._key, body)
        self.file.save(lambda names: _of_use(names, files))


def _of_use(names: Sequence[str], files: Iterable[Path]) -> set[str]:
    settings = [name for name in names if name.startswith(_PREFIX)]
    return set(names).difference(settings[:-_MOST_SETTINGS], unwanted(names, files))


class Cache:
    """The caches of all projects, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._linter = digest_of(linter_text().encode("utf-8", "surrogatepass"))

    def of(self, root: Path | None, files: Iterable[Path], settings: object, metadata: str = "") -> KeptSnapshot:
        """What is kept of a project: of its root folder, or of the folder that all its files have in common.

        `metadata` is what else findings depend on, besides the files and the settings.
        """
        place = str(root) if root is not None else os.path.commonpath([str(file.parent) for file in files])
        where = place.encode("utf-8", "surrogatepass")
        file = ProjectFile(
            self.folder / digest_of(where) / f"kept{PROJECT_ENDING}", digest_of(self._linter.encode(), where)
        )
        parts = (repr(settings).encode("utf-8", "surrogatepass"), metadata.encode("utf-8", "surrogatepass"))
        return KeptSnapshot(file, digest_of(parts[0]), digest_of(*parts))

    def clean(self) -> int:
        """Removes everything that is kept, and nothing else; returns how many files that were."""
        removed = 0
        for file in self.folder.glob("*/*"):
            if file.suffix in (PROJECT_ENDING, RUN_ENDING, WORDS_ENDING, UNFINISHED, *_FORMER_ENDINGS):
                file.unlink(missing_ok=True)
                removed += 1
        for folder in self.folder.glob("*/"):
            try:
                folder.rmdir()
            except OSError:
                # Somebody else's, or in use.
                continue
        return removed


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

    @property
    def contents_by_path(self) -> dict[Path, bytes]:
        """The same, by their paths."""
        return {Path(path): data for path, data in self.contents.items()}

    def digests(self, before: Snapshot) -> dict[str, str]:
        """The content of each file, now."""
        return {**before.digests, **{path: digest_of(data) for path, data in self.contents.items()}}


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


def state_of(files: Iterable[str], seen: Mapping[str, str]) -> str:
    """All that findings in files that matter depend on: which files there are, and what is seen of those that matter.

    `seen` holds a digest for each of those. A change that leaves all of them as they are changes no finding elsewhere.
    """
    return digest_of(
        *(path.encode("utf-8", "surrogatepass") for path in sorted(files)),
        *(f"{path}\0{seen[path]}".encode("utf-8", "surrogatepass") for path in sorted(seen)),
    )
