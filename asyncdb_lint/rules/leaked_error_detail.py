"""ADB303 leaked-error-detail: the text of a database error in a response."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Mention, Rule, Weakness

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class LeakedErrorDetail(Rule):
    """A response with the text of an error of the database."""

    code, name = "ADB303", "leaked-error-detail"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "unsafe"
    weakness = Weakness(5.4, cwe=(209,))

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each response, in a clause or in an exception handler of the application."""
        for leaked in module.leaked_errors:
            yield Finding(
                leaked.node,
                f"the client gets the text of an error of `{leaked.source}`: "
                "it names tables and constraints, on PostgreSQL the values of the row as well",
                help=f"log the error, and write a text of your own in the place of {leaked.detail}",
                fix=partial(cures.concealing.keep_to_the_log, leaked, module.project),
                mentions=[Mention(leaked.query.module.parsed, leaked.query.node, "may fail")],
            )
        for leak in module.app_wide_leaks:
            yield Finding(
                leak.node,
                f"the client gets the text of every error that nothing else answers, of `{leak.source}` for one: "
                "it names tables and constraints, on PostgreSQL the values of the row as well",
                help=f"log `{leak.error}`, and answer with a text of your own",
                mentions=[Mention(leak.query.module.parsed, leak.query.node, "may fail")],
            )
