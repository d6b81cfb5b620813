"""The stubs that come with the linter, each parsed and walked once a process: they never change while it runs."""

from __future__ import annotations

import functools
from functools import partial
from pathlib import Path

from ..module_paths import DRIVERS
from ..parsing import parse
from ..quick_tree import quick_tree
from .module_walk import walk_module
from .records import ModuleRecord
from .summary import fetching


@functools.cache
def stub_record(path: Path) -> ModuleRecord:
    """What a stub declares; records are only read after their walk, so that all projects share it."""
    tree = quick_tree(path.read_text(encoding="utf-8"))
    if tree is None:
        return _walked_in_full(path)
    return fetching(walk_module(ModuleRecord(path, tree.parsed, is_stub=True), tree), partial(_walked_in_full, path))


def _walked_in_full(path: Path) -> ModuleRecord:
    from ..full_tree import FullTree

    parsed = parse(path, path.read_bytes())
    return walk_module(ModuleRecord(path, parsed, is_stub=True), FullTree(parsed.tree))


def driver_stubs() -> list[ModuleRecord]:
    """What the stubs of all drivers declare."""
    return [stub_record(path) for path in sorted(DRIVERS.glob("*.pyi"))]
