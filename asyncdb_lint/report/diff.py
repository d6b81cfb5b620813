"""What fixing would change, as a unified diff: for `patch` and `git apply -p0`, or for people."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from asyncdb_lint.fixes import unified_diff
from asyncdb_lint.report.lines import Line, Span, Style, escaped
from asyncdb_lint.report.text import shown_path

# What the log of a CI service obeys, at the start of a line or anywhere; a carriage return begins a line there.
_COMMAND = re.compile(rb"(?<![^\r\n])[ \t]*::|##(?:vso)?\[", re.IGNORECASE)
_STYLES = {"+": Style.ADDED, "-": Style.REMOVED, "@": Style.INFO}


def patch(path: Path, old: bytes, new: bytes) -> bytes | None:
    """The change of a file to the letter, in the bytes of the file, as `git diff` has it.

    None in the log of a CI service that would obey it: there a diff is better refused by `patch`.
    """
    found = unified_diff(os.fsencode(shown_path(path)), old, new)
    is_log = any(os.environ.get(name) for name in ("GITHUB_ACTIONS", "TF_BUILD"))
    return None if is_log and _COMMAND.search(found) else found


def readable(path: Path, old: str, new: str) -> Iterator[Line]:
    """The change of a file for people; what a terminal would obey is escaped."""
    found = unified_diff(*(text.encode("utf-8", "surrogatepass") for text in (shown_path(path), old, new)))
    for number, line in enumerate(found.decode("utf-8", "surrogatepass").split("\n")[:-1]):
        style = Style.STRONG if number < 2 else _STYLES.get(line[:1], Style.PLAIN)
        yield (Span(_harmless(line.removesuffix("\r")), style),)


def _harmless(line: str) -> str:
    shown = escaped(line).replace("\\x09", "\t")
    return shown.replace("::", r":\x3a", 1) if shown.lstrip().startswith("::") else shown
