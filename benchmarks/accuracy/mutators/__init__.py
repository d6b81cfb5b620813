"""The mutators: each makes one kind of pitfall wherever it really is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..mutation import Mutation
from ..sites import Project
from . import awaits, blocks, sql


@dataclass(frozen=True, slots=True)
class Mutator:
    """One kind of mutation, with the rule that must find it and the recall it should reach."""

    kind: str
    rule: str
    make: Callable[[Project], Iterator[Mutation]]
    title: str
    target: float = 0.95


MUTATORS = (
    Mutator("forgotten-await", "ADB101", awaits.forgotten_awaits, "`await` of a query removed", 0.98),
    Mutator(
        "forgotten-await-of-driver",
        "ADB101",
        awaits.forgotten_driver_awaits,
        "`await` of a query of another driver removed",
        0.98,
    ),
    Mutator(
        "forgotten-await-of-wrapper",
        "ADB101",
        awaits.forgotten_wrapper_awaits,
        "`await` of a project function that queries removed",
        0.98,
    ),
    Mutator(
        "forgotten-await-of-lifecycle",
        "ADB102",
        awaits.forgotten_lifecycle_awaits,
        "`await` of connect, commit and their like removed",
        0.98,
    ),
    Mutator("interpolated-value", "ADB401", sql.interpolated_values, "bound text of a handler put into the SQL"),
    Mutator(
        "interpolated-value-behind-handler",
        "ADB401",
        sql.interpolated_values_behind_handlers,
        "bound text of another function put into the SQL",
    ),
    Mutator("database-in-handler", "ADB201", blocks.databases_in_handlers, "a handler builds its own `Database`"),
    Mutator("removed-guard", "ADB301", blocks.removed_guards, "the only `try` around a handler's insert removed"),
    Mutator("dropped-bind", "ADB402", sql.dropped_binds, "one bind value left out"),
    Mutator("renamed-bind", "ADB402", sql.renamed_binds, "one bind key misspelt"),
    Mutator("plain-for", "ADB103", blocks.plain_for, "`async for` over `iterate()` made `for`"),
    Mutator("plain-with", "ADB104", blocks.plain_with, "`async with` on a transaction or connection made `with`"),
    Mutator(
        "gather-in-transaction", "ADB501", blocks.tasks_in_transactions, "a query in a transaction given to `gather`"
    ),
)
