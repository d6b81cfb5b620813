"""What a rule says about a cure: changes that name nodes of a module, before they become text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from asyncdb_lint.diagnostics import Applicability

if TYPE_CHECKING:
    import libcst as cst

    from asyncdb_lint.fixes.blocks import AnyStatement
    from asyncdb_lint.parsing import ParsedModule


class PlanRefused(ValueError):
    """A plan that cannot become a fix; the message says why."""


@dataclass(frozen=True, slots=True)
class Replace:
    """Puts a new node in the place of one; it may contain the old node, or parts of it, which then stay as written.

    An expression is parenthesised where its new place needs it. `new` may be a list of statements for a statement.
    """

    module: ParsedModule
    node: cst.CSTNode
    new: cst.CSTNode | Sequence[AnyStatement]


@dataclass(frozen=True, slots=True)
class Remove:
    """Takes a statement out; comments above and beside it stay, and a body left empty gets `pass`."""

    module: ParsedModule
    statement: AnyStatement


@dataclass(frozen=True, slots=True)
class InsertBefore:
    """Puts statements in front of one, in its block; comments above that one stay with it."""

    module: ParsedModule
    statement: AnyStatement
    new_statements: Sequence[AnyStatement]


@dataclass(frozen=True, slots=True)
class InsertAfter:
    """Puts statements behind one, in its block."""

    module: ParsedModule
    statement: AnyStatement
    new_statements: Sequence[AnyStatement]


@dataclass(frozen=True, slots=True)
class AddImport:
    """Makes `import dotted_module` or `from dotted_module import name` hold in a module; leading dots are relative.

    Nothing happens where the import exists; a plan is refused where the name already means something else.
    """

    module: ParsedModule
    dotted_module: str
    name: str | None = None
    asname: str | None = None


@dataclass(frozen=True, slots=True)
class RemoveImport:
    """Takes `import dotted_module` or `from dotted_module import name` out of a module if the fix leaves it unused.

    Fixes that free an import only together have it taken out as well, when they are applied.
    """

    module: ParsedModule
    dotted_module: str
    name: str | None = None


Change: TypeAlias = Replace | Remove | InsertBefore | InsertAfter | AddImport | RemoveImport


@dataclass(frozen=True, slots=True)
class FixPlan:
    """A cure as changes to nodes, of one module or several; applied whole or not at all."""

    message: str
    applicability: Applicability
    changes: tuple[Change, ...]

    @classmethod
    def safe(cls, message: str, *changes: Change) -> FixPlan:
        """A cure that keeps the behaviour, or mends what was broken."""
        return cls(message, Applicability.SAFE, changes)

    @classmethod
    def unsafe(cls, message: str, *changes: Change) -> FixPlan:
        """A cure that is right for most programs and wants a look."""
        return cls(message, Applicability.UNSAFE, changes)

    @classmethod
    def display(cls, message: str, *changes: Change) -> FixPlan:
        """A cure that is shown and never applied."""
        return cls(message, Applicability.DISPLAY, changes)
