"""From a plan to text edits: rebuild the statements it changes, compare their text, and see that it reads back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TypeVar

import libcst as cst

from asyncdb_lint.decoding import UnparsableFile, line_starts
from asyncdb_lint.diagnostics import Edit, Fix, FreedImport, Range
from asyncdb_lint.fixes.changes import AddImport, Change, FixPlan, PlanRefused, Remove, RemoveImport, Replace
from asyncdb_lint.fixes.comments import with_lost_comments
from asyncdb_lint.fixes.differing import Region, changed_region
from asyncdb_lint.fixes.imports import add_import
from asyncdb_lint.fixes.rewrite import NodeChange, Rewriter, Unit
from asyncdb_lint.fixes.shape import shape
from asyncdb_lint.fixes.textdiff import Splice, joined, splices
from asyncdb_lint.fixes.unused_imports import remove_imports
from asyncdb_lint.parsing import ParsedModule, parse_text, with_fresh_stack, without_checks
from asyncdb_lint.positions import PlaceRecorder, PlainText

_NONE: frozenset[int] = frozenset()
_State = TypeVar("_State", PlainText, PlaceRecorder)


def resolve_plan(plan: FixPlan) -> Fix:
    """Turns a plan into the smallest text edits; raises `PlanRefused` where that cannot be done rightly."""
    modules: dict[int, ParsedModule] = {}
    for change in plan.changes:
        modules.setdefault(id(change.module), change.module)
    edits: list[Edit] = []
    for key, module in modules.items():
        changes = _Changes([c for c in plan.changes if id(c.module) == key])
        with without_checks():
            edits += with_fresh_stack(partial(_module_edits, module, changes))
    if not edits:
        raise PlanRefused("the plan changes nothing")
    freed = [c for c in plan.changes if isinstance(c, RemoveImport)]
    return Fix(
        plan.message,
        plan.applicability,
        tuple(sorted(edits)),
        tuple(FreedImport(item.module.path, item.dotted_module, item.name) for item in freed),
    )


def without_imports(module: ParsedModule, freed: Iterable[tuple[str, str | None]]) -> list[Splice]:
    """The edits that take imports out of a module, those of them that nothing uses."""
    wanted = [RemoveImport(module, dotted, name) for dotted, name in freed]
    with without_checks():
        return with_fresh_stack(partial(_module_splices, module, _Changes(wanted)))


class _Changes:
    """The changes of one module, by kind."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self.added = [c for c in changes if isinstance(c, AddImport)]
        self.freed = [c for c in changes if isinstance(c, RemoveImport)]
        self.nodes: list[NodeChange] = [c for c in changes if not isinstance(c, AddImport | RemoveImport)]


def _module_edits(module: ParsedModule, changes: _Changes) -> list[Edit]:
    edits: list[Edit] = []
    alignment = module.alignment
    for first, last, content in _module_splices(module, changes):
        start, end = first, last
        if alignment is not None:
            start = alignment.start(first)
            end = alignment.end(last) if last > first else start
        edits.append(Edit(module.path, Range(module.position_at(start), module.position_at(end)), content))
    return edits


def _module_splices(module: ParsedModule, changes: _Changes) -> list[Splice]:
    found: list[Splice] = []
    units = _rebuilt(module, changes.nodes)
    for wanted in changes.added:
        add_import(units, wanted)
    remove_imports(units, module, changes.freed)
    for index in sorted(units):
        narrow = _region_splices(module, changed_region(module.tree.body[index : index + 1], units[index]))
        found += narrow if narrow is not None else _unit_splices(module, index, units[index])
    return joined(found)


def _region_splices(module: ParsedModule, region: Region) -> list[Splice] | None:
    """The edits of statements inside of a top-level one; None where the text must be compared as a whole."""
    if not region.indents:
        return None
    text, place = module.places.text, module.places.of(region.old[0])
    if place is None:
        return None
    recorder = _indented(PlaceRecorder(module.tree.default_indent, module.tree.default_newline), region.indents)
    for statement in region.old:
        statement._codegen(recorder)
    written = recorder.places[id(region.old[0])]
    start = line_starts(text)[place[1] - written[1]]
    old, new = "".join(recorder.tokens), code_of_unit(module, region.new, region.indents)
    # The last line of a file may have no end, where LibCST writes one.
    if not text.startswith(old, start):
        return None
    return [(start + a, start + b, content) for a, b, content in splices(old, new)]


def _unit_splices(module: ParsedModule, index: int, unit: Unit) -> list[Splice]:
    """The edits of a top-level statement."""
    # What the tree is written out as, so that what LibCST drops there does not count as a change.
    text, statements = module.places.text, module.places.statements
    # A module without statements has one place for them: its end.
    start, end = statements[index] if statements else (len(text), len(text))
    old, new = text[start:end], code_of_unit(module, unit)
    if end == len(text) and old and not old.endswith(("\n", "\r")):
        new = new.removesuffix(module.tree.default_newline)
    if not statements and text and not text.endswith(("\n", "\r")):
        new = module.tree.default_newline + new
    return [(start + a, start + b, content) for a, b, content in splices(old, new)]


def _rebuilt(module: ParsedModule, changes: list[NodeChange]) -> dict[int, Unit]:
    """The changed top-level statements, with parentheses around new expressions where the text needs them."""
    if not changes:
        return {}
    units, problem = _attempt(module, changes, _NONE)
    if problem is None:
        return units
    candidates = [c for c in changes if isinstance(c, Replace) and isinstance(c.new, cst.BaseExpression)]
    if not candidates:
        raise PlanRefused(problem)
    alone = frozenset(id(c.node) for c in candidates if _attempt(module, [c], _NONE)[1] is not None)
    # In a nest of replacements, one may need parentheses only because of another.
    for needed in (alone, frozenset(id(c.node) for c in candidates)):
        units, remaining = _attempt(module, changes, needed)
        if remaining is None:
            return units
    raise PlanRefused(problem)


def _attempt(
    module: ParsedModule, changes: list[NodeChange], parenthesised: frozenset[int]
) -> tuple[dict[int, Unit], str | None]:
    """The changed statements, and why they are not what a reader of their text would see."""
    removed = [change.statement for change in changes if isinstance(change, Remove)]
    units = with_lost_comments(module, Rewriter(module, changes, parenthesised).units(), removed)
    body = module.tree.body
    for index, unit in units.items():
        # What has not changed reads back as it did.
        _, changed = changed_region(body[index : index + 1], unit).differing
        text = code_of_unit(module, changed)
        try:
            read = parse_text(text)
        except UnparsableFile as error:
            return units, f"the result would not parse: {error.reason}"
        if shape(read.body) != shape(changed):
            return units, f"the result would read differently than meant: `{text.strip()}`"
    return units, None


def code_of_unit(module: ParsedModule, unit: Sequence[cst.CSTNode], indents: Iterable[str | None] = ()) -> str:
    """The text of statements in a module's style, at the top level or inside of blocks with an indentation each."""
    state = _indented(PlainText(module.tree.default_indent, module.tree.default_newline), indents)
    for statement in unit:
        statement._codegen(state)
    return "".join(state.tokens)


def _indented(state: _State, indents: Iterable[str | None]) -> _State:
    for indent in indents:
        state.increase_indent(state.default_indent if indent is None else indent)
    return state
