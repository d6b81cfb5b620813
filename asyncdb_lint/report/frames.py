"""Code frames: the lines around a place, numbered, with the place underlined, laid out as Ruff lays them out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from asyncdb_lint.report.lines import Line, Span, Style, code, columns

if TYPE_CHECKING:
    from asyncdb_lint.diagnostics import Range

CONTEXT = 2
_LONGEST = 12
"""A place of more lines than this is folded in the middle."""
_KEPT = 4
"""How many lines a folded place keeps at each end."""


def source_lines(text: str) -> list[str]:
    """Splits text as Python does: only at line feeds and carriage returns."""
    return re.split(r"\r\n|\r|\n", text)


def gutter_width(ranges: Sequence[Range], *, lines: int) -> int:
    """Returns how many digits the line numbers of several frames need in common."""
    last = max(range_.end.line for range_ in ranges)
    return len(str(min(last + CONTEXT, max(lines, last))))


def frame(lines: Sequence[str], place: Range, *, width: int, style: Style) -> Iterator[Line]:
    """Renders the frame of one place, without the location line above and the closing bar below."""
    first, last = _context(lines, place)
    yield bar(width)
    # A place of several lines has a rail at its left, which the context lines leave room for.
    draw = _draw_one_line if place.start.line == place.end.line else _draw_lines
    yield from draw(lines, place, range(first, last + 1), width, style)


def location(path: str, row: int, column: int, *, width: int) -> Line:
    """Renders the line that points at a place."""
    return Span(" " * width), Span("--> ", Style.FRAME), Span(f"{path}:{row}:{column}")


def bar(width: int) -> Line:
    """Renders an empty line of a frame."""
    return (Span(f"{'':{width}} |", Style.FRAME),)


def numbered(number: int | str, text: str, width: int, *extra: Span) -> Line:
    """Renders one line of source; `extra` stands between the number and the text."""
    gutter = Span(f"{number:>{width}} |", Style.FRAME)
    return (gutter, *extra, Span(f" {text}")) if text else (gutter, *extra)


def _context(lines: Sequence[str], place: Range) -> tuple[int, int]:
    """Chooses the lines to show; blank lines at the edge of the context say nothing."""
    first = max(1, place.start.line - CONTEXT)
    last = min(len(lines), place.end.line + CONTEXT)
    while first < place.start.line and not lines[first - 1].strip():
        first += 1
    while last > place.end.line and not lines[last - 1].strip():
        last -= 1
    return first, last


def _draw_one_line(lines: Sequence[str], place: Range, shown: range, width: int, style: Style) -> Iterator[Line]:
    for number in shown:
        text = lines[number - 1]
        yield numbered(number, code(text), width)
        if number == place.start.line:
            before = code(text[: place.start.column - 1])
            marked = code(text[place.start.column - 1 : place.end.column - 1])
            carets = "^" * max(1, columns(marked))
            yield *bar(width), Span(" " * (columns(before) + 1)), Span(carets, style)


def _draw_lines(lines: Sequence[str], place: Range, shown: range, width: int, style: Style) -> Iterator[Line]:
    start, end = place.start, place.end
    begins_line = not lines[start.line - 1][: start.column - 1].strip()
    for number in _folded(shown, place):
        if number is None:
            yield Span(f"{'...':<{width + 2}}", Style.FRAME), Span(" |", style)
            continue
        text = code(lines[number - 1])
        if number < start.line or number > end.line:
            yield numbered(number, f"  {text}" if text else "", width)
        elif number > start.line:
            yield numbered(number, text, width, Span(" |", style))
        elif begins_line:
            yield numbered(number, text, width, Span(" /", style))
        else:
            yield numbered(number, f"  {text}", width)
            before = columns(code(lines[number - 1][: start.column - 1]))
            yield *bar(width), Span("  " + "_" * (before + 1) + "^", style)
        if number == end.line:
            before = columns(code(lines[number - 1][: max(0, end.column - 2)]))
            yield *bar(width), Span(" |" + "_" * (before + 1) + "^", style)


def _folded(shown: range, place: Range) -> Iterator[int | None]:
    """Yields line numbers, and None once where the middle of a long place is left out."""
    if place.end.line - place.start.line < _LONGEST:
        yield from shown
        return
    yield from range(shown.start, place.start.line + _KEPT)
    yield None
    yield from range(place.end.line - _KEPT + 1, shown.stop)
