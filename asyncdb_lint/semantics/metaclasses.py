"""What a metaclass puts on the classes that it makes, and what those classes have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import ClassRecord
from .values import NOTHING_KNOWN, ClassValue, Values, is_known, united

if TYPE_CHECKING:
    from .resolve import Resolver


def metaclass(resolver: Resolver, cls: ClassRecord) -> ClassRecord | None:
    """The project's metaclass of a class or of one above it."""
    for other in resolver.mro(cls)[0]:
        if other.metaclass is not None:
            for value in resolver.resolve(other.metaclass):
                if isinstance(value, ClassValue):
                    return value.cls
    return None


def given(resolver: Resolver, cls: ClassRecord, name: str) -> Values:
    """An attribute that the metaclass of a class sets or has; nothing if it has none."""
    maker = metaclass(resolver, cls)
    if maker is None or maker is cls:
        return ()
    stored = united(resolver.stores_of(maker, name))
    if stored:
        return stored
    for other in resolver.mro(maker)[0]:
        record = other.attributes.get(name)
        if record is not None:
            return united([resolver.resolve(term) for term in record.values])
    return ()


def of_classes(resolver: Resolver, maker: ClassRecord, name: str) -> Values:
    """An attribute of any class that a metaclass made, where all that have it agree that it is known."""
    groups = [
        resolver.attribute((ClassValue(cls),), name)
        for cls in resolver.made_by(maker)
        if name in cls.attributes or name in cls.methods
    ]
    found = united([group for group in groups if group != NOTHING_KNOWN])
    return found if is_known(found) else ()
