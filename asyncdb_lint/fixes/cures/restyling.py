"""Cures placeholders of another driver: `:name` in their place, and a dict of the same values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from ...semantics.bind_values import Shape
from ...semantics.sql.marks import ForeignMark, bind_marks, foreign_marks
from ..changes import FixPlan, Replace
from .binding import numbered, parameter_name
from .retexting import characters, with_replacements, written_text
from .sqltext import Unreadable

if TYPE_CHECKING:
    from ...semantics.facts import BoundQuery


def restyle(query: BoundQuery) -> FixPlan | None:
    """The text with `:name`, where each placeholder has its value and each value its placeholder."""
    if query.takes_many or len(query.given) != 1 or len(query.texts) != 1:
        return None
    try:
        text = written_text(query)
        source = characters(text)
        marks = foreign_marks(source)
        if not marks or len({mark.style for mark in marks}) != 1 or bind_marks(source):
            return None
        module = query.site.module.parsed
        if marks[0].is_numbered:
            values = query.values.node if query.values is not None else None
            names = _names(values)
            order = _order(marks, len(names))
            if not isinstance(values, cst.List | cst.Tuple) or order is None:
                return None
            written = [names[index] for index in order]
            changes = [Replace(module, values, _as_dict(values, names))]
        else:
            written = [mark.key for mark in marks]
            given = query.given[0]
            if given.shape is not Shape.MAPPING or not given.is_complete or set(given.keys) != set(written):
                return None
            changes = []
        new = with_replacements(
            text, [(mark.start, mark.end, f":{name}") for mark, name in zip(marks, written, strict=True)]
        )
    except Unreadable:
        return None
    return FixPlan.safe("Write the placeholders as `:name`", Replace(module, text.root, new), *changes)


def _names(values: cst.BaseExpression | None) -> list[str]:
    """A name for each value, all different."""
    names: list[str] = []
    for element in values.elements if isinstance(values, cst.List | cst.Tuple) else ():
        if isinstance(element, cst.StarredElement):
            return []
        name = parameter_name(element.value)
        name = name if re.fullmatch(r"[^\W\d]\w*", name) and name != "self" else "value"
        names.append(numbered(name, names))
    return names


def _order(marks: Sequence[ForeignMark], count: int) -> list[int] | None:
    """Which value each placeholder takes; None unless all are taken."""
    keys = [mark.key for mark in marks]
    if not any(keys):
        return list(range(count)) if len(marks) == count else None
    first = 0 if marks[0].style == "{}" else 1
    order = [int(key) - first for key in keys if key.isdigit()]
    return order if len(order) == len(keys) and set(order) == set(range(count)) else None


def _as_dict(values: cst.List | cst.Tuple, names: Sequence[str]) -> cst.Dict:
    """The same values under their names, laid out as they were."""
    elements: list[cst.BaseDictElement] = []
    for name, element in zip(names, values.elements, strict=True):
        comma = element.comma
        if element is values.elements[-1] and isinstance(comma, cst.Comma) and isinstance(values, cst.Tuple):
            closes_line = isinstance(comma.whitespace_after, cst.ParenthesizedWhitespace)
            comma = comma if closes_line else cst.MaybeSentinel.DEFAULT
        elements.append(cst.DictElement(cst.SimpleString(f'"{name}"'), element.value, comma=comma))
    if isinstance(values, cst.List):
        opening, closing = values.lbracket.whitespace_after, values.rbracket.whitespace_before
    else:
        opening = values.lpar[0].whitespace_after if values.lpar else cst.SimpleWhitespace("")
        closing = values.rpar[-1].whitespace_before if values.rpar else cst.SimpleWhitespace("")
    return cst.Dict(
        elements,
        lbrace=cst.LeftCurlyBrace(whitespace_after=opening),
        rbrace=cst.RightCurlyBrace(whitespace_before=closing),
    )
