"""SARIF 2.1.0, for code scanning: rules with their pages, fixes, related places and fingerprints."""

from __future__ import annotations

from pathlib import Path

from asyncdb_lint import __version__
from asyncdb_lint.diagnostics import Applicability, Diagnostic, Edit, Fix, Range, RelatedPlace, Severity
from asyncdb_lint.fingerprints import VERSION
from asyncdb_lint.pages import Page, first_sentence, load_page
from asyncdb_lint.report.encoding import json_text
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.lines import escaped
from asyncdb_lint.report.places import folder_uri, repository, uri
from asyncdb_lint.report.prose import help_of

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = f"asyncdbLint/v{VERSION}"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_PROBLEM_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "recommendation"}
_ROOT = "SRCROOT"


def render(report: Report) -> str:
    """Renders one run."""
    root = repository()
    rules = {diagnostic.code: diagnostic for diagnostic in sorted(report.diagnostics, key=lambda found: found.code)}
    indices = {code: index for index, code in enumerate(rules)}
    results = [
        _result(diagnostic, indices[diagnostic.code], report, root, fingerprint, symbol)
        for diagnostic, fingerprint, symbol in zip(report.diagnostics, report.fingerprints, report.symbols, strict=True)
    ]
    driver = {
        "name": "asyncdb-lint",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(example) for example in rules.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "originalUriBaseIds": {_ROOT: {"uri": folder_uri(root)}},
        "results": results,
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(example: Diagnostic) -> dict[str, object]:
    """A rule as its page explains it; the page has its own severity, which settings may have changed."""
    page = load_page(example.code)
    severity = next(
        (found for found in Severity if page.facts and found.value in page.facts[0].lower()), example.severity
    )
    return {
        "id": page.code,
        "name": page.name,
        "shortDescription": {"text": first_sentence(page.summary)},
        "fullDescription": {"text": page.summary},
        "help": {"text": page.summary, "markdown": page.text},
        "defaultConfiguration": {"level": _LEVELS[severity]},
        "properties": {"problem.severity": _PROBLEM_LEVELS[severity], "precision": "high", **_security(page)},
    }


def _security(page: Page) -> dict[str, object]:
    """What code scanning asks of a rule of security: it ranks by the number, and names the weakness by its tag."""
    if page.security_severity is None:
        return {}
    tags = [f"external/cwe/cwe-{int(name.removeprefix('CWE-')):03}" for name in page.cwe]
    return {"security-severity": page.security_severity, "tags": ["security", *tags]}


def _result(
    diagnostic: Diagnostic, index: int, report: Report, root: Path, fingerprint: str, symbol: str
) -> dict[str, object]:
    place: dict[str, object] = _location(diagnostic.path, diagnostic.range, report, root)
    if symbol:
        place["logicalLocations"] = [{"fullyQualifiedName": symbol}]
    found: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": index,
        "level": _LEVELS[diagnostic.severity],
        "message": {"text": _message(diagnostic.message, help_of(diagnostic))},
        "locations": [place],
        "partialFingerprints": {FINGERPRINT: fingerprint},
    }
    if diagnostic.related:
        found["relatedLocations"] = [
            _related(number, other, report, root) for number, other in enumerate(diagnostic.related, 1)
        ]
    # What is offered here is applied by a click.
    if diagnostic.fix and diagnostic.fix.applicability is not Applicability.DISPLAY:
        found["fixes"] = [_fix(diagnostic.fix, root)]
    return found


def _related(number: int, place: RelatedPlace, report: Report, root: Path) -> dict[str, object]:
    location = _location(place.path, place.range, report, root)
    return {"id": number, "message": {"text": _message(place.message)}, **location}


def _fix(fix: Fix, root: Path) -> dict[str, object]:
    by_file: dict[Path, list[Edit]] = {}
    for edit in fix.edits:
        by_file.setdefault(edit.path, []).append(edit)
    unsafe = " (unsafe: look at it)" if fix.applicability is Applicability.UNSAFE else ""
    return {
        "description": {"text": _message(fix.message) + unsafe},
        "artifactChanges": [
            {"artifactLocation": _artifact(path, root), "replacements": list(map(_replacement, edits))}
            for path, edits in by_file.items()
        ],
        "properties": {"applicability": fix.applicability.value},
    }


def _replacement(edit: Edit) -> dict[str, object]:
    return {"deletedRegion": _region(edit.range), "insertedContent": {"text": edit.content}}


def _location(path: Path, place: Range, report: Report, root: Path) -> dict[str, object]:
    region = _region(place)
    lines = report.lines.get(path, [])
    if place.end.line <= len(lines):
        region["snippet"] = {"text": "\n".join(lines[place.start.line - 1 : place.end.line])}
    return {"physicalLocation": {"artifactLocation": _artifact(path, root), "region": region}}


def _artifact(path: Path, root: Path) -> dict[str, str]:
    found = uri(path, root)
    return {"uri": found} if found.startswith("file:") else {"uri": found, "uriBaseId": _ROOT}


def _region(place: Range) -> dict[str, object]:
    return {
        "startLine": place.start.line,
        "startColumn": place.start.column,
        "endLine": place.end.line,
        "endColumn": place.end.column,
    }


def _message(text: str, help_line: str | None = None) -> str:
    # `[text](1)` would be a link to a related place.
    shown = [escaped(part).replace("](", "] (") for part in (text, help_line) if part]
    return "\nhelp: ".join(shown)
