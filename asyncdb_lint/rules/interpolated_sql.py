"""ADB401 interpolated-sql: a value from outside becomes SQL text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes.cures.binding import bind_values
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import Interpolation, ModuleFacts


class InterpolatedSql(Rule):
    """A value from outside reaches SQL as text."""

    code, name = "ADB401", "interpolated-sql"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each text, at its first open hole."""
        for text in module.interpolations:
            first = text.holes[0]
            source = text.source_of(first)
            names_only = all(hole.place.place.is_name for hole in text.holes)
            yield Finding(
                first.gap.node,
                f"`{source}` comes from outside and becomes part of the SQL text{_others(text)}: "
                "whoever sends it can run SQL of their own",
                help=_advice(text, source, names_only),
                fix=partial(bind_values, text, module.project),
                mentions=_mentions(text),
                severity=Severity.WARNING if names_only else None,
            )


def _others(text: Interpolation) -> str:
    names = [text.source_of(hole) for hole in text.holes[1:]]
    different = list(dict.fromkeys(name for name in names if name != text.source_of(text.holes[0])))
    return (
        f", as do {', '.join(f'`{name}`' for name in different)}"
        if len(different) > 1
        else f", as does `{different[0]}`"
        if different
        else ""
    )


def _advice(text: Interpolation, source: str, names_only: bool) -> str:
    if names_only:
        return f"a name cannot be bound: look `{source}` up in a dict of the names you allow"
    name = source.rsplit(".", maxsplit=1)[-1] if source.replace(".", "").isidentifier() else "value"
    return f"bind it: write `:{name}` in the text and pass `values={{{name!r}: {source}}}`".replace("'", '"')


def _mentions(text: Interpolation) -> list[Mention]:
    sink = text.sink
    if text.stands_in(sink.node):
        return []
    return [Mention(sink.module.parsed, sink.node, "run here")]
