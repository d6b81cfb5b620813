"""Placeholders in the style of another driver, in texts of one that binds by `:name`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .backend import Backends
from .bound_queries import RunText
from .query_texts import QueryText
from .sql.marks import ForeignMark


class ForeignPlaceholder(NamedTuple):
    """The first foreign placeholder of a text."""

    run: RunText
    mark: ForeignMark
    shown: str


class ForeignPlaceholders:
    """Finds them in one project."""

    def __init__(self, backends: Backends) -> None:
        self.backends = backends

    def of(self, runs: Sequence[RunText]) -> list[ForeignPlaceholder]:
        """One for each place that hands a text over."""
        found: list[ForeignPlaceholder] = []
        for run in runs:
            if "binds_by_name" not in run.query.roles:
                continue
            marks = [(text, mark) for text in run.texts for mark in text.foreign if self._is_meant(run, text, mark)]
            found += [
                ForeignPlaceholder(run, mark, text.filled.text[mark.start : mark.end]) for text, mark in marks[:1]
            ]
        return found

    def _is_meant(self, run: RunText, text: QueryText, mark: ForeignMark) -> bool:
        verb = text.statement.verb
        if verb is None:
            return False
        if mark.style == ":1":
            return not any(mark.key in given.keys for given in run.query.given)
        if mark.style == "@name":
            # A variable of a MySQL session looks the same.
            backend = self.backends.of(run.query.sink)
            is_session = verb == "set" or ":=" in text.filled.text
            return not is_session and (backend is None or backend.dialect != "mysql")
        return True
