"""Parses a module again after an edit, and takes over the top-level statements that the edit has left alone.

While somebody types, nearly all of a module stays as it was, and its tree with it. The result is the tree that parsing
the whole text would give; where that is not certain there is none, and the whole text is to be parsed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from .decoding import UnparsableFile, decode, line_starts
from .parsing import ParsedModule, PartRejected, parse_part, rejected, with_fresh_stack

if TYPE_CHECKING:
    import libcst as cst

    from .positions import Places


@dataclass(frozen=True, slots=True)
class CutModule:
    """A parsed module and the text of each of its top-level statements."""

    parsed: ParsedModule
    pieces: tuple[str, ...]
    """One a statement, with what stands above it; header and footer are part of the first and the last."""

    def again(self, data: bytes) -> CutModule | None:
        """The module with another content; None where all of it has to be parsed.

        Raises `UnparsableFile` where the part that was edited says what is wrong with all of it.
        """
        old = self.parsed
        try:
            text, encoding, has_bom = decode(data)
        except UnparsableFile:
            return None
        part = self._part(text) if encoding == old.encoding else None
        if part is None:
            return None
        try:
            middle = _Middle(*part, parse_part(text[part.start : part.end]))
        except UnparsableFile:
            # Parsing the whole file says what is wrong with it, and where.
            return None
        except PartRejected as rejection:
            problem = self._rejected(text, part, rejection)
            if problem is None:
                return None
            raise problem from None
        found = self._spliced(middle, text)
        if found is None:
            return None
        tree, pieces, places = found
        return CutModule(ParsedModule(old.path, text, encoding, has_bom, tree, places), pieces)

    def _part(self, text: str) -> _Part | None:
        """What lies between the statements that stay; None if nothing stays."""
        pieces = self.pieces
        first, start = _common_start(pieces, text)
        last, end = _common_end(pieces, text, first, start)
        # A statement that stays is parsed again on either side, so that nothing of the edit belongs to what is kept:
        # comments belong to the block above them or to the statement below.
        if first > 0:
            first -= 1
            start -= len(pieces[first])
        if last < len(pieces):
            end += len(pieces[last])
            last += 1
        return None if first == 0 and last == len(pieces) else _Part(first, last, start, end)

    def _rejected(self, text: str, part: _Part, rejection: PartRejected) -> UnparsableFile | None:
        """What is wrong with the whole text, where that is certain.

        What comes in front of the token that does not fit is read the same in the whole, so LibCST stops there as well,
        unless it has merely come to the end of the part.
        """
        if part.last < len(self.pieces):
            staying = text[part.start : part.end - len(self.pieces[part.last - 1])]
            if rejection.line >= len(line_starts(staying)):
                return None
        above = len(line_starts(text[: part.start])) - 1
        return rejected(text, above + rejection.line, rejection.column)

    def _spliced(self, middle: _Middle, text: str) -> tuple[cst.Module, tuple[str, ...], Places | None] | None:
        """The statements that stay, around those that were parsed again."""
        from .positions import record_places

        tree, new = self.parsed.tree, middle.tree
        is_start, is_end = middle.first == 0, middle.last == len(self.pieces)
        places = with_fresh_stack(lambda: record_places(new))
        pieces = _pieces(places, text[middle.start : middle.end])
        if (
            pieces is None
            or new.default_indent != tree.default_indent
            or new.default_newline != tree.default_newline
            or not (is_end or (new.has_trailing_newline and not new.footer))
        ):
            return None
        statements = list(new.body)
        if not is_start:
            # Only a module's first lines are its header.
            opening = statements[0]
            statements[0] = opening.with_changes(leading_lines=[*new.header, *opening.leading_lines])
        whole = tree.with_changes(
            header=new.header if is_start else tree.header,
            body=[*tree.body[: middle.first], *statements, *tree.body[middle.last :]],
            footer=new.footer if is_end else tree.footer,
            has_trailing_newline=new.has_trailing_newline if is_end else tree.has_trailing_newline,
        )
        pieces = (*self.pieces[: middle.first], *pieces, *self.pieces[middle.last :])
        if not self.parsed.knows_places:
            return whole, pieces, None
        return whole, pieces, _joined(self.parsed.places, places, middle, whole, text)


class _Part(NamedTuple):
    """What is parsed again: in place of these statements, between these indices into the new text."""

    first: int
    last: int
    start: int
    end: int


class _Middle(NamedTuple):
    """The same with its tree."""

    first: int
    last: int
    start: int
    end: int
    tree: cst.Module


def cut(parsed: ParsedModule) -> CutModule | None:
    """Cuts a module at its top-level statements; None if there are none, or if LibCST reads what it does not write."""
    pieces = _pieces(parsed.places, parsed.text)
    return CutModule(parsed, pieces) if pieces is not None else None


def _pieces(places: Places, text: str) -> tuple[str, ...] | None:
    if places.text != text or not places.statements:
        return None
    starts = [0, *(start for start, _ in places.statements[1:]), len(text)]
    return tuple(text[start:end] for start, end in pairwise(starts))


def _joined(old: Places, new: Places, middle: _Middle, tree: cst.Module, text: str) -> Places:
    """Where everything stands: what lies below the edit has moved, and nothing else."""
    from .positions import Places

    first, last, is_end = middle.first, middle.last, middle.last == len(old.statements)
    across = old.lines[first] - 1 if first else 0
    _, _, _, new_end, new_column = new.whole
    _, _, _, old_end, old_column = old.whole
    down = 0 if is_end else across + new_end - old.lines[last]
    along = len(text) - len(old.text)
    header, *fresh, footer = new.groups
    if first:
        # What is a header by itself belongs to the first statement here, which was made anew to hold it.
        nodes = {**header.nodes, **fresh[0].nodes}
        _, *place = nodes.pop(id(middle.tree.body[0]))
        nodes[id(tree.body[first])] = (tree.body[first], *place)  # type: ignore[assignment]
        header, fresh[0] = old.groups[0], fresh[0]._replace(nodes=nodes)
    if not is_end:
        footer = old.groups[-1]
    spans, lines = new.statements, new.lines
    if first:
        spans, lines = ((0, spans[0][1]), *spans[1:]), (1, *lines[1:])
    return Places(
        (
            header,
            *old.groups[1 : first + 1],
            *(group._replace(down=group.down + across) for group in fresh),
            *(group._replace(down=group.down + down) for group in old.groups[last + 1 : -1]),
            footer._replace(down=footer.down + (across if is_end else down)),
        ),
        (tree, 1, 1, new_end + across, new_column) if is_end else (tree, 1, 1, old_end + down, old_column),
        (
            *old.statements[:first],
            *((start + middle.start, end + middle.start) for start, end in spans),
            *((start + along, end + along) for start, end in old.statements[last:]),
        ),
        (*old.lines[:first], *(line + across for line in lines), *(line + down for line in old.lines[last:])),
        text,
    )


def _common_start(pieces: tuple[str, ...], text: str) -> tuple[int, int]:
    """How many pieces a text begins with, and where they end."""
    at = 0
    for number, piece in enumerate(pieces):
        if not text.startswith(piece, at):
            return number, at
        at += len(piece)
    return len(pieces), at


def _common_end(pieces: tuple[str, ...], text: str, first: int, start: int) -> tuple[int, int]:
    """The number of the first piece that a text ends with, of those behind `first`, and where it begins."""
    at = len(text)
    for number in range(len(pieces) - 1, first - 1, -1):
        begin = at - len(pieces[number])
        if begin < start or not text.startswith(pieces[number], begin):
            return number + 1, at
        at = begin
    return first, at
