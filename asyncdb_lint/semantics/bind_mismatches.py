"""Queries whose values are not those that their text asks for."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from .bind_values import Given, Shape
from .bound_queries import BoundQueries, BoundQuery, Form
from .sql.bound import BoundMark
from .terms import Mapping

_RESERVED = "self"
_NEXT_WORDS = frozenset(
    {
        "AND",
        "OR",
        "WHERE",
        "ORDER",
        "GROUP",
        "LIMIT",
        "OFFSET",
        "RETURNING",
        "ON",
        "SET",
        "VALUES",
        "FROM",
        "THEN",
        "AS",
    }
)


class MismatchKind(enum.Enum):
    """What is wrong with the values."""

    NAMES = "names that do not meet"
    LIST_FOR_ONE = "a list for one statement"
    ONE_FOR_MANY = "a dict for many statements"
    NO_MAPPING = "no mapping at all"
    NO_NAME = "a key that names nothing"
    RESERVED = "a name that cannot be bound"


class BindMismatch(NamedTuple):
    """One query, and what its text and its values do not agree on."""

    kind: MismatchKind
    query: BoundQuery
    given: Given | None = None
    missing: tuple[BoundMark, ...] = ()
    """Bind parameters without a value, by first mention."""
    extra: tuple[str, ...] = ()
    """Values without a bind parameter."""

    @property
    def node(self) -> cst.CSTNode:
        """Where it is seen: at a key too many, else at the text."""
        if self.kind is MismatchKind.NAMES and not self.missing and self.given is not None:
            key = key_node(self.given, self.extra[0])
            in_call = key is not None and self.query.values_node is display_of(self.given)
            return key if in_call and key is not None else self.query.values_node
        if self.kind is MismatchKind.NO_NAME and self.garbled is not None:
            return self.garbled.key
        if self.kind in (MismatchKind.NAMES, MismatchKind.RESERVED):
            return self.query.text_node
        return self.query.values_node

    @property
    def garbled(self) -> cst.DictElement | None:
        """The entry whose key can be no name, where the values are written in the call."""
        display = display_of(self.given) if self.given is not None else None
        if self.given is None or display is None or self.query.values_node is not display:
            return None
        element = display.elements[self.given.no_names[0]]
        return element if isinstance(element, cst.DictElement) else None

    def run_on(self, bound: BoundMark) -> str | None:
        """The value that a bind parameter is meant for, where the next word is glued to its name: `:idAND`."""
        name = bound.mark.name
        keys = [key for given in self.query.given for key in given.keys if name.startswith(key)]
        return next((key for key in keys if name[len(key) :].upper() in _NEXT_WORDS), None)

    @property
    def has_list_of_dicts(self) -> bool:
        """Whether a list is passed that `execute_many` would take."""
        elements = self.given.elements if self.given is not None else ()
        return bool(elements) and all(isinstance(element, Mapping) for element in elements)


class BindMismatches:
    """Compares the texts and values of one project."""

    def __init__(self, queries: BoundQueries) -> None:
        self.queries = queries

    def of(self, query: BoundQuery) -> Iterator[BindMismatch]:
        """What does not agree in one query."""
        if "binds_by_name" not in query.roles:
            return
        if any(given.shape is Shape.UNKNOWN for given in query.given):
            if self._has_reserved(query):
                yield BindMismatch(MismatchKind.RESERVED, query)
            return
        if any(text.foreign for text in query.texts):
            return  # placeholders of another driver, which is a matter of its own
        if query.takes_many:
            yield from self._many(query)
            return
        wrong = self._container(query)
        garbled = next((given for given in query.given if given.no_names), None)
        if wrong is not None:
            yield wrong
        elif garbled is not None:
            yield BindMismatch(MismatchKind.NO_NAME, query, garbled)
        elif self._has_reserved(query):
            yield BindMismatch(MismatchKind.RESERVED, query)
        elif query.texts and self._takes_values(query):
            yield from self._names(query, query.given)

    def _has_reserved(self, query: BoundQuery) -> bool:
        marks = [mark for text in query.texts for mark in text.marks if mark.is_meant]
        return query.form is Form.TEXT and any(mark.name == _RESERVED for mark in marks)

    def _takes_values(self, query: BoundQuery) -> bool:
        """Whether its values are for its text: `text()` takes none beside it."""
        return query.form is Form.TEXT or all(given.shape is Shape.NOTHING for given in query.given)

    def _container(self, query: BoundQuery) -> BindMismatch | None:
        for shape, kind in ((Shape.SEQUENCE, MismatchKind.LIST_FOR_ONE), (Shape.MODEL, MismatchKind.NO_MAPPING)):
            if query.given and all(given.shape is shape for given in query.given):
                is_empty = shape is Shape.SEQUENCE and query.form is not Form.TEXT and not query.given[0].elements
                return None if is_empty else BindMismatch(kind, query, query.given[0])
        return None

    def _many(self, query: BoundQuery) -> Iterator[BindMismatch]:
        if all(given.shape is Shape.MAPPING for given in query.given):
            yield BindMismatch(MismatchKind.ONE_FOR_MANY, query, query.given[0])
            return
        if query.form is not Form.TEXT or not query.texts:
            return
        for given in query.given:
            for element in given.elements if given.shape is Shape.SEQUENCE else ():
                rows = self.queries.values.of(element, query.frame)
                if rows and all(row.shape in (Shape.SEQUENCE, Shape.MODEL) for row in rows):
                    yield BindMismatch(MismatchKind.NO_MAPPING, query, rows[0])
                    return
                found = list(self._names(query, rows)) if all(row.shape is Shape.MAPPING for row in rows) else []
                if found:
                    yield found[0]
                    return

    def _names(self, query: BoundQuery, options: list[Given]) -> Iterator[BindMismatch]:
        possible = {name for given in options for name in given.keys}
        certain = {name for given in options for name in given.certain}
        is_complete = all(given.is_complete for given in options)
        if query.wrapping is not None:
            possible |= query.wrapping.keys
            certain |= query.wrapping.keys
            is_complete = is_complete and query.wrapping.is_complete
        missing: dict[str, BoundMark] = {}
        for text in query.texts if is_complete else ():
            for bound in text.bound:
                # A name that starts with a digit is hardly meant for one.
                if bound.mark.name not in possible and not bound.mark.name[0].isdigit():
                    missing.setdefault(bound.mark.name, bound)
        extra: set[str] = set()
        if query.is_every_text and all(text.is_whole for text in query.texts):
            read = {mark.name for text in query.texts for mark in text.marks}
            # `:name::type` is no bind parameter, but was meant for one.
            meant = {cast.name for text in query.texts for cast in text.casts}
            extra = certain - read - meant
        if missing or extra:
            given = next((given for given in options if extra & given.certain or not extra), options[0])
            order = [name for name in given.keys if name in extra]
            yield BindMismatch(
                MismatchKind.NAMES, query, given, tuple(missing.values()), (*order, *sorted(extra - set(order)))
            )


def display_of(given: Given) -> cst.Dict | None:
    """The dict display that values are written as."""
    return given.source.node if isinstance(given.source, Mapping) else None


def key_node(given: Given, name: str) -> cst.SimpleString | None:
    """Where a key is written in the display of the values."""
    display = display_of(given)
    for element in display.elements if display is not None else ():
        if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
            if element.key.evaluated_value == name:
                return element.key
    return None
