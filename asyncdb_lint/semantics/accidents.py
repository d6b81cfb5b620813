"""Bind parameters by accident, and casts that keep one from being read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .backend import Backends
from .bound_queries import RunText
from .query_texts import QueryText
from .sql.marks import CastMark, Mark, Where


class Accident(NamedTuple):
    """One `:name` that is not read as it was meant."""

    run: RunText
    mark: Mark | CastMark

    @property
    def where(self) -> Where | None:
        """What it stands in; None for a cast."""
        return self.mark.where if isinstance(self.mark, Mark) else None


class Accidents:
    """Finds them in one project."""

    def __init__(self, backends: Backends) -> None:
        self.backends = backends

    def of(self, runs: Sequence[RunText]) -> list[Accident]:
        """The first of each place that hands a text over."""
        found: list[Accident] = []
        for run in runs:
            if "makes_text" in run.query.roles:
                found += [Accident(run, mark) for text in run.texts for mark in self._in(run, text)][:1]
        return found

    def _in(self, run: RunText, text: QueryText) -> Iterator[Mark | CastMark]:
        yield from text.casts
        bound = {mark.name for mark in text.marks if mark.is_meant}
        for mark in text.accidents:
            # Where a driver numbers its parameters, a comment may mention one that is bound elsewhere.
            if mark.where is not Where.COMMENT or mark.name not in bound or self._counts_each(run):
                yield mark

    def _counts_each(self, run: RunText) -> bool:
        backend = self.backends.of(run.query.sink)
        return backend is not None and backend.dialect == "sqlite"
