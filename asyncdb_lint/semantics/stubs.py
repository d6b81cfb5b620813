"""The stubs that come with the linter, each parsed and walked once a process: they never change while it runs."""

from __future__ import annotations

import functools
from pathlib import Path

from ..module_paths import DRIVERS
from ..parsing import parse
from .module_walk import walk_module
from .records import ModuleRecord


@functools.cache
def stub_record(path: Path) -> ModuleRecord:
    """What a stub declares; records are only read after their walk, so that all projects share it."""
    return walk_module(ModuleRecord(path, parse(path, path.read_bytes()), is_stub=True))


def driver_stubs() -> list[ModuleRecord]:
    """What the stubs of all drivers declare."""
    return [stub_record(path) for path in sorted(DRIVERS.glob("*.pyi"))]
