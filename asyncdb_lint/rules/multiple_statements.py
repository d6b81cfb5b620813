"""ADB409 multiple-statements: several statements in one text, of which none runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class MultipleStatements(Rule):
    """Several statements in one text, for a driver that prepares what it runs."""

    code, name = "ADB409", "multiple-statements"
    severity, since = Severity.ERROR, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each place that hands such a text over."""
        for run in module.run_texts:
            count = max(text.statements for text in run.texts)
            if count < 2 or "prepares" not in run.query.roles:
                continue
            backend = module.project.backends.of(run.query.sink)
            if backend is None or backend.prepares:
                yield Finding(
                    run.node,
                    f"this text holds {count} statements, and {_TAKER[backend is None]} takes one at a time: "
                    "every call raises an error and none of them runs",
                    help=f"write one `{run.query.source}(...)` for each statement; inside one "
                    f"`async with {run.query.database}.transaction():` where they belong together",
                )


_TAKER = {False: "its driver", True: "a driver of PostgreSQL or SQLite"}
