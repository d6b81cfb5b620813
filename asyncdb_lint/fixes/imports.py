"""Imports that a fix needs, put where and how the file has its own.

What is needed `import_lines` says; here it finds its place among the sections, groups and orders that
import sorters keep.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import libcst as cst

from asyncdb_lint.fixes import blocks
from asyncdb_lint.fixes.changes import AddImport, PlanRefused
from asyncdb_lint.fixes.import_lines import import_places, module_of, statements, with_import
from asyncdb_lint.fixes.import_names import with_alias
from asyncdb_lint.fixes.rewrite import Unit

ImportLine = tuple[int, int, cst.SimpleStatementLine]
"""A line with one import: its unit, its place in the unit, itself."""


def add_import(units: dict[int, Unit], wanted: AddImport) -> None:
    """Adds an import to the changed top-level statements of a module, unless it is there."""
    body = wanted.module.tree.body
    places = list(import_places(units, body))
    change = with_import([p.node for p in places], wanted.dotted_module, wanted.name, wanted.asname)
    if change is None:
        return
    bound = wanted.asname or wanted.name or _package(wanted.dotted_module)
    # `import a.b` beside `import a.c` binds the same `a`; anything else under this name would be hidden.
    if bound in _bound_names(units, body, skip_plain_imports=wanted.name is None and wanted.asname is None):
        raise PlanRefused(f"`{bound}` already means something else in {wanted.module.path}")
    index, node = change
    place = places[index] if index is not None else None
    if place is not None and isinstance(place.node, cst.ImportFrom):
        line = _unit(units, body, place.unit)[place.line]
        # Beside other statements it would hide.
        if len(line.body) == 1:
            extended = with_alias(wanted.module, place.node, node)
            units[place.unit][place.line] = line.with_changes(body=[extended])
            return
    _insert(units, wanted, cst.SimpleStatementLine([node]), list(_import_lines(units, body)))


def _unit(units: dict[int, Unit], body: Sequence[cst.CSTNode], index: int) -> list[Any]:
    return units.setdefault(index, [body[index]] if index < len(body) else [])  # type: ignore[list-item]


def _import_lines(units: dict[int, Unit], body: Sequence[cst.CSTNode]) -> Iterator[ImportLine]:
    for index, place, node in statements(units, body):
        if isinstance(node, cst.SimpleStatementLine) and isinstance(node.body[0], (cst.Import, cst.ImportFrom)):
            yield index, place, node


def _bound_names(units: dict[int, Unit], body: Sequence[cst.CSTNode], *, skip_plain_imports: bool) -> set[str]:
    """The names that top-level statements bind."""
    names: set[str] = set()
    for _, _, node in statements(units, body):
        if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
            names.add(node.name.value)
        for small in node.body if isinstance(node, cst.SimpleStatementLine) else ():
            names.update(_bound_by(small, skip_plain_imports=skip_plain_imports))
    return names


def _bound_by(small: cst.BaseSmallStatement, *, skip_plain_imports: bool) -> Iterator[str]:
    if isinstance(small, cst.Assign):
        yield from (target.target.value for target in small.targets if isinstance(target.target, cst.Name))
    elif isinstance(small, cst.AnnAssign) and isinstance(small.target, cst.Name):
        yield small.target.value
    elif isinstance(small, (cst.Import, cst.ImportFrom)) and not isinstance(small.names, cst.ImportStar):
        for alias in small.names:
            if alias.evaluated_alias:
                yield alias.evaluated_alias
            elif isinstance(small, cst.ImportFrom):
                yield alias.evaluated_name
            elif not skip_plain_imports:
                yield _package(alias.evaluated_name)


def _section(module: str) -> int:
    """The part of the imports a module belongs to, as import sorters order them."""
    if module == "__future__":
        return 0
    if module.startswith("."):
        return 3
    return 1 if _package(module) in sys.stdlib_module_names else 2


def _package(module: str) -> str:
    return module.partition(".")[0]


def _name_of(line: cst.SimpleStatementLine) -> str:
    node = line.body[0]
    return module_of(node) if isinstance(node, cst.ImportFrom) else node.names[0].evaluated_name  # type: ignore[attr-defined]


def _from_last(module: str, *, is_from: bool) -> tuple[object, ...]:
    return is_from, module.lower()


def _by_module(module: str, *, is_from: bool) -> tuple[object, ...]:
    return module.lower(), is_from


_ORDERS: tuple[Callable[..., tuple[object, ...]], ...] = (_from_last, _by_module)


def _insert(units: dict[int, Unit], wanted: AddImport, new: cst.SimpleStatementLine, lines: list[ImportLine]) -> None:
    body = wanted.module.tree.body
    head = _head(units, body)
    groups = _groups([entry for entry in lines if (entry[0], entry[1]) in head])
    section, package = _section(wanted.dotted_module), _package(wanted.dotted_module)
    same = [g for g in groups if any(_package(_name_of(e[2])) == package for e in g)] if section else []
    same = same or [g for g in groups if _section(_name_of(g[0][2])) == section]
    if same:
        # Where libraries and the project's own modules are apart, libraries come first.
        _insert_into_group(units, wanted, same[-1 if _is_own(wanted) else 0], new)
        return
    earlier = [g for g in groups if _section(_name_of(g[0][2])) < section]
    if earlier:
        unit, place, _ = earlier[-1][-1]
        _unit(units, body, unit).insert(place + 1, blocks.with_leading(new, [cst.EmptyLine(indent=False)]))
    elif groups:
        _insert_above(units, body, groups[0][0], new, apart=True)
    else:
        _insert_first(units, body, new)


def _is_own(wanted: AddImport) -> bool:
    """Says whether a module belongs to the project of the file that imports it."""
    package = _package(wanted.dotted_module)
    if not package or package in wanted.module.path.parts:
        return True
    return any(
        (folder / package).is_dir() or (folder / f"{package}.py").is_file() for folder in wanted.module.path.parents
    )


def _insert_into_group(
    units: dict[int, Unit], wanted: AddImport, group: list[ImportLine], new: cst.SimpleStatementLine
) -> None:
    body = wanted.module.tree.body
    keys = [(_name_of(line), isinstance(line.body[0], cst.ImportFrom)) for _, _, line in group]
    is_from = wanted.name is not None
    # Where the whole is in no order, the lines of the same form may be.
    first = next((at for at, key in enumerate(keys) if key[1] is is_from), 0)
    alike = [key for key in keys[first:] if key[1] is is_from]
    after = _place_in(keys, wanted.dotted_module, is_from=is_from)
    if after is None and alike and keys[first : first + len(alike)] == alike:
        among = _place_in(alike, wanted.dotted_module, is_from=is_from)
        after = first + (len(alike) if among is None else among)
    if after is None:
        after = len(group)
    if after:
        unit, place, _ = group[after - 1]
        _unit(units, body, unit).insert(place + 1, new)
    else:
        _insert_above(units, body, group[0], new, apart=False)


def _place_in(keys: Sequence[tuple[str, bool]], module: str, *, is_from: bool) -> int | None:
    """Where an import belongs among others; None where they are in no order."""
    for order in _ORDERS:
        sort_keys = [order(other, is_from=other_is_from) for other, other_is_from in keys]
        if sort_keys == sorted(sort_keys):
            own = order(module, is_from=is_from)
            return sum(1 for key in sort_keys if key <= own)
    return None


def _insert_above(
    units: dict[int, Unit], body: Sequence[cst.CSTNode], entry: ImportLine, new: cst.SimpleStatementLine, *, apart: bool
) -> None:
    unit, place, line = entry
    blanks, comments = blocks.split_blanks(line.leading_lines)
    own = _unit(units, body, unit)
    own[place] = blocks.with_leading(line, [cst.EmptyLine(indent=False), *comments] if apart else comments)
    own.insert(place, blocks.with_leading(new, blanks))


def _insert_first(units: dict[int, Unit], body: Sequence[cst.CSTNode], new: cst.SimpleStatementLine) -> None:
    if not body:
        _unit(units, body, 0).append(new)
        return
    first = body[0]
    if is_docstring(first):
        _unit(units, body, 0).append(blocks.with_leading(new, [cst.EmptyLine(indent=False)]))
        following = 1
    else:
        _unit(units, body, 0).insert(0, new)
        following = 0
    if following < len(body):
        own = _unit(units, body, following)
        place = 1 if following == 0 else 0
        if place < len(own) and not isinstance(own[place], cst.EmptyLine):
            lines = blocks.leading_lines(own[place])
            if not blocks.split_blanks(lines)[0]:
                own[place] = blocks.with_leading(own[place], [cst.EmptyLine(indent=False), *lines])


def is_docstring(statement: cst.CSTNode) -> bool:
    """Says whether a module's first statement is its docstring."""
    if not isinstance(statement, cst.SimpleStatementLine) or not isinstance(statement.body[0], cst.Expr):
        return False
    return isinstance(statement.body[0].value, (cst.SimpleString, cst.ConcatenatedString))


