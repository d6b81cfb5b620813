"""ADB407 literal-percent: a `%` in SQL that the driver takes for a format of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts
    from ..semantics.sql.percents import LiteralPercent as Percent


class LiteralPercent(Rule):
    """A `%` in SQL that the driver takes for a format of its own."""

    code, name = "ADB407", "literal-percent"
    severity, since = Severity.WARNING, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each place that hands such a text over to SQLite."""
        for run in module.run_texts:
            found = next((percent for text in run.texts for percent in text.percents), None)
            if found is None or "logs_with_percent" not in run.query.roles:
                continue
            backend = module.project.backends.of(run.query.sink)
            if backend is not None and backend.dialect == "sqlite":
                yield Finding(
                    run.node,
                    f"on SQLite the driver fills in this text by `%` to log it, so the literal `{found.shown}` raises "
                    f"{found.error} on every call",
                    help=_advice(found),
                )


def _advice(found: Percent) -> str:
    if found.in_comment:
        return "leave the `%` out of the comment"
    if found.is_operator:
        left, right = found.operands or ("a", "b")
        return f"write the remainder without `%`: `{left} - {left} / {right} * {right}`"
    literal = (found.literal or "...").replace('"', '\\"')
    if found.is_pattern:
        return f'pass the pattern as a value: `LIKE :pattern` and `{{"pattern": "{literal}"}}`'
    return f'pass the text with the `%` as a value: `:format` and `{{"format": "{literal}"}}`'
