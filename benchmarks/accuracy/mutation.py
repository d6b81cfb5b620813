"""What a mutation is, and how many of them are put into one round."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from .source import Source


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces the characters from `start` up to `end`."""

    start: int
    end: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Mutation:
    """One pitfall, made at one place.

    The finding is due on the line of the character at `anchor` of the sound text, moved by the edits before it, plus
    `into` characters; `span` more characters may hold it, too.
    """

    kind: str
    rule: str
    path: Path
    edits: tuple[Edit, ...]
    anchor: int
    group: tuple[Path, int]
    """The function it stands in; places of one function are broken in different rounds."""
    line: int
    """The line in the sound text, as a reader finds it."""
    shown: str
    """That line. It is shown to who runs this and never kept."""
    into: int = 0
    span: int = 0

    def overlaps(self, other: Mutation) -> bool:
        """Whether both cannot be made at once, or could not be told apart."""
        if self.path != other.path:
            return False
        mine, theirs = self._extent(), other._extent()
        return (mine[0] <= theirs[1] and theirs[0] <= mine[1]) or self.line == other.line

    def _extent(self) -> tuple[int, int]:
        return min(edit.start for edit in self.edits), max(edit.end for edit in self.edits)


@dataclass(frozen=True, slots=True)
class Expected:
    """Where the findings of one mutation may stand in the broken text."""

    mutation: Mutation
    offset: int
    first_line: int
    last_line: int


def broken(source: Source, mutations: Sequence[Mutation]) -> tuple[bytes, list[Expected]]:
    """Makes all mutations of one module, and says where findings are due in the result."""
    edits = sorted((edit for mutation in mutations for edit in mutation.edits), key=lambda edit: (edit.start, edit.end))
    parts: list[str] = []
    done = 0
    for edit in edits:
        parts += [source.text[done : edit.start], edit.text]
        done = edit.end
    text = "".join([*parts, source.text[done:]])
    expected = []
    for mutation in mutations:
        moved = sum(
            len(e.text) - (e.end - e.start) for e in edits if e.end <= mutation.anchor and e.start < mutation.anchor
        )
        place = mutation.anchor + moved + mutation.into
        expected.append(Expected(mutation, place, _line_at(text, place), _line_at(text, place + mutation.span)))
    return text.encode(source.encoding), expected


def rounds(mutations: Iterable[Mutation], at_least: int) -> list[list[Mutation]]:
    """Deals mutations out to rounds, each once, so that those of one function meet as little as can be."""
    dealt: list[list[Mutation]] = [[] for _ in range(at_least)]
    seen: dict[tuple[Path, int], int] = defaultdict(int)
    for number, mutation in enumerate(sorted(mutations, key=lambda item: (item.path, item.anchor, item.kind))):
        first = seen[mutation.group] + number // at_least
        seen[mutation.group] += 1
        for offset in range(len(dealt) + 1):
            index = (first + offset) % (len(dealt) + 1) if offset == len(dealt) else (first + offset) % len(dealt)
            if index == len(dealt):
                dealt.append([])
            if not any(mutation.overlaps(other) for other in dealt[index]):
                dealt[index].append(mutation)
                break
        else:
            dealt.append([mutation])
    return [items for items in dealt if items]


def _line_at(text: str, offset: int) -> int:
    before = text[:offset]
    return before.count("\n") + before.count("\r") - before.count("\r\n") + 1
