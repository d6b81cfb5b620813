"""What a walk noted of a module, written down without its tree: the next run knows the module and need not parse it.

A restored module answers like a walked one. Whoever asks for a node of its tree gets it all the same: then the module
is parsed and walked after all, and the nodes that the walk notes now are given to what was restored, object by object,
for it notes the same things in the same order. A module whose walk read a quick tree is like a restored one.
"""

from __future__ import annotations

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
from .summary_forms import BY_NODE, CLASSES, CONSTANT, FORMS, NODE, ONE, Numbers, Objects
from .terms import UNKNOWN, Restorable

Summary = list[list[Any]]
"""For each class of what a walk notes how many objects there are, and a column of values for each field."""

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


class NotTheSame(Exception):
    """A walk that notes other things than the one before it: nobody knows which node belongs to what."""


def written(record: ModuleRecord) -> Summary:
    """A walked module as JSON can hold it; raises TypeError where it holds what cannot be written down."""
    groups = _grouped(record)
    numbers: Numbers = {id(item): number for number, item in enumerate(_OWNERLESS)}
    for group in groups.values():
        for item in group:
            numbers[id(item)] = len(numbers)
    return [[len(group), *_columns(cls, group, numbers)] for cls, group in groups.items()]


def _columns(cls: type[Any], group: list[Any], numbers: Numbers) -> list[list[Any]]:
    columns: list[list[Any]] = []
    for name, form in FORMS[cls].items():
        if form is NODE:
            read = held(cls, name)
            column = [_held(item, read) is not None for item in group]
        else:
            column = form.write([getattr(item, name) for item in group], numbers)
        # Of `True` and `1`, which are the same to Python, only constants have both.
        is_uniform = form is not CONSTANT and len(column) > 1 and column.count(column[0]) == len(column)
        columns.append(column[:1] if is_uniform else column)
    return columns


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

    Raises what comes of reading something else: ValueError, TypeError, LookupError or AttributeError.
    """
    given = dict(zip(CLASSES, summary, strict=True))
    groups: _Groups = {cls: list(map(object.__new__, repeat(cls, columns[0]))) for cls, columns in given.items()}
    record = groups[ModuleRecord][0]
    if not isinstance(record, ModuleRecord):
        raise TypeError("a summary without a module")
    origin = Origin(walk, record, groups, given)
    for group in groups.values():
        deque(map(_set_origin, group, repeat(origin)), maxlen=0)
    origin.fill(ModuleRecord)
    record.path = path
    return record


def has_nodes(record: ModuleRecord) -> bool:
    """Whether a module has its nodes: it was walked with them, or somebody has asked for one."""
    return not hasattr(record, "_origin") or record._origin.is_asked


class Origin:
    """Where the objects of a module get what they do not have yet: from its summary, or from its tree."""

    def __init__(
        self,
        walk: Callable[[], ModuleRecord],
        record: ModuleRecord,
        groups: _Groups | None = None,
        summary: dict[type[Any], list[Any]] | None = None,
    ) -> None:
        self._walk: Callable[[], ModuleRecord] | None = walk
        self._record = record
        self._groups = groups or {}
        self._summary = summary or {}
        """What no object has been given yet, by class: of most modules, nobody asks for more than a few."""
        self._objects: Objects = [*_OWNERLESS, *(item for group in self._groups.values() for item in group)]

    def supply(self, item: object, name: str) -> object:
        """Something that an object does not have yet; raises AttributeError for what it has not at all."""
        if self.fill(type(item)):
            # What is missing still, only the tree has.
            with suppress(AttributeError):
                return object.__getattribute__(item, name)
        self.fetch()
        return object.__getattribute__(item, name)

    def fill(self, cls: type[Any]) -> bool:
        """Gives all objects of a class what the summary says of them; says whether there was anything to give."""
        columns = self._summary.pop(cls, None)
        if columns is None:
            return False
        count, *rest = columns
        group = self._groups[cls]
        for (name, form), column in zip(FORMS[cls].items(), rest, strict=True):
            whole = column * count if len(column) == 1 else column
            place = getattr(cls, name).__set__
            if form is NODE:
                for item, has_node in zip(group, whole, strict=True):
                    if not has_node:
                        place(item, None)
            else:
                deque(map(place, group, form.read(whole, self._objects)), maxlen=0)
        return True

    def fill_all(self) -> None:
        """Gives all objects what the summary says of them."""
        for cls in list(self._summary):
            self.fill(cls)

    @property
    def is_asked(self) -> bool:
        """Whether somebody has asked for a node."""
        return self._walk is None

    def fetch(self) -> None:
        """Gives every object its nodes; raises `NotTheSame` where those cannot be told."""
        if self._walk is None:
            return
        walk, self._walk = self._walk, None
        self.fill_all()
        try:
            groups, own = _grouped(walk()), self._groups or _grouped(self._record)
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
        self._groups = {}


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
