"""What a fix would change, as numbered lines under its help line."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

from asyncdb_lint.diagnostics import Edit, Fix
from asyncdb_lint.report.frames import bar, source_lines
from asyncdb_lint.report.lines import Line, Span, Style, code, escaped

_CONTEXT = 1
_NEAR = 2 * _CONTEXT + 1


def patch(fix: Fix, lines: Mapping[Path, Sequence[str]], *, home: Path) -> Iterator[Line]:
    """Renders the edits of a fix, file by file; lines carry the numbers they have after the fix."""
    edits = sorted(fix.edits, key=lambda edit: (edit.path != home, edit.path, edit.range))
    last = max(edit.range.end.line for edit in edits) + sum(edit.content.count("\n") for edit in edits) + _CONTEXT
    width = len(str(last))
    for path, in_file in groupby(edits, key=lambda edit: edit.path):
        if path not in lines:
            continue
        if path != home:
            yield Span(" " * width), Span("--> ", Style.FRAME), Span(escaped(os.path.relpath(path)))
        yield bar(width)
        shift = 0
        for number, hunk in enumerate(_hunks(list(in_file))):
            if number:
                yield (Span("...", Style.FRAME),)
            first = max(1, hunk[0].range.start.line - _CONTEXT)
            changed = max(edit.range.end.line for edit in hunk)
            old = list(lines[path][first - 1 : changed + _CONTEXT])
            if len(old) > changed - first + 1 and not old[-1]:
                old.pop()
            new = _edited(old, hunk, first)
            yield from _changes(old, new, first + shift, width)
            shift += len(new) - len(old)
        yield bar(width)


def _hunks(edits: list[Edit]) -> Iterator[list[Edit]]:
    """Groups the edits that are so near that their lines are shown together."""
    hunk: list[Edit] = []
    for edit in edits:
        if hunk and edit.range.start.line - hunk[-1].range.end.line > _NEAR:
            yield hunk
            hunk = []
        hunk.append(edit)
    yield hunk


def _edited(old: Sequence[str], edits: Sequence[Edit], first: int) -> list[str]:
    """Applies edits to the lines of a hunk, from its end so that the places before stay true."""
    lines = list(old)
    for edit in reversed(edits):
        start, end = edit.range.start, edit.range.end
        head = lines[start.line - first][: start.column - 1]
        tail = lines[end.line - first][end.column - 1 :]
        lines[start.line - first : end.line - first + 1] = source_lines(head + edit.content + tail)
    return lines


def _changes(old: Sequence[str], new: Sequence[str], number: int, width: int) -> Iterator[Line]:
    for tag, old_start, old_end, new_start, new_end in difflib.SequenceMatcher(None, old, new, False).get_opcodes():
        if tag != "equal":
            for text in old[old_start:old_end]:
                yield _line("", "-", text, Style.REMOVED, width)
        for text in new[new_start:new_end]:
            yield _line(number, *(("|", text, Style.PLAIN) if tag == "equal" else ("+", text, Style.ADDED)), width)
            number += 1


def _line(number: int | str, mark: str, text: str, style: Style, width: int) -> Line:
    gutter = Span(f"{number:<{width}} ", Style.FRAME)
    return gutter, Span(mark, Style.FRAME if style is Style.PLAIN else style), Span(f" {code(text)}".rstrip(), style)
