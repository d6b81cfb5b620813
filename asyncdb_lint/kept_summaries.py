"""The summaries of a project's modules, kept on disk: a module that is as it was need not be parsed again."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .cache_files import digest_of, write_whole

if TYPE_CHECKING:
    from .semantics.records import ModuleRecord
    from .semantics.summary import Summary

SUMMARIES_ENDING = ".summaries"

_FORMAT = 1
_MOST_FILES_A_PROJECT = 1
_FAST = 1
"""The level of compression that costs least time."""


class _Entry(NamedTuple):
    """Where a summary lies among the others."""

    content: str
    """The digest of the module's content."""
    start: int
    length: int
    digest: str
    """The digest of the summary itself."""


class Summaries:
    """What earlier runs know of the modules of a project, whatever the settings were.

    One file: a header, an index that says for each module where its summary lies, and the summaries. A run restores
    those it needs, and copies the others as they are. What is damaged, or of another version, is no summary.
    """

    def __init__(self, file: Path, key: str) -> None:
        self._file = file
        self._key = key
        self._index, self._summaries = self._read()

    def restored(self, path: Path, content: str, walk: Callable[[], ModuleRecord]) -> ModuleRecord | None:
        """A module whose content has the digest `content`; None if nothing of use is known of it."""
        summary = self._found(path, content)
        if summary is None:
            return None
        from .semantics.summary import restored

        try:
            return restored(json.loads(zlib.decompress(summary)), path, walk)
        except (zlib.error, ValueError, TypeError, LookupError, AttributeError):
            return None

    def has(self, path: Path, content: str) -> bool:
        """Whether there is a summary of a module whose content has the digest `content`."""
        return self._content(path) == content

    def keep(self, known: Mapping[Path, tuple[str, ModuleRecord | Summary]], files: Iterable[Path]) -> None:
        """Keeps what is known of modules, each with the digest of its content; those of other files are let go of."""
        new = {path: (content, what) for path, (content, what) in known.items() if not self._found(path, content)}
        if not new:
            return
        kept = {
            str(path): (content, summary)
            for path in files
            if path not in new and (content := self._content(path)) is not None
            if (summary := self._found(path, content)) is not None
        }
        kept.update((str(path), (content, summary)) for path, (content, summary) in _written(new).items())
        self._write(kept)

    def _content(self, path: Path) -> str | None:
        entry = self._index.get(str(path))
        return entry.content if entry is not None else None

    def _found(self, path: Path, content: str) -> bytes | None:
        entry = self._index.get(str(path))
        if entry is None or entry.content != content:
            return None
        summary = self._summaries[entry.start : entry.start + entry.length]
        return summary if digest_of(summary) == entry.digest else None

    def _read(self) -> tuple[dict[str, _Entry], bytes]:
        try:
            header, _, rest = self._file.read_bytes().partition(b"\n")
            index, _, summaries = rest.partition(b"\n")
            if header == self._header(index):
                return {path: _Entry(*entry) for path, entry in json.loads(index).items()}, summaries
        except (OSError, ValueError, TypeError, AttributeError):
            # The first run, or nothing of use.
            return {}, b""
        return {}, b""

    def _write(self, summaries: Mapping[str, tuple[str, bytes]]) -> None:
        entries: dict[str, _Entry] = {}
        start = 0
        for path, (content, summary) in summaries.items():
            entries[path] = _Entry(content, start, len(summary), digest_of(summary))
            start += len(summary)
        index = json.dumps(entries, separators=(",", ":")).encode()
        parts = [self._header(index), index, b"".join(summary for _, summary in summaries.values())]
        write_whole(self._file, b"\n".join(parts), most=_MOST_FILES_A_PROJECT)

    def _header(self, index: bytes) -> bytes:
        return f"{_FORMAT} {self._key} {digest_of(index)}".encode()


def _written(known: Mapping[Path, tuple[str, ModuleRecord | Summary]]) -> dict[Path, tuple[str, bytes]]:
    from .semantics.summary import written

    summaries: dict[Path, tuple[str, bytes]] = {}
    for path, (content, what) in known.items():
        try:
            summary = what if isinstance(what, list) else written(what)
            text = json.dumps(summary, separators=(",", ":"))
        except (TypeError, ValueError):
            # A number with thousands of digits, say: such a module is parsed every time.
            continue
        summaries[path] = content, zlib.compress(text.encode(), _FAST)
    return summaries
