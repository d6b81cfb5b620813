"""What a query reads and changes: its verb, its table, its locks, and the columns that it moves by arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from .databases import Databases
from .flat_texts import FlatText, Frame
from .queries import numbered
from .records import CallRecord, FunctionRecord
from .sql import plain_name, read
from .terms import Attribute, Result, Term, last_name
from .texts import Texts
from .values import ExternalValue
from .writes import Writes

_VERBS = {"insert", "update", "delete"}
_MOVES = re.compile(r"([\w\"`.]+)\s*=\s*(?:coalesce\s*\(\s*)?([\w\"`.]+)\s*(?:,\s*0\s*\)\s*)?([-+])", re.IGNORECASE)
_LOCKS = re.compile(r"\bfor\s+(?:no\s+key\s+)?(?:update|share)\b", re.IGNORECASE)
_SET = re.compile(r"\bset\b(.*?)\bwhere\b(.*)", re.IGNORECASE | re.DOTALL)
_ASSIGNED = re.compile(r"(?:^|,)\s*([\w.\"`]+)\s*=")
_DEEPEST = 6


class RowChange(NamedTuple):
    """One INSERT, UPDATE or DELETE."""

    verb: str
    table: str
    is_upsert: bool
    moved: frozenset[tuple[str, str]]
    """Columns that are set to themselves plus or minus something, with the sign."""
    query: CallRecord
    has_condition: bool
    compares_what_it_sets: bool
    """A column stands in SET and in WHERE: nothing is changed if somebody else was faster."""
    sets: tuple[str, ...] = ()
    """The columns in SET, as far as the text tells."""


class RowRead(NamedTuple):
    """One SELECT."""

    tables: frozenset[str]
    is_locking: bool
    """`FOR UPDATE`: whoever wants the rows next waits."""


class RowChanges:
    """Answers for the calls of one project."""

    def __init__(self, databases: Databases, texts: Texts, writes: Writes) -> None:
        self.resolver = databases.resolver
        self.databases = databases
        self.texts = texts
        self.writes = writes

    def of(self, call: CallRecord) -> list[RowChange]:
        """The changes that running a call leads to, itself or through the project's functions."""
        return [change for query, frame in self._queries(call, None, set(), 0) for change in self._by(query, frame)]

    def reads(self, call: CallRecord) -> list[RowRead]:
        """The reads that running a call leads to."""
        return [read for query, frame in self._queries(call, None, set(), 0) for read in self._read_by(query, frame)]

    def _queries(
        self, call: CallRecord, frame: Frame | None, seen: set[FunctionRecord], depth: int
    ) -> Iterator[tuple[CallRecord, Frame | None]]:
        if self.databases.is_query(call):
            # Without a known pool, somebody else may hold the transaction.
            if self.databases.handle(call.callee) is not None:
                yield call, frame
            return
        if depth > _DEEPEST:
            return
        for target in self.resolver.targets_of(call):
            if target.module.is_stub or target in seen or not self.databases.queries_of(target):
                continue
            seen.add(target)
            for inner in target.calls:
                yield from self._queries(inner, Frame(call, target, frame), seen, depth + 1)
            seen.discard(target)

    def _read_by(self, query: CallRecord, frame: Frame | None) -> Iterator[RowRead]:
        term = self.databases.queries.sql_argument(query)
        if term is None:
            return
        for text in self.texts.flatten(term, frame):
            statement = read(numbered(text.parts))
            if statement.verb == "select":
                whole = "".join(part if isinstance(part, str) else " " for part in text.parts)
                locking = _LOCKS.search(whole) is not None
                yield RowRead(frozenset(map(plain_name, statement.tables)), locking)

    def _by(self, query: CallRecord, frame: Frame | None) -> Iterator[RowChange]:
        term = self.databases.queries.sql_argument(query)
        if term is None:
            return
        texts = self.texts.flatten(term, frame)
        if texts:
            for text in texts:
                yield from self._by_text(query, text)
        else:
            yield from self._by_core(query, term)

    def _by_text(self, query: CallRecord, text: FlatText) -> Iterator[RowChange]:
        statement = read(numbered(text.parts))
        if statement.verb not in _VERBS or not statement.tables:
            return
        whole = "".join(part if isinstance(part, str) else " " for part in text.parts)
        moved = frozenset(
            (plain_name(column), sign)
            for column, own, sign in _MOVES.findall(whole)
            if plain_name(column) == plain_name(own)
        )
        condition = re.search(r"\bwhere\b", whole, re.IGNORECASE) is not None
        table = plain_name(statement.tables[0])
        sets = tuple(plain_name(column) for column in _set_columns(whole))
        yield RowChange(
            statement.verb, table, statement.has_on_conflict, moved, query, condition, _compares(whole), sets
        )

    def _by_core(self, query: CallRecord, term: Term) -> Iterator[RowChange]:
        """`users.insert().values(...)`, `insert(users)`"""
        chain: list[CallRecord] = []
        while isinstance(term, Result) and len(chain) < 2 * _DEEPEST:
            chain.append(term.call)
            if not isinstance(term.call.callee, Attribute):
                break
            term = term.call.callee.base
        for link in chain:
            name = last_name(link.callee)
            table: str | None = None
            if name in _VERBS and isinstance(link.callee, Attribute):
                table = self.writes.table_name(link.callee.base)
            elif name in _VERBS and link.arguments and self._is_sqlalchemy(link.callee):
                table = self.writes.table_name(link.arguments[0].term)
            if name in _VERBS and table is not None:
                names = {last_name(other.callee) or "" for other in chain}
                upsert = any(other.startswith(("on_conflict", "on_duplicate")) for other in names)
                yield RowChange(name, table.lower(), upsert, frozenset(), query, "where" in names, False)
                return

    def _is_sqlalchemy(self, callee: Term) -> bool:
        return any(
            isinstance(value, ExternalValue) and value.dotted.startswith("sqlalchemy")
            for value in self.resolver.resolve(callee)
        )


def _compares(text: str) -> bool:
    """Whether an UPDATE asks in WHERE for a column that it sets."""
    found = _SET.search(text)
    if found is None:
        return False
    compared = {word.lower() for word in re.findall(r"\w+", found.group(2))}
    return any(plain_name(column) in compared for column in _ASSIGNED.findall(found.group(1)))


def _set_columns(text: str) -> list[str]:
    found = _SET.search(text)
    return _ASSIGNED.findall(found.group(1)) if found is not None else []
