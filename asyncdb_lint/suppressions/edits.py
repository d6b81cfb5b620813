"""Takes codes out of ignore comments, and the comment with its last code."""

from __future__ import annotations

import re
from collections.abc import Collection

from asyncdb_lint.suppressions.directives import Named, Scope, Suppression
from asyncdb_lint.suppressions.statements import Outline

Splice = tuple[int, int, str]
"""Start and end index into the text, and what replaces it."""


def without(outline: Outline, suppression: Suppression, unwanted: Collection[Named]) -> Splice:
    """The edit that takes some entries out of a comment's list."""
    text = outline.text
    start, end = suppression.list_start, suppression.list_end
    listed = text[start:end]
    spans = {(named.start - start, named.end - start) for named in unwanted}
    entries = re.finditer(r"[^,\s](?:[^,]*[^,\s])?" if suppression.scope is not Scope.NOQA else r"[^,\s]+", listed)
    kept = [entry.group() for entry in entries if entry.span() not in spans]
    if kept:
        separator = re.search(r"\s*,\s*|\s+", listed.strip())
        return start, end, (separator.group() if separator else ", ").join(kept)
    return without_comment(outline, suppression)


def without_comment(outline: Outline, suppression: Suppression) -> Splice:
    """The edit that takes a whole ignore comment out, and its line where nothing else stands on it."""
    text = outline.text
    start, end = suppression.start, suppression.end
    comment = suppression.comment
    line = outline.line_starts[outline.line_of(start) - 1]
    rest = text[end : comment.end]
    if rest.strip():
        # Another tool's pragma follows: it takes the place.
        return start, end + len(rest) - len(rest.lstrip()), ""
    before = text[line:start]
    if before.strip():
        return line + len(before.rstrip()), comment.end, ""
    number = outline.line_of(start)
    following = outline.line_starts[number] if number < len(outline.line_starts) else len(text)
    return line, following, ""
