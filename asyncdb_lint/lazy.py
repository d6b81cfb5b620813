"""Names and modules of a package that are imported when they are first used: start-up pays for what a run needs."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import TYPE_CHECKING

__all__ = ["cst", "lazy_modules", "lazy_names"]


class _Later(ModuleType):
    """A module that is imported when it is first asked for something."""

    def __getattr__(self, name: str) -> object:
        found = getattr(importlib.import_module(self.__name__), name)
        setattr(self, name, found)
        return found


if TYPE_CHECKING:
    import libcst as cst
else:
    cst = _Later("libcst")
    """LibCST, whose import takes longer than linting a small project: a run that reports nothing goes without it."""


def lazy_names(package: str, homes: Mapping[str, tuple[str, ...]]) -> Callable[[str], object]:
    """The `__getattr__` of a package, by the names that each of its modules is home to."""
    home_of = {name: module for module, names in homes.items() for name in names}

    def find(name: str) -> object:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        found = getattr(importlib.import_module(home_of[name]), name)
        setattr(sys.modules[package], name, found)
        return found

    return find


def lazy_modules(package: str) -> Callable[[str], ModuleType]:
    """The `__getattr__` of a package whose modules are used as `package.module.name`."""

    def find(name: str) -> ModuleType:
        try:
            return importlib.import_module(f"{package}.{name}")
        except ModuleNotFoundError as error:
            raise AttributeError(f"module {package!r} has no attribute {name!r}") from error

    return find
