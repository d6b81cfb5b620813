"""Calls that only read rows, so that no constraint of the database can refuse what they do."""

from __future__ import annotations

from .calling import roles
from .queries import Queries, numbered
from .records import CallRecord
from .sql import read
from .terms import Attribute, Choice, Result, Term, last_name
from .texts import Texts

_DEEPEST = 6


class OnlyReading:
    """Answers for the calls of one project."""

    def __init__(self, queries: Queries, texts: Texts) -> None:
        self.resolver = queries.resolver
        self.queries = queries
        self.texts = texts

    def is_all(self, call: CallRecord) -> bool:
        """Whether whatever a call runs is known to read only."""
        return self._reads(call, 0)

    def _reads(self, call: CallRecord, depth: int) -> bool:
        method = self.queries.driver_method(call)
        if method is not None:
            names = roles(method)
            if "commits" in names or "writes" in names:
                return False
            term = self.queries.any_sql_argument(call)
            return self._selects(term, 0) if term is not None else self.queries.parameter_of_role(method, "SQL") is None
        targets = [target for target in self.resolver.targets_of(call) if not target.module.is_stub]
        return depth < _DEEPEST and all(self._reads(inner, depth + 1) for target in targets for inner in target.calls)

    def _selects(self, term: Term, depth: int) -> bool:
        """`select(users).where(...)`, `users.select()`, `"SELECT ..."`"""
        texts = self.texts.flatten(term)
        if texts:
            return all(read(numbered(flat.parts)).verb == "select" for flat in texts)
        if isinstance(term, Choice):
            return depth < _DEEPEST and all(self._selects(option, depth + 1) for option in term.options)
        while isinstance(term, Result):
            callee = term.call.callee
            if last_name(callee) == "select":
                return True
            if not isinstance(callee, Attribute):
                return False
            term = callee.base
        return False
