"""Cures interpolated SQL: holes become bind parameters, and what filled them goes into `values=`."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from ...diagnostics import Applicability
from ...semantics.annotated import type_name
from ...semantics.sources import Source
from ...semantics.sql import BoundValue, Hole, HolePlace, Place, Quoting, bind, places
from ...semantics.sql.text import fill
from ...semantics.terms import Attribute, Parameter, Term
from ...semantics.values import InstanceValue
from ..changes import Change, FixPlan, Replace
from .moving import assigned_text, may_move
from .passing import passing
from .sqltext import Atom, Blank, SqlText, Unreadable, read_text
from .unholing import Filling, without_holes

if TYPE_CHECKING:
    from ...semantics.facts import Interpolation, ProjectFacts
    from ...semantics.records import CallRecord

_NOWHERE = HolePlace(Hole(0), Place.UNKNOWN)
_RESERVED = {"self"}


def bind_values(found: Interpolation, project: ProjectFacts) -> FixPlan | None:
    """The text with `:name` in the place of its holes, and the values beside it; None where that would be wrong."""
    if found.style:
        # Other drivers take values in other ways, which have no names for them.
        return None
    try:
        return _bind(found, project)
    except Unreadable:
        return None


@dataclass(slots=True)
class _Gap:
    """A hole that is no constant, and what becomes of it."""

    atom: Atom
    blank: Blank
    source: Source
    is_composed: bool = False
    """Whether it is text put together elsewhere, which may bring quotes or whole clauses along."""
    name: str | None = None
    place: HolePlace = _NOWHERE


def _bind(found: Interpolation, project: ProjectFacts) -> FixPlan | None:
    sink = found.sink
    if any(hole.gap.frame is not None for hole in found.holes):
        return None
    given = passing(sink, project.queries.driver_method(sink))
    if given is None:
        return None
    module = sink.module.parsed
    root = given.query.node
    if isinstance(root, cst.Name):
        root = assigned_text(sink, root)
    text = read_text(module, given.query.term, root)
    gaps = _gaps(text, found, project)
    bound = _bound(text, gaps, given.keys)
    if not bound:
        return None
    if root is not given.query.node and not may_move(sink, root, [gap.blank.node for gap, _ in bound]):
        return None
    fillings = [Filling(gap.name or "", gap.atom, _covered(text, gap)) for gap, _ in bound]
    new_text = without_holes(text, fillings)
    quote = next((literal.quote[0] for leaf in text.leaves for literal in leaf.literals), '"')
    values = {gap.name or "": _value(gap.blank, value, quote, text) for gap, value in bound}
    changes: list[Change] = []
    if root is given.query.node:
        call = given.with_values(values, quote, {id(root): new_text})
    else:
        changes.append(Replace(module, root, new_text))
        call = given.with_values(values, quote, {})
    changes.append(Replace(module, sink.node, call))
    is_safe = all(_keeps_meaning(gap, text, project, sink) for gap, _ in bound) and root is given.query.node
    names = [f"`{gap.name}`" for gap, _ in bound]
    message = f"Bind {' and '.join(names)}" if len(names) < 3 else f"Bind {len(names)} values"
    return FixPlan(message, Applicability.SAFE if is_safe else Applicability.UNSAFE, tuple(changes))


# -- the holes ------------------------------------------------------------------------------------------------------


def _gaps(text: SqlText, found: Interpolation, project: ProjectFacts) -> list[_Gap]:
    """The holes that are no constants; constants become text."""
    open_nodes = {id(hole.gap.node) for hole in found.holes}
    gaps: list[_Gap] = []
    for atom in text.atoms:
        blank = atom.blank
        if blank is None or atom.text:
            continue
        texts = project.texts.flatten(blank.term)
        literals = [flat.literal for flat in texts]
        if id(blank.node) in open_nodes:
            if not blank.is_plain:
                raise Unreadable
            gaps.append(_Gap(atom, blank, Source.OPEN))
        elif literals and all(literal is not None for literal in literals):
            atom.text = literals[0] or ""
        else:
            gaps.append(_Gap(atom, blank, project.sources.of(blank.term), is_composed=bool(texts)))
    if {id(gap.blank.node) for gap in gaps if gap.source is Source.OPEN} != open_nodes:
        raise Unreadable
    return gaps


def _bound(text: SqlText, gaps: list[_Gap], passed: frozenset[str]) -> list[tuple[_Gap, BoundValue]]:
    """The holes that are bound, with their values; empty where an open one cannot be."""
    parts: list[str | Hole] = []
    numbers = {id(gap.atom): number for number, gap in enumerate(gaps)}
    for atom in text.atoms:
        if id(atom) in numbers:
            parts.append(Hole(numbers[id(atom)]))
        elif parts and isinstance(parts[-1], str):
            parts[-1] += atom.text
        else:
            parts.append(atom.text)
    taken = set(passed)
    for gap, place in zip(gaps, places(parts), strict=True):
        gap.place = place
        is_value = not gap.is_composed or place.quoting is not Quoting.BARE
        if not gap.source.is_harmless and gap.blank.is_plain and is_value:
            gap.name = _free(parameter_name(gap.blank.node), taken)
            taken.add(gap.name)
    result = bind(parts, [gap.name for gap in gaps], passed=passed)
    for refusal in result.refusals:
        if gaps[refusal.hole.index].source is Source.OPEN:
            return []
        gaps[refusal.hole.index].name = None
    if not result.complete:
        result = bind(parts, [gap.name for gap in gaps], passed=passed)
    if not result.complete:
        return []
    return [(gap, result.values[gap.name]) for gap in gaps if gap.name is not None]


def _covered(text: SqlText, gap: _Gap) -> list[Atom]:
    """The atoms that a bind parameter takes the place of: a hole, with the quotes and text around it."""
    marks = {id(atom) for atom in text.atoms if atom.blank is not None and not atom.text}
    parts: list[str | Hole] = [
        Hole(number) if id(atom) in marks else atom.text for number, atom in enumerate(text.atoms)
    ]
    spans = {span.hole.index: (span.start, span.end) for span in fill(parts).spans}
    covered: list[Atom] = []
    at = 0
    for number, atom in enumerate(text.atoms):
        start, end = spans.get(number, (at, at + len(atom.text)))
        if gap.place.start <= start and end <= gap.place.end and start < end:
            covered.append(atom)
        at = end
    return covered


def parameter_name(node: cst.BaseExpression) -> str:
    """The name of a bind parameter, from the expression it stands for."""
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name if re.fullmatch(r"\w+", name) else "value"
        case cst.Subscript(slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as key))]):
            return _key_name(key)
        case cst.Call(
            func=cst.Attribute(attr=cst.Name(value="get")), args=[cst.Arg(value=cst.SimpleString() as key), *_]
        ):
            return _key_name(key)
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="join")), args=[cst.Arg(value=joined)]):
            return parameter_name(joined)
        case cst.Call(func=cst.Attribute(value=base)):
            return parameter_name(base)
        case cst.Call(func=cst.Name(), args=[cst.Arg(value=argument)]):
            return parameter_name(argument)
        case cst.Subscript(value=base) | cst.Await(expression=base):
            return parameter_name(base)
        case _:
            return "value"


def _key_name(key: cst.SimpleString) -> str:
    text = key.evaluated_value
    name = re.sub(r"\W", "_", text) if isinstance(text, str) else ""
    return name if name and not name[0].isdigit() else "value"


def _free(name: str, taken: set[str]) -> str:
    return numbered("value" if name in _RESERVED else name, taken)


def numbered(name: str, taken: Container[str]) -> str:
    """A name, with a number behind it where it is taken."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


