"""What settings tell of a project that its source does not: its database classes, and its oldest Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from . import members
from .records import ClassRecord, ModuleRecord
from .terms import Import, last_name
from .values import ClassValue, ModuleValue, Values

if TYPE_CHECKING:
    from .resolve import Resolver

_USUAL_DRIVER = "databases"


class Hints(NamedTuple):
    """The part of a project's settings that says what things are."""

    database_types: tuple[str, ...] = ()
    """Dotted names of classes that do what a driver's do."""
    target_python: tuple[int, int] | None = None
    """The oldest Python that the code runs on; without it the project's metadata decide."""


def driver_classes_of(resolver: Resolver, hints: Hints) -> dict[ClassRecord, tuple[ClassRecord, ...]]:
    """For each class of the project that the hints name, the drivers' classes that it behaves like."""
    return {
        cls: _drivers(resolver, cls.module)
        for dotted in hints.database_types
        for cls in _named(resolver, dotted)
        if not cls.module.is_stub
    }


def usual_driver_class(resolver: Resolver) -> ClassRecord | None:
    """The driver's class that stands for a database of a library that is not known."""
    return next(iter(_drivers(resolver, None)), None)


def _named(resolver: Resolver, dotted: str) -> Iterator[ClassRecord]:
    """The classes of a dotted name, also where a package only hands them on."""
    parts = dotted.split(".")
    for module in resolver.modules:
        path = module.path.parent if module.path.stem == "__init__" else module.path.with_suffix("")
        for length in range(1, len(parts)):
            if path.parts[-length:] == tuple(parts[:length]):
                values: Values = (ModuleValue(module),)
                for name in parts[length:]:
                    values = members.attribute(resolver, values, name)
                yield from (value.cls for value in values if isinstance(value, ClassValue))


def _drivers(resolver: Resolver, module: ModuleRecord | None) -> tuple[ClassRecord, ...]:
    """The pools of the drivers that a module imports; where it imports none, those of all drivers."""
    by_package: dict[str, list[ClassRecord]] = {}
    for stub in resolver.index.driver_stubs():
        pools = [cls for cls in stub.classes if "pool" in map(last_name, cls.decorators)]
        by_package.setdefault(stub.path.name.split(".")[0], []).extend(pools)
    imported = {
        term.dotted.split(".")[0]
        for terms in (module.bindings.values() if module is not None else ())
        for term in terms
        if isinstance(term, Import)
    }
    chosen = [name for name in by_package if name in imported]
    # Sorted so, the usual one comes first and the others keep their order.
    every = sorted(by_package, key=lambda name: name != _USUAL_DRIVER)
    return tuple(cls for name in chosen or every for cls in by_package[name])
