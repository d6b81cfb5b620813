"""How a hole becomes a bind parameter, and where it must not."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from asyncdb_lint.semantics.sql.grammar import places_in
from asyncdb_lint.semantics.sql.places import HolePlace, Place, Quoting
from asyncdb_lint.semantics.sql.statement import Verb, first_word, placeholders
from asyncdb_lint.semantics.sql.text import Filled, Hole, Parts, fill


class BoundValue(NamedTuple):
    """The value of a bind parameter: what the hole holds, with literal text put before and after it."""

    hole: Hole
    prefix: str = ""
    suffix: str = ""
    note: str | None = None
    """What the user has to look at, for the value's type decides whether the database takes it."""


class Refusal(NamedTuple):
    """A hole that is left open, and why, in plain words that follow `not fixed:`."""

    hole: Hole
    reason: str


class Bound(NamedTuple):
    """A text with bind parameters in the place of holes; refused holes are still in `parts`."""

    parts: tuple[str | Hole, ...]
    values: Mapping[str, BoundValue]
    """By the name of the bind parameter, in the order of the text."""
    refusals: tuple[Refusal, ...]

    @property
    def complete(self) -> bool:
        """No hole stays open."""
        return not self.refusals


# Where binding a value is right.
_BINDABLE = frozenset({Place.COMPARISON, Place.VALUES, Place.ASSIGNMENT, Place.PATTERN, Place.LIMIT})
_TEXT_FUNCTIONS = frozenset({"LOWER", "UPPER"})

# Statements that take bind parameters; None is a text that is only a part of one.
_TAKES_BINDS: frozenset[Verb | None] = frozenset(
    {"select", "insert", "update", "delete", "replace", "merge", "explain", "call", None}
)

_REASONS: Mapping[Place, str] = {
    Place.IN_LIST: "a bind parameter holds one value, and IN takes a list; use an expanding bindparam",
    Place.ARGUMENT: "the type of a function's argument is not known, and PostgreSQL wants it to be",
    Place.EXPRESSION: "nothing here tells PostgreSQL the type of the value; bind it inside CAST(... AS ...)",
    Place.CAST: "a bind parameter must have the type of the cast, and `:name::type` is not read as one",
    Place.INTERVAL: "INTERVAL takes a literal; use make_interval() on PostgreSQL",
    Place.COLUMN: "a bind parameter is a value, never the name of a column; look the name up in a list of allowed ones",
    Place.TABLE: "a bind parameter is a value, never the name of a table; look the name up in a list of allowed ones",
    Place.ORDER_BY: "a bind parameter here sorts by a constant; look the column up in a list of allowed ones",
    Place.IDENTIFIER: "a bind parameter cannot be a part of a name; look the name up in a list of allowed ones",
    Place.KEYWORD: "a bind parameter is a value, never a keyword; choose between literal texts",
    Place.FRAGMENT: "a whole piece of SQL stands here, not one value",
    Place.PLACEHOLDER: "this names a bind parameter already",
    Place.COMMENT: "this is a comment, and bind parameters in comments are read as such",
    Place.UNKNOWN: "what stands around it is not understood",
}


def bind(parts: Parts, names: Sequence[str | None], *, passed: Collection[str] = ()) -> Bound:
    """Binds every hole that may be bound; `names` gives each hole, in the order of the text, its bind parameter's name.

    Names must be different from each other; a hole without one stays as it is and is not refused. `passed` are bind
    parameters of the text that have values already. Where anything else in the text changes its meaning once it has
    bind parameters, every hole is refused.
    """
    filled = fill(parts)
    given = [name for name in names if name is not None]
    if len(names) != len(filled.spans) or len(set(given)) != len(given):
        raise ValueError("bind() takes one name for each hole, all different")
    found = places_in(filled)
    accepted: dict[str, HolePlace] = {}
    refusals: list[Refusal] = []
    for name, place in zip(names, found, strict=True):
        if name is None:
            continue
        reason = _reason(place)
        if reason is None:
            accepted[name] = place
        else:
            refusals.append(Refusal(place.hole, reason))
    named = [place for name, place in zip(names, found, strict=True) if name is not None]
    whole = _reason_of_rest(filled, accepted.values(), passed) if accepted else None
    if whole is not None:
        return _refuse_all(parts, named, whole)
    bound = _replace(filled, accepted)
    read = {name for piece in bound if isinstance(piece, str) for name in placeholders(piece)}
    before = set(placeholders(filled.text))
    if read != {*accepted, *before} or before & set(accepted) or _touches_open_hole(filled, accepted.values()):
        return _refuse_all(parts, named, "the text around it would change what is read as a bind parameter")
    values = {name: _value(place) for name, place in accepted.items()}
    return Bound(bound, values, tuple(refusals))


def _reason(found: HolePlace) -> str | None:
    if found.shares_token and found.quoting is Quoting.PART and found.place.is_value:
        return "several values stand in one quoted text"
    if found.place in _BINDABLE:
        return None
    if found.function in _TEXT_FUNCTIONS and found.place is Place.ARGUMENT:
        return None
    return _REASONS[found.place]


def _value(found: HolePlace) -> BoundValue:
    note = None
    if found.place is Place.LIMIT:
        note = "must be an int: PostgreSQL refuses text here"
    elif found.quoting is Quoting.WHOLE:
        note = "must have the column's type: PostgreSQL takes '1' for a number, but not the str \"1\" bound"
    elif found.quoting is Quoting.BARE:
        note = 'must have the column\'s type: PostgreSQL does not take the str "1" for a number'
    return BoundValue(found.hole, found.prefix, found.suffix, note)


def _reason_of_rest(filled: Filled, accepted: Iterable[HolePlace], passed: Collection[str]) -> str | None:
    verb = first_word(filled.text)
    if verb not in _TAKES_BINDS:
        return "this kind of statement takes no bind parameters"
    rest: list[str] = []
    at = 0
    for place in accepted:
        rest.append(filled.text[at : place.start])
        at = place.end
    rest.append(filled.text[at:])
    if any("%" in piece for piece in rest):
        return "another literal % in the text raises on SQLite"
    if any("::" in piece for piece in rest):
        return "the text has a `::` cast, which bind parameters do not go with"
    if not set(placeholders(filled.text)) <= set(passed):
        return "the text has a bind parameter already"
    return None


def _touches_open_hole(filled: Filled, accepted: Collection[HolePlace]) -> bool:
    """Whether what an open hole holds would run on into the name of a bind parameter."""
    bound = {place.hole for place in accepted}
    edges = {edge for span in filled.spans if span.hole not in bound for edge in (span.start, span.end)}
    return any(place.start in edges or place.end in edges for place in accepted)


def _replace(filled: Filled, accepted: Mapping[str, HolePlace]) -> tuple[str | Hole, ...]:
    pieces: list[str | Hole] = []
    at = 0
    for name, place in accepted.items():
        pieces.extend(filled.parts_of(at, place.start))
        pieces.append(f":{name}")
        at = place.end
    pieces.extend(filled.parts_of(at, len(filled.text)))
    return _joined(pieces)


def _joined(pieces: Sequence[str | Hole]) -> tuple[str | Hole, ...]:
    joined: list[str | Hole] = []
    for piece in pieces:
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return tuple(joined)


def _refuse_all(parts: Parts, found: Sequence[HolePlace], reason: str) -> Bound:
    refusals = tuple(Refusal(place.hole, _reason(place) or reason) for place in found)
    return Bound(tuple(parts), {}, refusals)
