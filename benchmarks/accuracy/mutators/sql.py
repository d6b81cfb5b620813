"""Pitfalls of SQL text: a bound value put into the text, a bind value dropped, a bind key misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from ..mutation import Edit, Mutation
from ..sites import Project, Site
from .shapes import Bind, argument, behind_name, binds, is_handler, is_test, text_type_of


@dataclass(frozen=True, slots=True)
class _Statement:
    """A query with literal SQL and a literal dict of values."""

    site: Site
    text: cst.SimpleString
    values: cst.Dict
    binds: list[Bind]


def interpolated_values(project: Project) -> Iterator[Mutation]:
    """`:name` with a value becomes `'{name}'` in an f-string, where the value is a text parameter of a handler."""
    yield from _interpolated("interpolated-value", project, handlers=True)


def interpolated_values_behind_handlers(project: Project) -> Iterator[Mutation]:
    """The same with a text parameter of any other function, not of tests: nobody outside fills those in."""
    yield from _interpolated("interpolated-value-behind-handler", project, handlers=False)


def _interpolated(kind: str, project: Project, *, handlers: bool) -> Iterator[Mutation]:
    for statement in _statements(project):
        site, text = statement.site, statement.text
        in_tests = is_test(project.repository.relative(site.source.path))
        if site.function is None or is_handler(site.function) is not handlers or in_tests:
            continue
        for bind in statement.binds:
            if project.is_harmless(kind, site, site.source.text_of(bind.value)):
                continue
            raw = text.raw_value
            hole = re.compile(rf"(?<![:\w\\]):{re.escape(bind.key)}\b(?!['\w])")
            places = list(hole.finditer(raw))
            if len(places) != 1 or not text_type_of(site, bind.value) or "{" in raw or "}" in raw or text.prefix:
                continue
            match = places[0]
            start = site.source.start(text) + len(text.quote) + match.start()
            quote = '"' if "'" in text.quote else "'"
            expression = site.source.text_of(bind.value)
            edits = (
                Edit(site.source.start(text), site.source.start(text), "f"),
                Edit(start, start + len(match.group()), f"{quote}{{{expression}}}{quote}"),
                *_removal(statement, bind),
            )
            yield _mutation(kind, "ADB401", statement, bind, edits, start, into=2)


def dropped_binds(project: Project) -> Iterator[Mutation]:
    """One value of a query is left out: PostgreSQL binds NULL."""
    for statement in _statements(project):
        for bind in _used(statement):
            edits = tuple(_removal(statement, bind))
            yield _mutation("dropped-bind", "ADB402", statement, bind, edits, 0, wide=True)


def renamed_binds(project: Project) -> Iterator[Mutation]:
    """One key of the values is misspelt."""
    for statement in _statements(project):
        for bind in _used(statement):
            end = statement.site.source.end(bind.node.key) - 1
            yield _mutation("renamed-bind", "ADB402", statement, bind, (Edit(end, end, "_id"),), 0, wide=True)


def _used(statement: _Statement) -> Iterator[Bind]:
    """The values whose placeholder stands in the text."""
    text = str(statement.text.evaluated_value)
    for bind in statement.binds:
        if re.search(rf"(?<![:\w\\]):{re.escape(bind.key)}\b", text):
            yield bind


def _statements(project: Project) -> Iterator[_Statement]:
    for site in project.query_sites:
        if site.method == "execute_many":
            continue
        text = behind_name(site, argument(site.call, 0, "query"))
        values = behind_name(site, argument(site.call, 1, "values"))
        entries = binds(values)
        if (
            isinstance(text, cst.SimpleString)
            and isinstance(text.evaluated_value, str)
            and entries
            and isinstance(values, cst.Dict)
        ):
            yield _Statement(site, text, values, entries)


def _removal(statement: _Statement, bind: Bind) -> list[Edit]:
    """Takes one entry out of the dict, with the comma that goes with it."""
    source, entries = statement.site.source, statement.binds
    index = entries.index(bind)
    start, end = source.start(bind.node.key), source.end(bind.value)
    if index + 1 < len(entries):
        return [Edit(start, source.start(entries[index + 1].node.key))]
    if index:
        return [Edit(source.end(entries[index - 1].value), end)]
    # The only one: its comma may not stay behind alone.
    comma = bind.node.comma
    after = source.end(comma) if isinstance(comma, cst.Comma) else end
    return [Edit(start, after)]


def _mutation(
    kind: str,
    rule: str,
    statement: _Statement,
    bind: Bind,
    edits: tuple[Edit, ...],
    anchor: int,
    *,
    into: int = 0,
    wide: bool = False,
) -> Mutation:
    site = statement.site
    source = site.source
    line = source.line(site.call)
    span = 0
    if wide:
        # The finding may stand at the text, the dict, or anywhere in the call.
        places = [statement.text, statement.values, site.call]
        anchor = min(source.start(node) for node in places)
        span = (
            max(source.end(node) for node in places)
            - anchor
            - sum(edit.end - edit.start - len(edit.text) for edit in edits)
        )
    group = site.function.key if site.function else (source.path, 0)
    shown = f"[{bind.key}={source.text_of(bind.value)}] {source.line_text(line)}"
    return Mutation(kind, rule, source.path, edits, anchor, group, line, shown, into, span)
