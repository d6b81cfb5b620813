"""ADB405 text-with-values: an expression that takes no values, with values beside it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts


class TextWithValues(Rule):
    """An expression that takes no values, with values beside it."""

    code, name = "ADB405", "text-with-values"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each query."""
        for query in module.bound_queries:
            if not query.gives_values_to_none:
                continue
            form = query.form.value
            yield Finding(
                query.text_node,
                f"`{query.source}` hands the values on to the query's own `.values()`, which `{form}` does not have: "
                "every call raises AttributeError",
                help="leave `text()` out, or give the values by `.bindparams(...)`"
                if form == "text()"
                else "put the values into the expression, by `.where(...)`, and pass none beside it",
                fix=partial(cures.unwrapping.unwrap_text, query),
            )