# -- the values -----------------------------------------------------------------------------------------------------


def _value(blank: Blank, value: BoundValue, quote: str, text: SqlText) -> str:
    node = blank.node
    if isinstance(node, cst.NamedExpr | cst.Yield | cst.Tuple):
        raise Unreadable
    node = _without_escaping(node)
    code = text.module.code_of(node)
    if not value.prefix and not value.suffix:
        return code
    if "\\" in code or "\n" in code:
        raise Unreadable
    for mark in (quote, "'" if quote == '"' else '"'):
        if mark not in code:
            return f"f{mark}{_escaped(value.prefix, mark)}{{{code}}}{_escaped(value.suffix, mark)}{mark}"
    raise Unreadable


def _without_escaping(node: cst.BaseExpression) -> cst.BaseExpression:
    """`name.replace("'", "''")` was for the quotes that go."""
    match node:
        case cst.Call(
            func=cst.Attribute(value=base, attr=cst.Name(value="replace")),
            args=[cst.Arg(value=cst.SimpleString() as old), cst.Arg(value=cst.SimpleString() as new)],
        ) if (old.evaluated_value, new.evaluated_value) == ("'", "''"):
            return base
        case _:
            return node


def _escaped(text: str, quote: str) -> str:
    doubled = text.replace("\\", "\\\\").replace("{", "{{").replace("}", "}}").replace(quote, f"\\{quote}")
    return doubled.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _keeps_meaning(gap: _Gap, text: SqlText, project: ProjectFacts, sink: CallRecord) -> bool:
    """Whether the database takes the bound value exactly as it took the text.

    A quoted text has no type of its own on PostgreSQL and takes that of the column, but a bound str stays text.
    """
    place = gap.place
    kind = _type_of(gap.blank.term, project)
    if place.quoting is Quoting.BARE:
        return kind == "int" and place.place in (Place.COMPARISON, Place.LIMIT)
    if kind != "str":
        return False
    if place.place is Place.PATTERN or place.function in ("LOWER", "UPPER"):
        return True
    backend = project.backends.of(sink)
    return backend is not None and backend.dialect == "sqlite"


def _type_of(term: Term, project: ProjectFacts) -> str | None:
    """The name of the type that a value is annotated with."""
    match term:
        case Parameter(function=function, name=name):
            record = function.parameter(name)
            return type_name(project.resolver, record.annotation) if record and record.annotation else None
        case Attribute(base=base, name=name):
            for value in project.resolver.resolve(base):
                declared = value.cls.attributes.get(name) if isinstance(value, InstanceValue) else None
                if declared is not None and declared.annotation is not None:
                    return type_name(project.resolver, declared.annotation)
            return None
        case _:
            return None
