"""Findings as plain data and back: what the cache keeps, and what a worker process sends."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .diagnostics import Applicability, Diagnostic, Edit, Fix, FreedImport, Position, Range, RelatedPlace, Severity


def stored(diagnostic: Diagnostic) -> list[Any]:
    """A finding as lists, texts and numbers."""
    fix = diagnostic.fix
    return [
        diagnostic.code,
        diagnostic.name,
        diagnostic.message,
        diagnostic.severity.value,
        str(diagnostic.path),
        _range(diagnostic.range),
        diagnostic.help,
        fix
        and [
            fix.message,
            fix.applicability.value,
            [[str(edit.path), _range(edit.range), edit.content] for edit in fix.edits],
            [[str(freed.path), freed.module, freed.name] for freed in fix.freed],
        ],
        [[str(place.path), _range(place.range), place.message] for place in diagnostic.related],
    ]


def restored(data: list[Any], path_of: Callable[[str], Path] = Path) -> Diagnostic:
    """The finding that `stored` made data of; `path_of` may share the objects of equal paths."""
    code, name, message, severity, path, place, help_text, fix, related = data
    return Diagnostic(
        code,
        name,
        message,
        Severity(severity),
        path_of(path),
        _read_range(place),
        help_text,
        fix and _read_fix(fix, path_of),
        tuple(RelatedPlace(path_of(other), _read_range(there), said) for other, there, said in related),
    )


def _read_fix(data: list[Any], path_of: Callable[[str], Path]) -> Fix:
    message, applicability, edits, freed = data
    return Fix(
        message,
        Applicability(applicability),
        tuple(Edit(path_of(path), _read_range(place), content) for path, place, content in edits),
        tuple(FreedImport(path_of(path), module, name) for path, module, name in freed),
    )


def _range(place: Range) -> list[int]:
    return [place.start.line, place.start.column, place.end.line, place.end.column]


def _read_range(data: list[int]) -> Range:
    line, column, end_line, end_column = data
    return Range(Position(line, column), Position(end_line, end_column))
