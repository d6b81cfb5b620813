"""ADB209 session-state-lost: a setting, lock or temporary table of a connection that is given back at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.sql.session import SessionState
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import LostSessionState, ModuleFacts, ProjectFacts

_HARM = {
    SessionState.SETTING: "no later query has it",
    SessionState.LOCK: "the lock is released before anything is done under it",
    SessionState.TEMPORARY: "a later query finds no such table",
    SessionState.LISTENER: "no notification ever arrives",
    SessionState.ATTACHED: "a later query finds no such database",
    SessionState.LAST_ID: "it answers for another connection than the INSERT's: 0, an error or a foreign key",
}


class SessionStateLost(Rule):
    """A statement for one connection, run on the pool."""

    code, name = "ADB209", "session-state-lost"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each statement."""
        for lost in module.lost_session_states:
            yield Finding(
                lost.call.node,
                f"`{lost.statement.words}` {_scope(lost)}: {_HARM[lost.statement.state]}",
                help=_advice(lost, module.project),
                fix=partial(cures.holding.hold_connection, lost, module.project),
            )


def _scope(lost: LostSessionState) -> str:
    if lost.statement.only_in_transaction:
        return "ends with its transaction, and this statement is one by itself"
    if lost.statement.state is SessionState.LAST_ID:
        return f"is asked on whatever connection `{lost.pool_source}` takes for it"
    return f"holds for one connection, which `{lost.pool_source}` gives back right away"


def _advice(lost: LostSessionState, project: ProjectFacts) -> str:
    if lost.statement.state is SessionState.LAST_ID:
        return "let the INSERT say it: `INSERT ... RETURNING id` with `fetch_val`"
    if lost.statement.state is SessionState.SETTING and (lost.at_startup or not lost.following):
        backend = project.backends.of(lost.call)
        if lost.statement.words.startswith("PRAGMA"):
            return (
                "give every connection the setting: pass `factory=` to the database, a subclass of "
                "`sqlite3.Connection` that runs the PRAGMA when it is made"
            )
        if backend is None or backend.dialect == "postgresql":
            return "give every connection the setting: pass `server_settings={...}` to the database"
    block = "transaction" if lost.statement.only_in_transaction else "connection"
    return f"run it and what relies on it inside one `async with {lost.pool_source}.{block}():`"
