"""The mutators: each makes one kind of pitfall wherever it really is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..mutation import Mutation
from ..sites import Project
from . import awaits


@dataclass(frozen=True, slots=True)
class Mutator:
    """One kind of mutation, with the rule that must find it."""

    kind: str
    rule: str
    make: Callable[[Project], Iterator[Mutation]]
    title: str


MUTATORS = (
    Mutator("forgotten-await", "ADB101", awaits.forgotten_awaits, "`await` of a query removed"),
    Mutator("forgotten-await-of-wrapper", "ADB101", awaits.forgotten_wrapper_awaits, "`await` of a project function that queries removed"),
    Mutator("forgotten-await-of-lifecycle", "ADB102", awaits.forgotten_lifecycle_awaits, "`await` of connect, disconnect, commit, rollback removed"),
)
