"""Findings for programs, in the shape of Ruff's JSON: an array, one object a finding.

Beyond Ruff's keys a finding has `help`, `related` and `fingerprint`, and an edit its `filename`, because a fix may
span files. Applicability is one of `safe`, `unsafe` and `display`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from asyncdb_lint.diagnostics import Diagnostic, Edit, Fix, Position, Range
from asyncdb_lint.pages import Page
from asyncdb_lint.report.encoding import json_text
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.text import counts


def records(report: Report) -> Iterator[dict[str, object]]:
    """The findings, each as an object."""
    for diagnostic, fingerprint in zip(report.diagnostics, report.fingerprints, strict=True):
        yield _diagnostic(diagnostic, fingerprint)


def counts_of_rules(diagnostics: Iterable[Diagnostic]) -> Iterator[dict[str, object]]:
    """How many findings each rule has, the most frequent first."""
    for group in counts(diagnostics):
        yield {
            "code": group[0].code,
            "name": group[0].name,
            "count": len(group),
            "fixable": sum(diagnostic.fix is not None for diagnostic in group),
        }


def pages_as_json(pages: Page | Iterable[Page]) -> str:
    """Renders one rule as an object, several as an array."""
    shown = _page(pages) if isinstance(pages, Page) else [_page(page) for page in pages]
    return json_text(shown)


def _page(page: Page) -> dict[str, object]:
    severity, fix, since, *_ = page.facts
    return {
        "code": page.code,
        "name": page.name,
        "summary": page.summary,
        "severity": severity.lower(),
        "fix": fix,
        "since": since.removeprefix("since "),
        "default": page.is_default,
        "cwe": page.cwe,
        "security_severity": page.security_severity,
        "explanation": page.text,
    }


def _diagnostic(diagnostic: Diagnostic, fingerprint: str) -> dict[str, object]:
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "help": diagnostic.help,
        **_place(diagnostic.path, diagnostic.range),
        "fix": _fix(diagnostic.fix) if diagnostic.fix else None,
        "related": [{"message": place.message, **_place(place.path, place.range)} for place in diagnostic.related],
        "fingerprint": fingerprint,
        "url": None,
    }


def _fix(fix: Fix) -> dict[str, object]:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, object]:
    return {"content": edit.content, **_place(edit.path, edit.range)}


def _place(path: Path, range_: Range) -> dict[str, object]:
    return {
        "filename": str(path.absolute()),
        "location": _position(range_.start),
        "end_location": _position(range_.end),
    }


def _position(position: Position) -> dict[str, int]:
    return {"row": position.line, "column": position.column}
