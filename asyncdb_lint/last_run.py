"""The answer of the last run that was asked the same: it holds as long as nothing has changed that the run looked at.

What a run looks at is each file, each folder it walked through (one that has gained or lost an entry has another
stamp), the settings, ignore files and metadata it read, and the places above where there are none. Nothing is read but
stamps: the time of the last change that nobody can set, the size and the inode. Where a file system has no such time,
or something changed while the run was going on, there is no answer, and the run finds it anew.
"""

from __future__ import annotations

import os
import time
import zlib
from array import array
from stat import S_ISDIR

# `typing` and `collections` take longer to import than the stamps of a small project.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FORMAT = b"asyncdb-lint run 1"
FOLDER = "runs"
"""Where in the cache runs are kept."""
RUN_ENDING = ".run"
_MOST_RUNS = 32
# Clocks of file systems tick slower than ours.
_RACY_NS = 2_000_000_000
_REPOSITORIES = ("/.git", "/.hg")
_GONE = (-1, -1, -1)
_RACY = (-2, -2, -2)


class LastRun:
    """What is kept of the runs that were asked one question."""

    def __init__(self, folder: str, question: bytes) -> None:
        self.question = question
        self._file = os.path.join(folder, FOLDER, f"{zlib.crc32(question):08x}{RUN_ENDING}")
        self._started = time.time_ns()

    def answer(self) -> bytes | None:
        """What the last run has answered, if it would answer the same now; else None."""
        try:
            with open(self._file, "rb") as file:
                data = file.read()
        except OSError:
            return None
        kept = unpacked(_FORMAT, data)
        if kept is None:
            return None
        question, paths, answer, stamps = kept
        if question != self.question or not _holds(paths.decode("utf-8", "surrogatepass").split("\0"), stamps):
            return None
        return answer

    def keep(self, watched: Iterable[str], answer: bytes) -> None:
        """Keeps an answer, and the files and folders that it hangs on."""
        from pathlib import Path

        from .cache_files import write_whole

        paths = list(dict.fromkeys(watched))
        kept = array("q")
        for path in paths:
            stamp = _stamp(path)
            # What has changed since the run began, it may have seen as it was before.
            kept.extend(stamp if stamp[0] < self._started - _RACY_NS else _RACY)
        names = "\0".join(paths).encode("utf-8", "surrogatepass")
        data = packed(_FORMAT, self.question, names, answer, kept.tobytes())
        write_whole(Path(self._file), data, most=_MOST_RUNS)


def surroundings() -> list[str]:
    """What every answer hangs on, besides files: what is too wide for a project hangs on the folders of the user."""
    return [os.getcwd(), *(os.environ.get(name, "") for name in ("HOME", "TMPDIR"))]


def can_answer() -> bool:
    """Whether the system tells when anything about a file has last changed."""
    return os.name == "posix"


def packed(name: bytes, *parts: bytes) -> bytes:
    """Four parts as one: behind a header with a name, the sizes of all but the last, and a checksum."""
    rest = b"".join(parts)
    numbers = [*map(len, parts[:-1]), zlib.crc32(rest)]
    return b" ".join([name, *(b"%d" % number for number in numbers)]) + b"\n" + rest


def unpacked(name: bytes, data: bytes) -> list[bytes] | None:
    """The four parts again; None where they are damaged, or have another name."""
    header, _, rest = data.partition(b"\n")
    try:
        found, *sizes, checksum = header.rsplit(b" ", 4)
        if found != name or zlib.crc32(rest) != int(checksum):
            return None
        first, second, third = map(int, sizes)
    except ValueError:
        return None
    parts: list[bytes] = []
    at = 0
    for size in (first, second, third):
        parts.append(rest[at : at + size])
        at += size
    return [*parts, rest[at:]]


def _holds(paths: Sequence[str], kept: bytes) -> bool:
    """Whether paths have the stamps that are kept."""
    known, found = array("q"), array("q")
    known.frombytes(kept)
    for path in paths:
        found.extend(_stamp(path))
    return found == known


def _stamp(path: str) -> tuple[int, int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return _GONE
    if path.endswith(_REPOSITORIES) and S_ISDIR(status.st_mode):
        # Version control works in there all the time: only that it is there says something.
        return 0, 0, status.st_ino
    return status.st_ctime_ns, status.st_size, status.st_ino
