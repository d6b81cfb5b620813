"""The top-level imports of a module: what has to be added, and what may go.

What nothing uses any more LibCST's own helper says. It is imported where it is needed: most runs fix nothing, and it
takes as long to import as LibCST itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from asyncdb_lint.fixes.rewrite import Unit
from asyncdb_lint.nodes import dotted_name

if TYPE_CHECKING:
    from libcst.codemod import CodemodContext

Statement = cst.Import | cst.ImportFrom
# The helpers tell relative imports apart only by an absolute name; nobody's package is called like this.
_ABOVE = "_above"


class ImportPlace(NamedTuple):
    """One import: its unit, its line in the unit, its place in the line, itself."""

    unit: int
    line: int
    place: int
    node: Statement


def import_places(units: dict[int, Unit], body: Sequence[cst.CSTNode]) -> Iterator[ImportPlace]:
    """The top-level imports of a module some of whose statements have changed."""
    for unit, line, statement in statements(units, body):
        for place, small in enumerate(statement.body if isinstance(statement, cst.SimpleStatementLine) else ()):
            if isinstance(small, Statement):
                yield ImportPlace(unit, line, place, small)


def statements(units: dict[int, Unit], body: Sequence[cst.CSTNode]) -> Iterator[tuple[int, int, cst.CSTNode]]:
    """All top-level statements with their unit and their place in it."""
    for index, statement in enumerate(body):
        for place, node in enumerate(units.get(index, [statement])):
            yield index, place, node
    if not body:
        for place, node in enumerate(units.get(0, [])):
            yield 0, place, node


def module_of(node: cst.ImportFrom) -> str:
    """The module of a `from` import as written, with its leading dots."""
    return "." * len(node.relative) + (dotted_name(node.module) or "" if node.module else "")


def with_import(
    existing: Sequence[Statement], module: str, name: str | None, asname: str | None
) -> tuple[int | None, Statement] | None:
    """An import that is to be added, and which existing one it joins, if any; None where nothing is due.

    What joins an existing import has nothing but the new name.
    """
    joins: int | None = None
    for index, node in enumerate(existing):
        # A star may bring the name, and may not.
        if isinstance(node.names, cst.ImportStar) or isinstance(node, cst.ImportFrom) is (name is None):
            continue
        if isinstance(node, cst.ImportFrom):
            if module_of(node) != module:
                continue
            joins = index if joins is None else joins
        if any(alias.evaluated_name == (name or module) and alias.evaluated_alias == asname for alias in node.names):
            return None
    bound = cst.AsName(cst.Name(asname)) if asname is not None else None
    if name is None:
        return None, cst.Import([cst.ImportAlias(_dotted(module), bound)])
    alias = cst.ImportAlias(cst.Name(name), bound)
    if joins is not None:
        return joins, existing[joins].with_changes(names=[alias], lpar=None, rpar=None)
    path = module.lstrip(".")
    dots = [cst.Dot() for _ in range(len(module) - len(path))]
    return None, cst.ImportFrom(_dotted(path) if path else None, [alias], relative=dots)


def _dotted(module: str) -> cst.Name | cst.Attribute:
    first, *rest = module.split(".")
    made: cst.Name | cst.Attribute = cst.Name(first)
    for part in rest:
        made = cst.Attribute(made, cst.Name(part))
    return made


def without_unused(module: cst.Module, wanted: Iterable[tuple[str, str | None, str | None]]) -> cst.Module:
    """What `RemoveImportsVisitor` leaves of a module when imports are to go that nothing uses."""
    from libcst.codemod import CodemodContext
    from libcst.codemod.visitors import RemoveImportsVisitor
    from libcst.metadata import MetadataWrapper

    context = _context([node for node in _smalls(module) if isinstance(node, Statement)], 1)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    context = CodemodContext(wrapper=wrapper, full_package_name=context.full_package_name)
    names = [(_absolute(dotted, context), name, alias) for dotted, name, alias in wanted]
    return wrapper.visit(RemoveImportsVisitor(context, names))


def _context(known: Sequence[Statement], dots: int) -> CodemodContext:
    from libcst.codemod import CodemodContext

    deepest = max([dots, *(len(node.relative) for node in known if isinstance(node, cst.ImportFrom))])
    return CodemodContext(full_package_name=".".join(f"{_ABOVE}{level}" for level in range(deepest + 1)))


def _absolute(module: str, context: CodemodContext) -> str:
    dots = len(module) - len(module.lstrip("."))
    if not dots or context.full_package_name is None:
        return module
    package = context.full_package_name.split(".")
    return ".".join([*package[: len(package) - dots + 1], *filter(None, [module[dots:]])])


def _smalls(module: cst.Module) -> list[Statement]:
    lines = [line for line in module.body if isinstance(line, cst.SimpleStatementLine)]
    return [small for line in lines for small in line.body if isinstance(small, Statement)]