def _head(units: dict[int, Unit], body: Sequence[cst.CSTNode]) -> set[tuple[int, int]]:
    """The places before the first statement that does something: later imports may be late on purpose."""
    head: set[tuple[int, int]] = set()
    for unit, place, node in statements(units, body):
        if not _is_preamble(node, first=not head):
            break
        head.add((unit, place))
    return head


def _is_preamble(node: cst.CSTNode, *, first: bool) -> bool:
    if isinstance(node, (cst.Try, cst.If)):
        inner = node.body.body
        return bool(inner) and all(_is_preamble(item, first=False) for item in inner)
    if not isinstance(node, cst.SimpleStatementLine):
        return False
    return (first and is_docstring(node)) or all(_is_harmless(small) for small in node.body)


def _is_harmless(small: cst.BaseSmallStatement) -> bool:
    if isinstance(small, cst.Assign):
        name = small.targets[0].target
        return isinstance(name, cst.Name) and name.value.startswith("__")
    return isinstance(small, (cst.Import, cst.ImportFrom))


def _groups(lines: list[ImportLine]) -> list[list[ImportLine]]:
    """Import lines that follow each other without a blank line, of one section."""
    groups: list[list[ImportLine]] = []
    for entry in lines:
        line = entry[2]
        apart = (
            bool(line.leading_lines) or not groups or _section(_name_of(groups[-1][-1][2])) != _section(_name_of(line))
        )
        previous = groups[-1][-1] if groups else None
        if apart or previous is None or entry[0] - previous[0] > 1:
            groups.append([entry])
        else:
            groups[-1].append(entry)
    return groups
