"""The top-level imports of a module, and what LibCST's own helpers make of them.

The helpers decide what has to be added or may go, and write it. Where it stands and how it is laid out is ours: they
put new names before all others and new lines after them, in no order, and know only the first lines of a file.
They are imported where they are needed: most runs fix nothing, and they take as long to import as LibCST itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asyncdb_lint.fixes.rewrite import Unit

if TYPE_CHECKING:
    from libcst.codemod import CodemodContext

Statement = cst.Import | cst.ImportFrom
# The helpers tell relative imports apart only by an absolute name; nobody's package is called like this.
_ABOVE = "_above"


@dataclass(frozen=True, slots=True)
class ImportPlace:
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
    from libcst.helpers import get_full_name_for_node

    return "." * len(node.relative) + (get_full_name_for_node(node.module) or "" if node.module else "")


def with_import(
    existing: Sequence[Statement], module: str, name: str | None, asname: str | None
) -> tuple[int | None, Statement] | None:
    """What `AddImportsVisitor` adds: an import, and which existing one it would join; None where nothing is due."""
    from libcst.codemod.visitors import AddImportsVisitor, ImportItem

    dots = len(module) - len(module.lstrip("."))
    item = ImportItem(module[dots:], name, asname, dots)
    # A star may bring the name, and may not.
    known = [node for node in existing if not isinstance(node.names, cst.ImportStar)]
    visitor = AddImportsVisitor(_context(known, dots), [item])
    after = _smalls(cst.Module([cst.SimpleStatementLine([node]) for node in known]).visit(visitor))
    if len(after) > len(known):
        new = after[0] if module == "__future__" else after[-1]
        return None, _relative(new, module)
    for node, changed in zip(known, after, strict=True):
        if isinstance(changed, cst.ImportFrom) and len(_names(changed)) > len(_names(node)):
            alias = _names(changed)[0].with_changes(comma=cst.MaybeSentinel.DEFAULT)
            return existing.index(node), changed.with_changes(names=[alias], lpar=None, rpar=None)
    return None


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


def _relative(node: Statement, module: str) -> Statement:
    dots = len(module) - len(module.lstrip("."))
    if not dots or not isinstance(node, cst.ImportFrom):
        return node
    rest = cst.parse_expression(module[dots:]) if module[dots:] else None
    return node.with_changes(module=rest, relative=[cst.Dot() for _ in range(dots)])


def _smalls(module: cst.Module) -> list[Statement]:
    lines = [line for line in module.body if isinstance(line, cst.SimpleStatementLine)]
    return [small for line in lines for small in line.body if isinstance(small, Statement)]


def _names(node: Statement) -> Sequence[cst.ImportAlias]:
    return () if isinstance(node.names, cst.ImportStar) else node.names
