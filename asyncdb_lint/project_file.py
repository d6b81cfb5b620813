"""One file of the cache: what is kept of a project, in parts that are found by name and read one by one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from .cache_files import digest_of, write_whole

PROJECT_ENDING = ".project"

_FORMAT = 1
_MOST_FILES_A_FOLDER = 1


class _Part(NamedTuple):
    """Where a part lies behind the index."""

    tag: str
    start: int
    length: int
    digest: str


class _New(NamedTuple):
    """A part that is not written yet."""

    tag: str
    data: bytes
    digest: str


class ProjectFile:
    """A header, an index that says for each part where it lies, and the parts.

    Each part has a tag, which says what it was made from, and is checked before anybody uses it. What is damaged, or
    of another version, is as good as missing.
    """

    def __init__(self, file: Path, key: str) -> None:
        """Takes the place of the file, and what all of it hangs on."""
        self._file = file
        self._key = key
        self._new: dict[str, _New] = {}
        self._index: dict[str, _Part] = {}
        self._parts_start = 0
        self._parts: bytes | None = None
        self._read_index()

    def part(self, name: str, tag: str) -> bytes | None:
        """The part of a name, if it has that tag."""
        new = self._new.get(name)
        if new is not None:
            return new.data if new.tag == tag else None
        part = self._index.get(name)
        if part is None or part.tag != tag:
            return None
        data = self._bytes_of(part)
        return data if digest_of(data) == part.digest else None

    def digest(self, name: str, tag: str) -> str | None:
        """The digest of a part, if it has that tag."""
        part = self._new.get(name) or self._index.get(name)
        return part.digest if part is not None and part.tag == tag else None

    def read_all(self) -> None:
        """Reads the parts at once, for somebody who needs many of them."""
        if self._parts is None:
            try:
                with open(self._file, "rb") as file:  # noqa: PTH123
                    file.seek(self._parts_start)
                    self._parts = file.read()
            except OSError:
                self._parts = b""

    def put(self, name: str, tag: str, data: bytes) -> None:
        """Keeps a part, once somebody saves."""
        self._new[name] = _New(tag, data, digest_of(data))

    def save(self, wanted: Callable[[list[str]], set[str]]) -> None:
        """Writes what is new; of all names, the oldest first, `wanted` chooses those that stay."""
        # Another run may have written since: what it knows stays as well.
        last = ProjectFile(self._file, self._key)
        last.read_all()
        names = [*(name for name in last._index if name not in self._new), *self._new]
        staying = wanted(names)
        entries: dict[str, _Part] = {}
        parts: list[bytes] = []
        start = 0
        for name in names:
            if name not in staying:
                continue
            part = self._new.get(name) or last._index[name]
            data = part.data if isinstance(part, _New) else last._bytes_of(part)
            entries[name] = _Part(part.tag, start, len(data), part.digest)
            parts.append(data)
            start += len(data)
        index = json.dumps(entries, separators=(",", ":")).encode()
        write_whole(self._file, b"\n".join([self._header(index), index, b"".join(parts)]), most=_MOST_FILES_A_FOLDER)

    def _bytes_of(self, part: _Part) -> bytes:
        if self._parts is not None:
            return self._parts[part.start : part.start + part.length]
        try:
            with open(self._file, "rb") as file:  # noqa: PTH123
                file.seek(self._parts_start + part.start)
                return file.read(part.length)
        except OSError:
            return b""

    def _read_index(self) -> None:
        try:
            with open(self._file, "rb") as file:  # noqa: PTH123
                header, index = file.readline().rstrip(b"\n"), file.readline().rstrip(b"\n")
                if header == self._header(index):
                    self._parts_start = file.tell()
                    self._index = {name: _Part(*entry) for name, entry in json.loads(index).items()}
        except (OSError, ValueError, TypeError, AttributeError):
            # The first run, or nothing of use.
            self._index = {}

    def _header(self, index: bytes) -> bytes:
        return f"{_FORMAT} {self._key} {digest_of(index)}".encode()
