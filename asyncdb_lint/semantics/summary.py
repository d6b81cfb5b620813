"""What a walk noted of a module, written down without its tree: the next run knows the module and need not parse it.

A restored module answers like a walked one. Whoever asks for a node of its tree gets it all the same: then the module
is parsed and walked after all, and the nodes that the walk notes now are given to what was restored, object by object,
for it notes the same things in the same order. A module whose walk read a quick tree is like a restored one.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import repeat
from operator import attrgetter
from pathlib import Path
from typing import Any

from ..decoding import UnparsableFile
from ..unfetched import Unfetched, held
from .records import ModuleRecord
from .summary_forms import BY_NODE, CLASSES, CONSTANT, FORMS, NODE, ONE, SEGMENTS, TARGETS, Numbers, Objects
from .terms import UNKNOWN, Restorable

Summary = list[str]
"""Texts of JSON: how many objects there are of each class of what a walk notes; then, for each class of which there is
one, its segments, with a column of values for each of their fields."""

_Groups = dict[type[Any], list[Any]]
_set_origin: Callable[[Any, object], None] = Restorable.__dict__["_origin"].__set__
# The first objects that a number stands for are those that no module owns.
_OWNERLESS: tuple[object, ...] = (None, UNKNOWN)
_MISSING = object()


def _leading_to_one(names: list[str]) -> Callable[[Any], Iterable[Any]]:
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda item: (getattr(item, names[0]),)) if names else lambda item: ()


# For each class, what its objects lead to: by fields with one object each, and by fields with several.
_LEADING = {
    cls: (
        _leading_to_one([name for name, form in forms.items() if form is ONE]),
        [(name, form.leads_to) for name, form in forms.items() if form.leads_to is not None and form is not ONE],
    )
    for cls, forms in FORMS.items()
}


# For each class, the number of the segment in which a field is.
_SEGMENT_OF = {
    cls: {name: number for number, names in enumerate(segments) for name in names} for cls, segments in SEGMENTS.items()
}


class NotTheSame(Exception):
    """A walk that notes other things than the one before it: nobody knows which node belongs to what."""


def written(record: ModuleRecord) -> Summary:
    """A walked module as text; raises TypeError where it holds what cannot be written down."""
    groups = _grouped(record)
    numbers: Numbers = {id(item): number for number, item in enumerate(_OWNERLESS)}
    for group in groups.values():
        for item in group:
            numbers[id(item)] = len(numbers)
    return [
        _as_text([len(group) for group in groups.values()]),
        *(
            _as_text([_column(cls, name, group, numbers) for name in names])
            for cls, group in groups.items()
            for names in SEGMENTS[cls]
            if group
        ),
    ]


_as_text = json.JSONEncoder(separators=(",", ":")).encode


def _column(cls: type[Any], name: str, group: list[Any], numbers: Numbers) -> list[Any]:
    form = FORMS[cls][name]
    if form is NODE:
        read = held(cls, name)
        column: list[Any] = [_held(item, read) is not None for item in group]
    else:
        column = form.write([getattr(item, name) for item in group], numbers)
    # Of `True` and `1`, which are the same to Python, only constants have both.
    is_uniform = form is not CONSTANT and len(column) > 1 and column.count(column[0]) == len(column)
    return column[:1] if is_uniform else column


def _held(item: object, read: Callable[[object], object]) -> object:
    """What something has in a field for a node, which nobody need fetch for that; `_MISSING` if it has yet to come."""
    try:
        return read(item)
    except AttributeError:
        return _MISSING


def fetching(record: ModuleRecord, walk: Callable[[], ModuleRecord]) -> ModuleRecord:
    """A module that was walked by a quick tree; `walk` walks it again, and is called when somebody asks for a node."""
    whole = held(ModuleRecord, "parsed")(record)
    if not isinstance(whole, Unfetched):
        raise TypeError("a module with a full tree")
    origin = Origin(walk, record)
    _set_origin(record, origin)
    whole.nodes.fetch = origin.fetch
    # Only an edit of a full tree asks what was walked before.
    record.walked, record.shape = {}, {}
    return record


def restored(summary: Summary, path: Path, walk: Callable[[], ModuleRecord]) -> ModuleRecord:
    """The module that was written; `walk` parses and walks it, and is called when somebody asks for a node.

    Raises what comes of reading something else: ValueError, TypeError or LookupError.
    """
    record = _Restoration(walk, summary).record
    record.path = path
    return record


def has_nodes(record: ModuleRecord) -> bool:
    """Whether a module has its nodes: it was walked with them, or somebody has asked for one."""
    return not hasattr(record, "_origin") or record._origin.is_asked


class Origin:
    """Where the objects of a module that was walked get their nodes: from its tree."""

    def __init__(self, walk: Callable[[], ModuleRecord], record: ModuleRecord) -> None:
        self._walk: Callable[[], ModuleRecord] | None = walk
        self.record = record

    def supply(self, item: object, name: str) -> object:
        """Something that an object does not have yet; raises AttributeError for what it has not at all."""
        self.fetch()
        return object.__getattribute__(item, name)

    def fill_all(self) -> None:
        """Gives all objects what they have but for their nodes."""

    @property
    def is_asked(self) -> bool:
        """Whether somebody has asked for a node."""
        return self._walk is None

    def fetch(self) -> None:
        """Gives every object its nodes; raises `NotTheSame` where those cannot be told."""
        if self._walk is None:
            return
        walk, self._walk = self._walk, None
        try:
            groups, own = _grouped(walk()), self._own()
            pairs = {cls: list(zip(group, own[cls], strict=True)) for cls, group in groups.items()}
        except (UnparsableFile, ValueError) as error:
            raise NotTheSame(str(error)) from error
        old_of = {id(new): old for group in pairs.values() for new, old in group}
        for cls, group in pairs.items():
            for name, form in FORMS[cls].items():
                if form is NODE:
                    read = held(cls, name)
                    for new, old in group:
                        _give(old, name, _held(old, read), getattr(new, name))
                elif form is BY_NODE and name != "walked":
                    for new, old in group:
                        known = getattr(old, name)
                        known.clear()
                        known.update((key, old_of[id(item)]) for key, item in getattr(new, name).items())

    def _own(self) -> _Groups:
        return _grouped(self.record)


class _Restoration(Origin):
    """Where the objects of a module that was restored get what they do not have yet: from its summary, or its tree.

    Of most modules nobody asks for more than a few fields, so each segment is read when somebody does.
    """

    def __init__(self, walk: Callable[[], ModuleRecord], summary: Summary) -> None:
        self._texts: list[str | None] = list(summary)
        self._counts: dict[type[Any], int] = dict(zip(CLASSES, json.loads(summary[0]), strict=True))
        self._segments: dict[type[Any], int] = {}
        """The first segment of each class of which there is an object."""
        self._numbers: dict[type[Any], int] = {}
        """The number of the first object of each class."""
        number, at = len(_OWNERLESS), 1
        for cls, count in self._counts.items():
            self._numbers[cls] = number
            number += count
            if count:
                self._segments[cls] = at
                at += len(SEGMENTS[cls])
        if at != len(summary):
            raise ValueError("a summary in which something is missing")
        self._objects: Objects = [*_OWNERLESS, *repeat(None, number - len(_OWNERLESS))]
        self._groups: _Groups = {cls: [] for cls in CLASSES}
        self._unmade = set(self._segments)
        (record,) = self._made(ModuleRecord)
        super().__init__(walk, record)

    def _made(self, cls: type[Any]) -> list[Any]:
        """The objects of a class; they have nothing yet."""
        if cls in self._unmade:
            self._unmade.remove(cls)
            count, first = self._counts[cls], self._numbers[cls]
            group = self._groups[cls] = list(map(object.__new__, repeat(cls, count)))
            deque(map(_set_origin, group, repeat(self)), maxlen=0)
            self._objects[first : first + count] = group
        return self._groups[cls]

    def supply(self, item: object, name: str) -> object:
        cls = type(item)
        if self._fill(cls, _SEGMENT_OF[cls][name]):
            # What is missing still, only the tree has.
            with suppress(AttributeError):
                return object.__getattribute__(item, name)
        return super().supply(item, name)

    def _fill(self, cls: type[Any], segment: int) -> bool:
        """Gives all objects of a class what a segment says of them; says whether there was anything to give."""
        at = self._segments[cls] + segment
        text, self._texts[at] = self._texts[at], None
        if text is None:
            return False
        for target in self._unmade & TARGETS[cls][segment]:
            self._made(target)
        group = self._made(cls)
        for name, column in zip(SEGMENTS[cls][segment], json.loads(text), strict=True):
            form = FORMS[cls][name]
            whole = column * len(group) if len(column) == 1 else column
            place = getattr(cls, name).__set__
            if form is NODE:
                for item, has_node in zip(group, whole, strict=True):
                    if not has_node:
                        place(item, None)
            else:
                deque(map(place, group, form.read(whole, self._objects)), maxlen=0)
        return True

    def fill_all(self) -> None:
        for cls in self._segments:
            for segment in range(len(SEGMENTS[cls])):
                self._fill(cls, segment)

    def _own(self) -> _Groups:
        self.fill_all()
        return self._groups


def _give(item: object, name: str, before: object, node: Any) -> None:
    """Gives something its node, or its nodes: in place of nothing, or to what stands for them."""
    match before:
        case Unfetched() as unfetched:
            unfetched.node = node
        case tuple() as several:
            for unfetched, one in zip(several, node, strict=True):
                unfetched.node = one
        case _:
            setattr(item, name, node)


def _grouped(record: ModuleRecord) -> _Groups:
    """All that a module's record leads to by class, always in the same order."""
    if hasattr(record, "_origin"):
        record._origin.fill_all()
    groups: _Groups = {cls: [] for cls in CLASSES}
    seen = set(map(id, _OWNERLESS))
    seen.add(id(record))
    found: list[Any] = [record]
    # It grows while it is gone through.
    for item in found:
        cls = type(item)
        groups[cls].append(item)
        leading_to_one, leading_to_several = _LEADING[cls]
        for other in leading_to_one(item):
            if id(other) not in seen:
                seen.add(id(other))
                found.append(other)
        for name, leads_to in leading_to_several:
            value = getattr(item, name)
            for other in leads_to(value) if value else ():
                if id(other) not in seen:
                    seen.add(id(other))
                    found.append(other)
    return groups
