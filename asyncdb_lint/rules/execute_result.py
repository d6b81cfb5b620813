"""ADB702 execute-result: the value of a statement is taken for an id or a count that it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..semantics.queries import receiver
from ..semantics.records import UseKind
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, UselessOutcome


class ExecuteResult(Rule):
    """A use of what `execute` gives where the database gives nothing of the kind."""

    code, name = "ADB702", "execute-result"
    severity, since = Severity.WARNING, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each statement."""
        for outcome in module.useless_outcomes:
            yield Finding(
                outcome.call.node,
                f"`{outcome.source}` gives {outcome.value}{_where(outcome)}, "
                f"and that is what {_DONE.get(outcome.use.kind, 'is used')} as its result",
                help=_advice(outcome),
                mentions=_mentions(module, outcome),
            )


_DONE = {
    UseKind.TESTED: "is tested",
    UseKind.COMPARED: "is compared",
    UseKind.RETURNED: "is returned",
    UseKind.FORMATTED: "is shown",
    UseKind.ARGUMENT: "is passed on",
    UseKind.ITERATED: "is iterated",
}


def _where(outcome: UselessOutcome) -> str:
    if outcome.is_status:
        return ""
    if outcome.backend is None:
        return " on every database"
    article = "an" if outcome.verb[:1] in "AEIOU" else "a"
    return f" for {article} {outcome.verb} on {outcome.backend.name}"


def _advice(outcome: UselessOutcome) -> str:
    asked = receiver(outcome.call)
    if outcome.is_status:
        return (
            f"fetch what you ask for: `{asked}.fetchrow(...)` for one row, `{asked}.fetchval(...)` for one value, "
            f"`{asked}.fetch(...)` for rows; how many rows changed is the last word of the status"
        )
    if outcome.backend is None:
        return f"count what you pass in, or run one statement with RETURNING by `{asked}.fetch_all(...)`"
    if outcome.value == "None":
        return (
            f"add `RETURNING id` and fetch it: `{asked}.fetch_val(...)` for one id, "
            f"`len(await {asked}.fetch_all(...))` to count the rows that changed"
        )
    return f"fetch it: `{asked}.fetch_val(...)` for one value, `{asked}.fetch_all(...)` for rows"


def _mentions(module: ModuleFacts, outcome: UselessOutcome) -> list[Mention]:
    used = outcome.use.function.module.parsed
    here = used is module.parsed
    if here and used.range_of(outcome.use.node).start.line == used.range_of(outcome.call.node).start.line:
        return []
    return [Mention(used, outcome.use.node, "used here")]
