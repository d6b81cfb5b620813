"""The smallest edits, by lines and then within a line, that turn one text into another."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

_LINE = re.compile(r"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")
_INDENT = re.compile(r"[ \t\f]*")

Splice = tuple[int, int, str]
"""Start and end index into the old text, and what replaces it."""


def splices(old: str, new: str) -> list[Splice]:
    """The edits between two texts, in order and apart from each other."""
    old_lines, new_lines = _LINE.findall(old), _LINE.findall(new)
    first, last = _shared(old_lines, new_lines)
    starts = [sum(map(len, old_lines[:first]))]
    old_lines, new_lines = old_lines[first : len(old_lines) - last], new_lines[first : len(new_lines) - last]
    for line in old_lines:
        starts.append(starts[-1] + len(line))
    found: list[Splice] = []
    # Lines that are only indented anew count as equal here, so that each yields an edit of its indentation alone.
    matcher = difflib.SequenceMatcher(None, [ln.strip() for ln in old_lines], [ln.strip() for ln in new_lines], False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal" or (kind == "replace" and b - a == d - c):
            for i, j in zip(range(a, b), range(c, d), strict=True):
                found += _within_line(old_lines[i], new_lines[j], starts[i])
        elif kind == "replace" and b - a == 1 and _resemble(old_lines[a], new_lines[c]):
            # One line that changes and lines behind it are two edits: another fix may add the same lines.
            found += [
                *_within_line(old_lines[a], new_lines[c], starts[a]),
                (starts[b], starts[b], "".join(new_lines[c + 1 : d])),
            ]
        elif kind == "replace":
            found += _within("".join(old_lines[a:b]), "".join(new_lines[c:d]), starts[a])
        else:
            found.append((starts[a], starts[b], "".join(new_lines[c:d])))
    return joined(found)


def shared_ends(old: Sequence[object], new: Sequence[object]) -> tuple[int, int]:
    """How many items both have at the start, and behind those at the end."""
    most = min(len(old), len(new))
    first = next((number for number in range(most) if old[number] != new[number]), most)
    last = next((number for number in range(most - first) if old[-1 - number] != new[-1 - number]), most - first)
    return first, last


def _shared(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many lines both have at the start, and at the end, up to a line that is not blank."""
    first, _ = shared_ends(old, new)
    # Blank lines may belong to what has come.
    while first and not old[first - 1].strip():
        first -= 1
    _, last = shared_ends(old[first:], new[first:])
    while last and not old[-last].strip():
        last -= 1
    return first, last


def _resemble(old: str, new: str) -> bool:
    same_end = old[-1:] == new[-1:]
    return same_end and difflib.SequenceMatcher(None, old.strip(), new.strip(), False).ratio() > 0.6


def _within_line(old: str, new: str, base: int) -> Iterator[Splice]:
    old_indent, new_indent = _INDENT.match(old), _INDENT.match(new)
    if old_indent and new_indent and old_indent[0] != new_indent[0]:
        yield from _within(old_indent[0], new_indent[0], base)
        yield from _within(old[old_indent.end() :], new[new_indent.end() :], base + old_indent.end())
    else:
        yield from _within(old, new, base)


def _within(old: str, new: str, base: int) -> Iterator[Splice]:
    if old == new:
        return
    start = 0
    limit = min(len(old), len(new))
    while start < limit and old[start] == new[start]:
        start += 1
    while start and _splits(old, start, new, start):
        start -= 1
    end = 0
    while end < limit - start and old[-1 - end] == new[-1 - end]:
        end += 1
    while end and _splits(old, len(old) - end, new, len(new) - end):
        end -= 1
    yield base + start, base + len(old) - end, new[start : len(new) - end]


def _splits(old: str, i: int, new: str, j: int) -> bool:
    """Says whether a cut at these places would go through a word or a line end of either text."""
    return any(
        0 < k < len(text) and ((_is_word(text[k - 1]) and _is_word(text[k])) or text[k - 1 : k + 1] == "\r\n")
        for text, k in ((old, i), (new, j))
    )


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def joined(found: Iterable[Splice]) -> list[Splice]:
    """Edits in order, with those that touch made one: at a shared place their order would be open."""
    result: list[Splice] = []
    for start, end, content in found:
        if result and result[-1][1] == start:
            before, _, text = result.pop()
            result.append((before, end, text + content))
        else:
            result.append((start, end, content))
    return result
