"""What a client knows as documents of their own: a file, or each cell of a notebook."""

from __future__ import annotations

from dataclasses import dataclass, field

from lsprotocol import types

_BEYOND = 2**31 - 1
"""The last character that the protocol has a number for: the end of whatever line."""


@dataclass(frozen=True, slots=True)
class Part:
    """One document of the client, and which lines of the module it is."""

    uri: str
    version: int | None
    first: int = 0
    """The line of the module that its first line is."""
    lines: int | None = None
    """How many lines of the module it is; None for the whole module."""
    end: types.Position = field(default_factory=lambda: types.Position(0, 0), compare=False)
    """Where it ends, as the client counts; of a whole module nobody asks."""
    is_sealed: bool = False
    """Whether its very start belongs to a magic, and nothing may be put before that."""

    def holds(self, place: types.Range) -> bool:
        """Whether a range of the module lies in this document."""
        if self.lines is None:
            return True
        last = place.end.line - (place.end.character == 0 and place.end != place.start)
        return self.first <= place.start.line and last < self.first + self.lines

    def outwards(self, place: types.Range) -> types.Range:
        """A range of the module that lies in this document, as the client counts."""
        if self.lines is None:
            return place
        return types.Range(self._clipped(place.start), self._clipped(place.end))

    def inwards(self, position: types.Position) -> types.Position:
        """A position of the client, as the module counts."""
        if self.lines is None:
            return position
        if position.line >= self.lines:
            # The empty line that a cell ends with is no line of the module.
            return types.Position(self.first + max(self.lines - 1, 0), _BEYOND)
        return types.Position(self.first + position.line, position.character)

    def takes(self, edit: types.TextEdit) -> bool:
        """Whether an edit of the module can be one of this document."""
        if not self.holds(edit.range):
            return False
        return not (self.is_sealed and edit.range.start == types.Position(self.first, 0))

    def _clipped(self, position: types.Position) -> types.Position:
        inside = types.Position(position.line - self.first, position.character)
        return min(inside, self.end, key=lambda place: (place.line, place.character))
