"""ADB304 dead-except: a clause that the errors of the query in its `try` never reach."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import DeadClause, ModuleFacts


class DeadExcept(Rule):
    """An `except` that no error of the database ever matches."""

    code, name = "ADB304", "dead-except"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each type of a clause, and for each query that is gone before it fails."""
        for dead in module.dead_clauses:
            yield Finding(
                dead.node,
                f"`{dead.source}` raises the driver's own errors, which are never SQLAlchemy's `{dead.error}`: "
                "this clause does not see them",
                help=_advice(dead),
                fix=partial(cures.catching.catch_driver_error, dead),
            )
        for late in module.late_errors:
            yield Finding(
                late.query.node,
                f"`{late.source}` is returned before it runs, so its errors come where it is awaited: "
                f"this `{late.caught}` does not see them",
                help=f"write `async def {late.function.name}` and `return await {late.source}`; "
                "who awaits what it returns need not change",
                mentions=(Mention(late.function.module.parsed, late.clause.node, "this clause never runs for them"),),
            )


def _advice(dead: DeadClause) -> str:
    general = dead.error != "IntegrityError"
    if dead.backend is None:
        own = (
            "`sqlite3.Error` or `asyncpg.PostgresError`"
            if general
            else "`sqlite3.IntegrityError` or `asyncpg.exceptions.IntegrityConstraintViolationError`"
        )
        return f"catch the driver's own error: {own}"
    return f"catch `{dead.backend.any_error if general else dead.backend.integrity_error}`"
