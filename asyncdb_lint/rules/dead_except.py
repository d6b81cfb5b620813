"""ADB304 dead-except: a clause for SQLAlchemy's errors around calls that raise the driver's own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes.cures.catching import catch_driver_error
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import DeadClause, ModuleFacts


class DeadExcept(Rule):
    """An `except` that no error of the database ever matches."""

    code, name = "ADB304", "dead-except"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each type of a clause."""
        for dead in module.dead_clauses:
            yield Finding(
                dead.node,
                f"`{dead.source}` raises the driver's own errors, which are never SQLAlchemy's `{dead.error}`: "
                "this clause does not see them",
                help=_advice(dead),
                fix=partial(catch_driver_error, dead),
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
