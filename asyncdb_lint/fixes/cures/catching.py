"""Cures a clause for SQLAlchemy's errors: catches the driver's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from ...nodes import descendants
from ..changes import AddImport, FixPlan, Replace
from ..unused_imports import imports_of

if TYPE_CHECKING:
    from ...semantics.dead_clauses import DeadClause

# The driver has no error that means just what these mean.
_GENERAL = {"SQLAlchemyError", "DBAPIError", "DatabaseError"}


def catch_driver_error(dead: DeadClause) -> FixPlan | None:
    """The driver's own error in the place of SQLAlchemy's; None where the handler reads what only the latter has."""
    backend = dead.backend
    if backend is None or _reads_attributes(dead.clause.node):
        return None
    if dead.error == "IntegrityError":
        error = backend.integrity_error
    elif dead.error in _GENERAL:
        error = backend.any_error
    else:
        return None
    function = dead.function
    if backend.package.partition(".")[0] in {*function.bindings, *(item.name for item in function.parameters)}:
        return None
    module = function.module.parsed
    return FixPlan.unsafe(
        f"Catch `{error}`",
        Replace(module, dead.node, cst.parse_expression(error)),
        AddImport(module, backend.package),
        *imports_of(module, dead.node),
    )


def _reads_attributes(handler: cst.CSTNode) -> bool:
    """`error.orig`: the driver's error is what that would be."""
    name = getattr(getattr(getattr(handler, "name", None), "name", None), "value", None)
    return any(
        isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name) and node.value.value == name
        for node in descendants(handler)
        if name is not None
    )
