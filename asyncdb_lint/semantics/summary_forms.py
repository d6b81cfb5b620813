"""How each field of what a walk notes is written down, told by its annotation."""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from ..unfetched import is_node
from . import records, terms
from .records import ContextKind, Notes, ParameterKind, UseKind

Numbers = dict[int, int]
"""The number of each object, by its identity."""
Objects = list[Any]
"""The objects, by their numbers."""
_Column = list[Any]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write down the values that the objects of a class have in a field."""

    write: Callable[[_Column, Numbers], _Column]
    """Turns values into what JSON can hold, with numbers for objects."""
    read: Callable[[_Column, Objects], Iterable[Any]]
    """Turns it back."""
    leads_to: Callable[[Any], Iterable[Any]] | None = None
    """The objects that a value refers to, if it may refer to any."""


PLAIN = Form(lambda values, numbers: values, lambda column, objects: column)
# Each object has a list of its own, also where one was written for all.
_NAMES = Form(lambda values, numbers: values, lambda column, objects: map(list, column))
_NAME_LISTS = Form(
    lambda values, numbers: values,
    lambda column, objects: ({name: list(others) for name, others in value.items()} for value in column),
)
_NAME_SETS = Form(
    lambda values, numbers: [{name: sorted(others) for name, others in value.items()} for value in values],
    lambda column, objects: ({name: set(others) for name, others in value.items()} for value in column),
)
NODE = Form(lambda values, numbers: [value is not None for value in values], lambda column, objects: ())
"""What only the tree has: that there is one is all that is written."""
ONE = Form(
    lambda values, numbers: [numbers[id(value)] for value in values],
    lambda column, objects: map(objects.__getitem__, column),
    lambda value: (value,),
)
"""One object."""
_LIST = Form(
    lambda values, numbers: [[numbers[id(item)] for item in value] for value in values],
    lambda column, objects: ([objects[number] for number in value] for value in column),
    lambda value: value,
)
_TUPLE = Form(
    _LIST.write, lambda column, objects: (tuple([objects[n] for n in value]) for value in column), lambda value: value
)
_NAMED = Form(
    lambda values, numbers: [{name: numbers[id(item)] for name, item in value.items()} for value in values],
    lambda column, objects: ({name: objects[number] for name, number in value.items()} for value in column),
    lambda value: value.values(),
)
_NAMED_LISTS = Form(
    lambda values, numbers: [
        {name: [numbers[id(item)] for item in items] for name, items in value.items()} for value in values
    ],
    lambda column, objects: (
        {name: [objects[number] for number in items] for name, items in value.items()} for value in column
    ),
    lambda value: (item for items in value.values() for item in items),
)
BY_NODE = Form(
    lambda values, numbers: [[numbers[id(item)] for item in value.values()] for value in values],
    # Nobody can ask for a node before there is one, and then they are known by their nodes.
    lambda column, objects: ({-place: objects[number] for place, number in enumerate(value, 1)} for value in column),
    lambda value: value.values(),
)
"""What stands at a node."""
_DECLARED = Form(
    lambda values, numbers: [[[numbers[id(one)], numbers[id(two)]] for one, two in value.values()] for value in values],
    lambda column, objects: (
        {id(objects[one]): (objects[one], objects[two]) for one, two in value} for value in column
    ),
    lambda value: (item for pair in value.values() for item in pair),
)
_ENTRIES = Form(
    lambda values, numbers: [[[numbers[id(one)], numbers[id(two)]] for one, two in value] for value in values],
    lambda column, objects: ([(objects[one], objects[two]) for one, two in value] for value in column),
    lambda value: (item for pair in value for item in pair),
)
_PARTS = Form(
    lambda values, numbers: [
        [part if isinstance(part, str) else numbers[id(part)] for part in value] for value in values
    ],
    lambda column, objects: (
        tuple([part if isinstance(part, str) else objects[part] for part in value]) for value in column
    ),
    lambda value: (part for part in value if not isinstance(part, str)),
)


def _constant(value: object) -> object:
    match value:
        case bytes():
            return ["bytes", value.hex()]
        case complex():
            return ["complex", repr(value)]
        case float() if not math.isfinite(value):
            return ["float", repr(value)]
        case None | str() | bool() | int() | float():
            return value
        case _ if value is ...:
            return ["..."]
        case _:
            raise TypeError(f"a summary cannot hold {type(value).__name__}")


def _of_constant(written: Any) -> object:
    match written:
        case ["bytes", digits]:
            return bytes.fromhex(digits)
        case ["complex", text]:
            return complex(text)
        case ["float", text]:
            return float(text)
        case [_]:
            return ...
        case _:
            return written


CONSTANT = Form(lambda values, numbers: list(map(_constant, values)), lambda column, objects: map(_of_constant, column))


def _kinds(kinds: type[enum.Enum]) -> Form:
    members = list(kinds)
    numbers = {member: number for number, member in enumerate(members)}
    return Form(
        lambda values, _: [numbers[value] for value in values], lambda column, _: map(members.__getitem__, column)
    )


_NO_NOTES = Form(lambda values, numbers: [0] * len(values), lambda column, objects: (Notes() for _ in column))
_NO_MAPPING = Form(_NO_NOTES.write, lambda column, objects: ({} for _ in column))
_NO_ROLES = Form(_NO_NOTES.write, lambda column, objects: (None for _ in column))
_GIVEN = Form(_NO_NOTES.write, lambda column, objects: ())

_OF_KINDS = {kinds.__name__: _kinds(kinds) for kinds in (UseKind, ContextKind, ParameterKind)}
_FORM_OF = {
    **dict.fromkeys(("str", "str | None", "bool", "int"), PLAIN),
    **_OF_KINDS,
    "object": CONSTANT,
    "list[str]": _NAMES,
    "dict[str, list[str]]": _NAME_LISTS,
    "dict[str, set[str]]": _NAME_SETS,
    "tuple[str | Hole, ...]": _PARTS,
    "list[tuple[Term | None, Term]]": _ENTRIES,
    "dict[int, tuple[Term, Term]]": _DECLARED,
    "Path": _GIVEN,
    "Collection | Mapping": ONE,
}
# Only a walk, or what comes of the first question, fills these in.
_NOT_WRITTEN = {
    ("FunctionRecord", "notes"): _NO_NOTES,
    ("FunctionRecord", "roles"): _NO_ROLES,
    ("ModuleRecord", "walked"): _NO_MAPPING,
    ("ModuleRecord", "shape"): _NO_MAPPING,
}


def form_of(annotation: str) -> Form:
    """The form of a field with such an annotation; TypeError where nobody has thought of one."""
    known = _FORM_OF.get(annotation)
    if known is not None:
        return known
    if is_node(annotation):
        return NODE
    for start, form in (
        ("list[", _LIST),
        ("tuple[", _TUPLE),
        ("dict[str, list[", _NAMED_LISTS),
        ("dict[str, ", _NAMED),
        ("dict[int, ", BY_NODE),
    ):
        if annotation.startswith(start) and _is_noted(
            annotation.removeprefix(start).split("]")[0].removesuffix(", ...")
        ):
            return form
    if _is_noted(annotation):
        return ONE
    raise TypeError(f"nobody has said how {annotation} is written down")


def _is_noted(annotation: str) -> bool:
    return set(annotation.split(" | ")) - {"None"} <= _NOTED


CLASSES: list[type[Any]] = [
    cls
    for module in (terms, records)
    for cls in vars(module).values()
    if isinstance(cls, type) and is_dataclass(cls) and cls.__module__ == module.__name__
]
"""What a walk notes things down in."""
_NOTED = {cls.__name__ for cls in CLASSES}

FORMS: dict[type[Any], dict[str, Form]] = {
    cls: {field.name: _NOT_WRITTEN.get((cls.__name__, field.name)) or form_of(str(field.type)) for field in fields(cls)}
    for cls in CLASSES
}
"""For each of those, the forms of its fields."""


def _segments(cls: type[Any]) -> list[tuple[str, ...]]:
    alone = [name for name, form in FORMS[cls].items() if form not in _SIMPLE]
    return [tuple(name for name in FORMS[cls] if name not in alone), *((name,) for name in alone)]


_SIMPLE = (PLAIN, CONSTANT, NODE, ONE, *_OF_KINDS.values())
SEGMENTS = {cls: _segments(cls) for cls in CLASSES}
"""For each, the fields that are written together: whoever asks for one is given all of them."""


def _targets(cls: type[Any], names: tuple[str, ...]) -> frozenset[type[Any]]:
    annotations = " ".join(str(field.type) for field in fields(cls) if field.name in names)
    named = [other for other in CLASSES if re.search(rf"\b{other.__name__}\b", annotations)]
    return frozenset(other for other in CLASSES if issubclass(other, tuple(named)))


TARGETS = {cls: [_targets(cls, names) for names in SEGMENTS[cls]] for cls in CLASSES}
"""For each segment, the classes of the objects that its fields may lead to."""
