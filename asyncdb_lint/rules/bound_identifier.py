"""ADB408 bound-identifier: a bind parameter where SQL wants a name or a list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..semantics.sql.bound import Misplacement
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class BoundIdentifier(Rule):
    """A bind parameter where SQL wants a name or a list."""

    code, name = "ADB408", "bound-identifier"
    severity, since = Severity.ERROR, "0.1.0"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each place that hands such a text over."""
        for found in module.misplaced_binds:
            words, advice = _WORDS[found.misplacement]
            name = found.bound.mark.name
            yield Finding(
                found.run.node, f"`:{name}` is one value, {words}", help=advice.format(name=name, upper=name.upper())
            )


_LOOKUP = (
    'keep the names you allow in a dict, `{upper}S = {{"name": "name"}}`, and put `{{{upper}S[{name}]}}` into the text'
)
_EXPANDING = 'write `text("... IN :{name}").bindparams(bindparam("{name}", value={name}, expanding=True))`'
_WORDS = {
    Misplacement.ORDER: ("so ORDER BY sorts by a constant, and the order is never what is asked for", _LOOKUP),
    Misplacement.GROUP: ("so GROUP BY groups by a constant, and all rows are one group", _LOOKUP),
    Misplacement.COLUMN: ("so every row gives that very text back, and no column is read", _LOOKUP),
    Misplacement.COLUMN_NAME: ("and cannot name a column: every call raises a syntax error", _LOOKUP),
    Misplacement.TABLE: ("and cannot name a table: every call raises a syntax error", _LOOKUP),
    Misplacement.DIRECTION: (
        "and cannot be ASC or DESC: every call raises a syntax error",
        'choose between literal texts, `"DESC" if descending else "ASC"`',
    ),
    Misplacement.LIST: ("and IN takes a list in parentheses: every call raises a syntax error", _EXPANDING),
    Misplacement.ITEM: (
        "and a list is no such value: every call raises an error",
        _EXPANDING,
    ),
}
