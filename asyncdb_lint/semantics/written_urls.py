"""A URL as it is written: its parts, and the literals in which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ..lazy import cst
from .records import Argument, CallRecord, ModuleRecord
from .terms import Computed, Constant, Hole, Template

_HOLE = "\0"
_SHAPE = re.compile(
    r"(?P<scheme>[A-Za-z][\w+.\-]*):(?://(?P<authority>[^/?#]*))?(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?"
)


class Spot(NamedTuple):
    """Where something is written: what the walk noted of it, whose node is asked for only where one is to be shown."""

    noted: Constant | Template | Hole | Computed | Argument | CallRecord
    operand: int = 0
    """Which of its operands, where it has some."""
    otherwise: Spot | None = None
    """Where that is which has no node of its own."""

    @property
    def node(self) -> cst.BaseExpression:
        """What is written there."""
        if isinstance(self.noted, Computed):
            return self.noted.nodes[self.operand]
        if self.noted.node is not None:
            return self.noted.node
        if self.otherwise is None:
            raise LookupError("a text that is written nowhere")
        return self.otherwise.node


class Piece(NamedTuple):
    """A part of a URL: text with the literal it is written in, or, without text, an expression that is not known."""

    text: str | None
    module: ModuleRecord
    spot: Spot

    @property
    def node(self) -> cst.BaseExpression:
        """What it is written in."""
        return self.spot.node


class UrlOption(NamedTuple):
    """`name=value` in the query of a URL; `value` is None where it is not written out."""

    name: str
    value: str | None
    piece: Piece


@dataclass(frozen=True, eq=False)
class WrittenUrl:
    """One URL that a pool may be built with."""

    construction: CallRecord
    pieces: tuple[Piece, ...]
    reader: CallRecord | None = None
    """The call that reads the environment, when this is only its default."""
    is_setting: bool = False
    """The default of a field in a class of settings."""

    @cached_property
    def written(self) -> str:
        """The text, with a NUL for whatever is not known."""
        return "".join(_HOLE if piece.text is None else piece.text for piece in self.pieces)

    @cached_property
    def _shape(self) -> re.Match[str] | None:
        return _SHAPE.fullmatch(self.written)

    def _part(self, name: str) -> str:
        found = self._shape.group(name) if self._shape is not None else None
        return found or ""

    @property
    def scheme(self) -> str | None:
        """The scheme, where it is written out."""
        return self._part("scheme").lower() or None

    @property
    def has_authority(self) -> bool:
        """Whether two slashes follow the scheme."""
        return self._shape is not None and self._shape.group("authority") is not None

    @property
    def authority(self) -> str:
        """User, password, host and port, as written."""
        return self._part("authority")

    @property
    def path(self) -> str:
        """What stands between host and query, as written."""
        return self._part("path")

    @property
    def host(self) -> str:
        """The host, in small letters."""
        return re.sub(r":[\d\0]*$", "", self.authority.rpartition("@")[2]).strip("[]").lower()

    @property
    def user(self) -> str:
        """The user, as written."""
        return self.authority.rpartition("@")[0].partition(":")[0]

    @property
    def password(self) -> str | None:
        """The password, where all of it is written out."""
        password = self.authority.rpartition("@")[0].partition(":")[2]
        return password if password and _HOLE not in password else None

    @property
    def is_whole(self) -> bool:
        """Whether every part is known and in one literal."""
        return len(self.pieces) == 1 and self.pieces[0].text is not None

    @property
    def spot(self) -> Spot:
        """Where the URL starts to be written."""
        return self.pieces[0].spot

    @property
    def node(self) -> cst.BaseExpression:
        """What it starts to be written in."""
        return self.spot.node

    @property
    def module(self) -> ModuleRecord:
        """Where that stands."""
        return self.pieces[0].module

    @property
    def options(self) -> Sequence[UrlOption]:
        """What the query holds, where it is written out."""
        return tuple(self._options())

    def _options(self) -> Iterator[UrlOption]:
        start = self.written.find("?")
        if self._shape is None or start < 0:
            return
        position = 0
        owners: list[tuple[int, Piece]] = []
        for piece in self.pieces:
            owners.append((position, piece))
            position += len(_HOLE if piece.text is None else piece.text)
        at = start + 1
        for pair in self._part("query").split("&"):
            name, _, value = pair.partition("=")
            if name and _HOLE not in name:
                owner = next(piece for begin, piece in reversed(owners) if begin <= at)
                yield UrlOption(name, value if _HOLE not in value else None, owner)
            at += len(pair) + 1
