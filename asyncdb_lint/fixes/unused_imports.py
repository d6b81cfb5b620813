"""Imports that nothing uses any more once a fix is applied: they go, with the fix that freed them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import libcst as cst

from asyncdb_lint.fixes import blocks
from asyncdb_lint.fixes.changes import RemoveImport
from asyncdb_lint.fixes.import_lines import (
    ImportPlace,
    import_places,
    module_of,
    statements,
    without_unused,
)
from asyncdb_lint.fixes.import_names import without_names
from asyncdb_lint.fixes.rewrite import Unit
from asyncdb_lint.nodes import variables_in
from asyncdb_lint.parsing import ParsedModule

_Key = tuple[str, str | None, str | None]


def imports_of(module: ParsedModule, expression: cst.BaseExpression) -> tuple[RemoveImport, ...]:
    """The imports that bind the names of an expression: those that are idle once the expression is gone."""
    names = _names_in([expression])
    found: dict[_Key, RemoveImport] = {}
    for place in import_places({}, module.tree.body):
        for key, bound in _bound(place):
            if bound in names:
                found[key] = RemoveImport(module, key[0], key[1])
    return tuple(found.values())


def remove_imports(units: dict[int, Unit], module: ParsedModule, wanted: Sequence[RemoveImport]) -> None:
    """Takes imports out of the changed top-level statements of a module, if nothing there uses them."""
    # What a package imports at its top, others import from it.
    if not wanted or module.path.stem == "__init__":
        return
    body = module.tree.body
    named = {(item.dotted_module, item.name) for item in wanted}
    asked = {
        key: bound
        for place in import_places(units, body)
        for key, bound in _bound(place)
        if key[:2] in named and not _is_kept(units, body, place, key)
    }
    if asked:
        # LibCST's answer takes a walk over all scopes: only for names that do not occur at all.
        used = _names_in(node for _, _, node in statements(units, body))
        asked = {key: bound for key, bound in asked.items() if bound not in used}
    if not asked:
        return
    result = without_unused(_mentioning(module, units, set(asked.values())), asked)
    left = {key for place in import_places({}, result.body) for key, _ in _bound(place)}
    gone = asked.keys() - left
    _take_out(units, body, gone)


def _mentioning(module: ParsedModule, units: dict[int, Unit], names: set[str]) -> cst.Module:
    """The changed module without the statements that do not even mention one of some names, in a text or a comment."""
    from asyncdb_lint.fixes.resolving import code_of_unit

    text, places = module.places.text, module.places.statements
    codes = (
        code_of_unit(module, units[number]) if number in units else text[slice(*place)]
        for number, place in enumerate(places)
    )
    mention = re.compile(rf"\b(?:{'|'.join(sorted(map(re.escape, names)))})\b")
    return cst.parse_module("".join(code for code in codes if mention.search(code)))


def _take_out(units: dict[int, Unit], body: Sequence[Any], gone: set[_Key]) -> None:
    changed: dict[tuple[int, int], dict[int, cst.BaseSmallStatement | None]] = {}
    for place in list(import_places(units, body)):
        keys = {key for key, _ in _bound(place)}
        if keys & gone:
            node = None if keys <= gone else without_names(place.node, [key in gone for key, _ in _bound(place)])
            changed.setdefault((place.unit, place.line), {})[place.place] = node
    # From the end, so that places stay what they are.
    for (unit, number), smalls in sorted(changed.items(), reverse=True):
        own = units.setdefault(unit, [body[unit]])
        line: Any = own[number]
        kept = [smalls.get(i, small) for i, small in enumerate(line.body)]
        rest = [small for small in kept if small is not None]
        if rest:
            rest[-1] = rest[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)
            own[number] = line.with_changes(body=rest)
            continue
        del own[number]
        left = blocks.left_of_removed(line.leading_lines, line.trailing_whitespace)
        _put_above_next(units, body, unit, number, left)


def _put_above_next(
    units: dict[int, Unit], body: Sequence[Any], unit: int, number: int, left: list[cst.EmptyLine]
) -> None:
    is_first = unit == 0 and number == 0
    if number >= len(units[unit]):
        unit, number = unit + 1, 0
        if unit >= len(body):
            return
    own = units.setdefault(unit, [body[unit]])
    if number < len(own) and not isinstance(own[number], cst.EmptyLine):
        following: Any = own[number]
        lines = blocks.joined(left, following.leading_lines)
        if is_first:
            lines = blocks.split_blanks(lines)[1]
        own[number] = blocks.with_leading(following, lines)


def _bound(place: ImportPlace) -> list[tuple[_Key, str]]:
    """What an import imports, and the name it gives to it."""
    node = place.node
    if isinstance(node.names, cst.ImportStar):
        return []
    if isinstance(node, cst.Import):
        return [
            ((alias.evaluated_name, None, alias.evaluated_alias), alias.evaluated_alias or _top(alias.evaluated_name))
            for alias in node.names
        ]
    return [
        (
            (module_of(node), alias.evaluated_name, alias.evaluated_alias),
            alias.evaluated_alias or alias.evaluated_name,
        )
        for alias in node.names
    ]


def _is_kept(units: dict[int, Unit], body: Sequence[Any], place: ImportPlace, key: _Key) -> bool:
    """`import x as x` and `# noqa` say that a name is imported for others."""
    line: Any = units.get(place.unit, [body[place.unit]])[place.line]
    comment = line.trailing_whitespace.comment
    return (key[2] is not None and key[2] == (key[1] or key[0])) or (comment is not None and "noqa" in comment.value)


def _top(module: str) -> str:
    return module.partition(".")[0]


def _names_in(roots: Iterable[cst.CSTNode]) -> set[str]:
    """The names of the variables in some code, those that its imports bind left out."""
    return {name.value for root in roots for name in variables_in(root, without=(cst.Import, cst.ImportFrom))}
