"""What fixing would change, as a unified diff that `patch` and `git apply -p0` read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from asyncdb_lint.fixes import unified_diff
from asyncdb_lint.report.lines import Line, Span, Style, escaped
from asyncdb_lint.report.text import shown_path

# What the log of a CI service obeys, at the start of a line or anywhere; a carriage return begins a line there.
_COMMAND = re.compile(r"(?<![^\r\n])[ \t]*::|##(?:vso)?\[", re.IGNORECASE)
_STYLES = {"+": Style.ADDED, "-": Style.REMOVED, "@": Style.INFO}


def unified(before: Mapping[Path, str], after: Mapping[Path, str], *, exact: bool) -> Iterator[Line]:
    """Renders the changes, file by file; unless `exact`, what a terminal would obey is escaped.

    So it is in the log of a CI service, where a diff that holds commands is better refused by `patch` than obeyed.
    """
    is_log = any(os.environ.get(name) for name in ("GITHUB_ACTIONS", "TF_BUILD"))
    for path in sorted(after):
        text = unified_diff(Path(shown_path(path)), before[path], after[path])
        exact = exact and not (is_log and _COMMAND.search(text))
        for number, line in enumerate(text.split("\n")[:-1]):
            shown = line if exact else _harmless(line.removesuffix("\r"))
            style = Style.STRONG if number < 2 else _STYLES.get(line[:1], Style.PLAIN)
            yield (Span(shown, style),)


def _harmless(line: str) -> str:
    shown = escaped(line).replace("\\x09", "\t")
    return shown.replace("::", r":\x3a", 1) if shown.lstrip().startswith("::") else shown
