"""What packages that bring rules of their own may rely on: see docs/plugins.md.

Everything else in `asyncdb_lint` may change with any version.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asyncdb_lint.diagnostics import Severity
from asyncdb_lint.fixes import FixPlan, Replace
from asyncdb_lint.rules import Finding, Mention, Rule, RuleOption, Weakness
from asyncdb_lint.semantics.calling import roles
from asyncdb_lint.semantics.facts import ModuleFacts
from asyncdb_lint.semantics.queries import shown

if TYPE_CHECKING:
    import libcst as cst

__all__ = [
    "DriverCall",
    "Finding",
    "FixPlan",
    "Mention",
    "ModuleFacts",
    "Replace",
    "Rule",
    "RuleOption",
    "Severity",
    "Weakness",
    "driver_calls",
]


@dataclass(frozen=True, slots=True)
class DriverCall:
    """A call of a method of an async database, whatever the way by which the code got hold of it."""

    node: cst.Call
    source: str
    """The call as messages show it: `database.execute(...)`."""
    method: str
    """The name of the driver's method, whatever the code calls it."""
    roles: frozenset[str]
    """What the method does: "query", "writes", "opens", "closes" and the like, see drivers/roles.pyi."""
    function: str
    """The function around it, `Users.rename`; empty at the top of a module."""


def driver_calls(module: ModuleFacts) -> Iterator[DriverCall]:
    """The calls of async databases that stand in a module; calls on receivers that are not known are none."""
    for function in module.record.functions:
        for call in function.calls:
            method = module.project.queries.driver_method(call)
            if method is not None:
                name = "" if function.is_module else function.qualname
                yield DriverCall(call.node, shown(call), method.name, roles(method), name)
