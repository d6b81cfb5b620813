"""Why a broken place was missed, as far as the linter's own records tell.

This looks into the linter, which is fine here: places are chosen without it, and only then is a miss explained.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path

from asyncdb_lint.decoding import UnparsableFile
from asyncdb_lint.full_tree import FullTree
from asyncdb_lint.module_paths import ModulePaths
from asyncdb_lint.parsing import parse
from asyncdb_lint.screen import screened
from asyncdb_lint.semantics.linking import ModuleIndex
from asyncdb_lint.semantics.module_walk import walk_module
from asyncdb_lint.semantics.project_facts import ProjectFacts
from asyncdb_lint.semantics.records import CallRecord, ModuleRecord, Use, UseKind
from asyncdb_lint.semantics.resolve import Resolver
from asyncdb_lint.semantics.values import FunctionValue, Value

from .mutation import Expected


def explain(files: Sequence[Path], overrides: Mapping[Path, bytes], missed: Sequence[Expected]) -> list[str]:
    """One short cause for each missed place."""
    contents = {path: overrides.get(path) or path.read_bytes() for path in files}
    records: dict[Path, ModuleRecord | None] = {}

    def load(path: Path) -> ModuleRecord | None:
        if path not in records:
            records[path] = None
            try:
                parsed = parse(path, contents[path] if path in contents else path.read_bytes())
            except UnparsableFile:
                return None
            records[path] = walk_module(ModuleRecord(path, parsed, is_stub=path not in contents), FullTree(parsed.tree))
        return records[path]

    modules = [record for path in sorted(screened(contents).matters) if (record := load(path)) is not None]
    facts = ProjectFacts(Resolver(modules, ModuleIndex(ModulePaths(contents), load)))
    return [_cause(facts, records.get(item.mutation.path), item) for item in missed]


def _cause(facts: ProjectFacts, module: ModuleRecord | None, due: Expected) -> str:
    if due.mutation.rule not in ("ADB101", "ADB102"):
        return "not reported"
    if module is None:
        return "the module was screened out or does not parse"
    parsed = module.parsed
    starting = [call for call in module.calls if parsed.offset_of(parsed.range_of(call.node).start) == due.offset]
    if not starting:
        return "the walk records no call here"
    # `db.table().execute()`: of those that start here the whole expression was awaited.
    return _cause_of_call(facts, max(starting, key=lambda call: parsed.range_of(call.node).end))


def _cause_of_call(facts: ProjectFacts, call: CallRecord) -> str:
    values = facts.resolver.resolve(call.callee)
    if facts.coroutines.made_by(call) is not None:
        excuses = [use for use in call.uses if _excuses(facts, call, use)]
        return (
            f"a coroutine, not judged lost: {', '.join(dict.fromkeys(map(_shown_use, excuses))) or 'all uses together'}"
        )
    if not values:
        return "receiver unknown"
    return f"means {', '.join(sorted({_shown(value) for value in values}))}, no coroutine of the database"


def _excuses(facts: ProjectFacts, call: CallRecord, use: Use) -> bool:
    """Whether a use alone keeps the linter quiet."""
    alone = copy(call)
    alone.uses = [use]
    return facts.coroutines.loss(alone) is None


def _shown_use(use: Use) -> str:
    to = f" to `{use.call.module.parsed.code_of(use.call.node.func)[:50]}`" if use.call is not None else ""
    where = "" if use.kind is not UseKind.RETURNED else f" from {use.function.qualname}"
    return f"{use.kind.value}{to}{where}{' inside something' if use.contained else ''}"


def _shown(value: Value) -> str:
    if isinstance(value, FunctionValue):
        return f"function {value.function.qualname}"
    return f"{type(value).__name__} {getattr(value, 'dotted', '')}".strip()
