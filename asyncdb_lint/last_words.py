"""What a run has printed that found nothing, for the next one with the same command line.

It is told by the words of the command line alone, before anybody knows what they mean; whether it still holds is told
by what is kept of that run.
"""

from __future__ import annotations

import os
import sys
import zlib

from asyncdb_lint.installation import cache_folder, linter_text
from asyncdb_lint.last_run import FOLDER, LastRun, can_answer, packed, surroundings, unpacked

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_FORMAT = b"asyncdb-lint words 1"
WORDS_ENDING = ".words"
_MOST = 32
_CACHE = "--cache-dir"
_NOT_WITH = ("--color", "--no-cache")


class LastWords:
    """What is kept of the runs with one command line."""

    def __init__(self, folder: str, arguments: Sequence[str]) -> None:
        words = "\0".join([linter_text(), *surroundings(), *arguments])
        self._words = words.encode("utf-8", "surrogatepass")
        self._folder = folder
        self._file = os.path.join(folder, FOLDER, f"{zlib.crc32(self._words):08x}{WORDS_ENDING}")

    @classmethod
    def of(cls, arguments: Sequence[str]) -> LastWords | None:
        """What is kept for a command line; None where what is printed hangs on more than that, or nothing is kept."""
        plain = can_answer() and not sys.stdout.isatty() and "FORCE_COLOR" not in os.environ
        # Of a notebook it is said that it is left out.
        if not plain or any(word == "-" or word.startswith(_NOT_WITH) or word.endswith(".ipynb") for word in arguments):
            return None
        folder = cache_folder()
        for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
            if word == _CACHE:
                folder = following
            elif word.startswith(f"{_CACHE}="):
                folder = word.partition("=")[2]
        try:
            return cls(folder, arguments)
        except OSError:
            # The current folder is gone, say.
            return None

    def said(self) -> str | None:
        """What the last run has printed, if this one would print the same; else None."""
        try:
            with open(self._file, "rb") as file:
                kept = unpacked(_FORMAT, file.read())
        except OSError:
            return None
        if kept is None:
            return None
        words, question, answer, text = kept
        # Another run may have asked the same in other words since, and found something.
        if words != self._words or LastRun(self._folder, question).answer() != answer:
            return None
        return text.decode()

    def keep(self, run: LastRun, answer: bytes, text: str) -> None:
        """Keeps what a run has printed that found nothing, and what is kept of that run."""
        from pathlib import Path

        from asyncdb_lint.cache_files import write_whole

        data = packed(_FORMAT, self._words, run.question, answer, text.encode())
        write_whole(Path(self._file), data, most=_MOST)
