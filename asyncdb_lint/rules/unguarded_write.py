"""ADB301 unguarded-write: a duplicate or a broken constraint becomes a 500."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from .rule import Finding, Mention, Rule

if TYPE_CHECKING:
    from ..semantics.facts import ModuleFacts, ProjectFacts
    from ..semantics.facts import UnguardedWrite as Write


class UnguardedWrite(Rule):
    """A write of a handler that nothing guards."""

    code, name = "ADB301", "unguarded-write"
    severity, since = Severity.WARNING, "0.1.0"
    fix_availability = "unsafe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each handler, at its first write; handlers that share the write share the finding."""
        for write in module.unguarded_writes:
            names = " and ".join(f"`{function.name}`" for function in write.handlers[:2])
            more = f" and {len(write.handlers) - 2} more" if len(write.handlers) > 2 else ""
            others = _others(len(write.others))
            yield Finding(
                write.call.node,
                f"nothing in {names}{more} answers an error of this write{others}: "
                "a duplicate or a broken constraint ends as a 500",
                help=_advice(write, module.project),
                fix=partial(cures.guarding.guard_writes, write, module.project),
                mentions=[Mention(other.module.parsed, other.node, "unguarded, too") for other in write.others],
            )


def _others(count: int) -> str:
    if not count:
        return ""
    return " or of the other one" if count == 1 else f" or of the {count} others"


def _advice(write: Write, project: ProjectFacts) -> str:
    backend = project.backends.of(write.call)
    error = f"`{backend.integrity_error}`" if backend is not None else "the driver's own integrity error"
    return f"catch {error} and raise `HTTPException(409)`, or add one exception handler for it to the application"
