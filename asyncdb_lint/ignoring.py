"""Patterns of ignore files, asked of many paths: most match none, and that is found out in one go."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

_GROUP_NAME = re.compile(r"\(\?P<\w+>")


class Patterns:
    """The lines of one ignore file, as Git reads them."""

    def __init__(self, lines: Iterable[str]) -> None:
        # Imported here: most projects are walked past without an ignore file.
        from pathspec import GitIgnoreSpec

        self._spec = GitIgnoreSpec.from_lines(lines)
        self._any = _any_of(self._spec)

    def decide(self, relative: str) -> bool | None:
        """Whether the last pattern that matches ignores a path (True) or brings it back; None where none matches."""
        if self._any is not None and self._any(relative) is None:
            return None
        return self._spec.check_file(relative).include


@functools.lru_cache(maxsize=256)
def patterns(lines: tuple[str, ...]) -> Patterns:
    """The patterns of some lines, compiled once."""
    return Patterns(lines)


def read_patterns(file: Path) -> Patterns | None:
    """The patterns of an ignore file; None where it cannot be read."""
    try:
        # Git follows no link here either; and a link may lead to a device, which has no end.
        if file.is_symlink() or not file.is_file():
            return None
        return Patterns(file.read_text(encoding="utf-8", errors="surrogateescape").splitlines())
    except OSError:
        return None


def _any_of(spec: GitIgnoreSpec) -> Callable[[str], object] | None:
    """One expression for whether any pattern matches; None where they cannot be put together."""
    single = [regex for pattern in spec.patterns if (regex := getattr(pattern, "regex", None)) is not None]
    texts = [_GROUP_NAME.sub("(?:", regex.pattern) for regex in single]
    if not texts or any(regex.flags != re.UNICODE or "(?P=" in regex.pattern for regex in single):
        return None
    # Each is anchored at the start, so a match there is as good as a search.
    if not all(text.startswith("^") for text in texts):
        return None
    try:
        return re.compile("|".join(f"(?:{text})" for text in texts)).match
    except re.error:
        return None
