"""What fixing would change, as a unified diff that `patch` and `git apply -p0` read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from asyncdb_lint.fixes import unified_diff
from asyncdb_lint.report.lines import Line, Span, Style, escaped
from asyncdb_lint.report.text import shown_path

_STYLES = {"+": Style.ADDED, "-": Style.REMOVED, "@": Style.INFO}


def unified(before: Mapping[Path, str], after: Mapping[Path, str], *, exact: bool) -> Iterator[Line]:
    """Renders the changes, file by file; unless `exact`, what a terminal would obey is escaped."""
    for path in sorted(after):
        text = unified_diff(Path(shown_path(path)), before[path], after[path])
        for number, line in enumerate(text.split("\n")[:-1]):
            shown = line if exact else escaped(line.removesuffix("\r")).replace("\\x09", "\t")
            style = Style.STRONG if number < 2 else _STYLES.get(line[:1], Style.PLAIN)
            yield (Span(shown, style),)
