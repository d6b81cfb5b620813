"""ADB302 swallowed-error: an error of the database that nobody gets to know of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, SwallowedError


class SwallowedErrorRule(Rule):
    """An error that is caught and then taken for a success."""

    code, name = "ADB302", "swallowed-error"
    severity, since = Severity.WARNING, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each clause."""
        for swallowed in module.swallowed_errors:
            yield Finding(
                swallowed.node,
                f"every error of `{swallowed.source}` ends here{_told(swallowed)}: "
                f"to whoever called, a failure looks like {swallowed.hides_as}",
                help=_advice(swallowed),
                mentions=[Mention(swallowed.query.module.parsed, swallowed.query.node, "may fail unnoticed")],
            )


def _advice(swallowed: SwallowedError) -> str:
    if swallowed.suppressed:
        return f"write the error that is expected in the place of `{swallowed.suppressed}`, or let it go on"
    told = f'`logger.exception("{swallowed.function.name} failed")`'
    return f"end this clause with `raise`, answer with an error, or log it with its traceback: {told}"


def _told(swallowed: SwallowedError) -> str:
    return ", told of without its traceback" if swallowed.is_told else ""
