"""Bind parameters where SQL wants a name, a keyword or a list, none of which can be bound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .backend import Backends
from .bound_queries import RunText
from .resolve import Resolver
from .sql.bound import BoundMark, Misplacement
from .terms import Collection, Parameter, Term
from .values import GenericValue


class MisplacedBind(NamedTuple):
    """One bind parameter, and what stands in its place."""

    run: RunText
    bound: BoundMark
    misplacement: Misplacement


class MisplacedBinds:
    """Finds them in one project."""

    def __init__(self, resolver: Resolver, backends: Backends) -> None:
        self.resolver = resolver
        self.backends = backends

    def of(self, runs: Sequence[RunText]) -> list[MisplacedBind]:
        """The first of each place that hands a text over."""
        found: list[MisplacedBind] = []
        for run in runs:
            if "binds_by_name" in run.query.roles:
                found += list(self._in(run))[:1]
        return found

    def _in(self, run: RunText) -> Iterator[MisplacedBind]:
        for text in run.texts:
            for bound in text.bound:
                misplacement = bound.misplacement
                if misplacement is None and bound.is_alone_in_list and self._is_given_list(run, bound.mark.name):
                    misplacement = Misplacement.ITEM
                if misplacement in (Misplacement.LIST, Misplacement.ITEM) and (
                    self._may_expand(run, bound.mark.name) or self._writes_lists(run, misplacement)
                ):
                    continue
                if misplacement is not None:
                    yield MisplacedBind(run, bound, misplacement)

    def _may_expand(self, run: RunText, name: str) -> bool:
        """Whether `bindparam(..., expanding=True)` makes several of one."""
        wrapping = run.query.wrapping
        return wrapping is not None and (not wrapping.is_complete or name in wrapping.expanding)

    def _writes_lists(self, run: RunText, misplacement: Misplacement) -> bool:
        """Whether the driver writes a list into the text, parentheses and all, as those of MySQL do.

        Where the database is not known, `IN :ids` that is in use is a sign of such a driver.
        """
        backend = self.backends.of(run.query.sink)
        return misplacement is Misplacement.LIST if backend is None else not backend.prepares

    def _is_given_list(self, run: RunText, name: str) -> bool:
        values = [given.keys.get(name) for given in run.query.given]
        return bool(values) and all(value is not None and self._is_list(value) for value in values)

    def _is_list(self, value: Term) -> bool:
        match value:
            case Collection(kind=kind):
                return kind in ("list", "tuple", "set")
            case Parameter(function=function, name=name):
                record = function.parameter(name)
                declared = self.resolver.instances(record.annotation) if record and record.annotation else ()
                return bool(declared) and all(
                    isinstance(option, GenericValue) and option.kind == "iterable" for option in declared
                )
            case _:
                return False
