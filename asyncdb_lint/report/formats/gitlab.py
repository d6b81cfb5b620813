"""GitLab's code quality report, which merge requests show and compare with that of the target branch."""

from __future__ import annotations

import hashlib
import os

from asyncdb_lint.diagnostics import Severity
from asyncdb_lint.report.encoding import json_text
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.lines import escaped
from asyncdb_lint.report.places import below, repository
from asyncdb_lint.report.prose import help_of

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def render(report: Report) -> str:
    """Renders the array of issues."""
    root = repository()
    issues: list[dict[str, object]] = []
    for diagnostic, fingerprint in zip(report.diagnostics, report.fingerprints, strict=True):
        path = below(diagnostic.path, root)
        start, end = diagnostic.range.start, diagnostic.range.end
        help_line = help_of(diagnostic)
        issues.append(
            {
                "type": "issue",
                "check_name": diagnostic.code,
                "description": f"{diagnostic.code}: {escaped(diagnostic.message)}",
                **({"content": {"body": escaped(help_line)}} if help_line else {}),
                "categories": ["Bug Risk"],
                "severity": _SEVERITIES[diagnostic.severity],
                # Unique over the whole report, whereas ours is so within a file.
                "fingerprint": hashlib.sha256(os.fsencode(path) + b"\0" + fingerprint.encode()).hexdigest()[:32],
                "location": {
                    "path": path,
                    "positions": {
                        "begin": {"line": start.line, "column": start.column},
                        "end": {"line": end.line, "column": end.column},
                    },
                    "lines": {"begin": start.line, "end": end.line},
                },
            }
        )
    return json_text(issues) + "\n"
