"""Forgotten awaits: of queries, of project functions that query, of what opens, closes, commits and rolls back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import libcst as cst

from ..mutation import Edit, Mutation
from ..sites import Project, Site


def forgotten_awaits(project: Project) -> Iterator[Mutation]:
    """Every awaited query, its `await` removed."""
    sites = (site for site in project.query_sites if site.method != "iterate")
    yield from _without_await("forgotten-await", "ADB101", sites)


def forgotten_driver_awaits(project: Project) -> Iterator[Mutation]:
    """Every awaited query of another asynchronous driver, its `await` removed."""
    yield from _without_await("forgotten-await-of-driver", "ADB101", project.driver_sites)


def forgotten_wrapper_awaits(project: Project) -> Iterator[Mutation]:
    """Every awaited project function that queries, its `await` removed."""
    yield from _without_await("forgotten-await-of-wrapper", "ADB101", project.wrapper_sites)


def forgotten_lifecycle_awaits(project: Project) -> Iterator[Mutation]:
    """Every awaited `connect()` and its like, the `await` removed."""
    yield from _without_await("forgotten-await-of-lifecycle", "ADB102", project.lifecycle_sites)


def _without_await(kind: str, rule: str, sites: Iterable[Site]) -> Iterator[Mutation]:
    for site in sites:
        source, call = site.source, site.call
        awaited = source.awaited_by(call)
        if awaited is None:
            continue
        start = source.start(awaited)
        gap = cst.Module([]).code_for_node(awaited.whitespace_after_await)
        line = source.line(call)
        yield Mutation(
            kind=kind,
            rule=rule,
            path=source.path,
            edits=(Edit(start, start + len("await") + len(gap)),),
            anchor=source.start(call),
            group=site.function.key if site.function else (source.path, 0),
            line=line,
            shown=source.line_text(line),
        )
