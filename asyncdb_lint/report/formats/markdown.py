"""Markdown for the summary of a CI job, or a comment: counts by rule, then the findings of each file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from asyncdb_lint.diagnostics import Applicability, Diagnostic
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.lines import counted, escaped
from asyncdb_lint.report.places import below, quoted, repository
from asyncdb_lint.report.prose import help_of, parts
from asyncdb_lint.report.text import counts, is_fixable

LARGEST = 1000 * 1024
"""GitHub shows no summary that is larger than 1 MiB."""
_PUNCTUATION = re.compile(r"[\\`*_{}\[\]<>#|~$&!@]|://|(?<=www)\.", re.IGNORECASE)
_MARKS = {Applicability.SAFE: "safe fix", Applicability.UNSAFE: "unsafe fix"}


def render(report: Report) -> str:
    """Renders counts and findings; what no summary would hold is left out, and said to be."""
    text = _heading(report) + _table(report)
    shown = 0
    for path, diagnostics in report.by_file:
        section = "\n".join(_section(path, diagnostics)) + "\n"
        if len(text.encode()) + len(section.encode()) > LARGEST:
            left_out = counted(len(report.diagnostics) - shown, "finding")
            return f"{text}\n{left_out} more: too many for one page.\n"
        text += section
        shown += len(diagnostics)
    return text


def statistics(report: Report) -> str:
    """Counts the findings of each rule."""
    return _heading(report) + _table(report)


def _heading(report: Report) -> str:
    if not report.diagnostics:
        return f"## asyncdb-lint: all checks passed\n\n{counted(report.checked, 'file')} checked.\n"
    total = counted(len(report.diagnostics), "finding")
    files = counted(len({diagnostic.path for diagnostic in report.diagnostics}), "file")
    return f"## asyncdb-lint: {total} in {files}\n"


def _table(report: Report) -> str:
    if not report.diagnostics:
        return ""
    lines = ["", "| rule | | severity | findings | fixable |", "|---|---|---|---:|---:|"]
    for group in counts(report.diagnostics):
        fixable = sum(is_fixable(diagnostic.fix, unsafe=report.unsafe) for diagnostic in group)
        first = group[0]
        lines.append(f"| {first.code} | {first.name} | {first.severity.value} | {len(group)} | {fixable or ''} |")
    return "\n".join([*lines, ""])


def _section(path: Path, diagnostics: list[Diagnostic]) -> Iterator[str]:
    file = below(path, repository())
    yield f"\n### {_code(file)}\n"
    link = _link(path)
    for diagnostic in diagnostics:
        start = diagnostic.range.start
        place = f"{start.line}:{start.column}"
        shown = f"[{place}]({link}#L{start.line})" if link else place
        fix = _MARKS.get(diagnostic.fix.applicability) if diagnostic.fix else None
        kind = f"{diagnostic.severity.value}, {fix}" if fix else diagnostic.severity.value
        yield f"- {shown} **{diagnostic.code}** ({kind}): {_prose(diagnostic.message)}"
        if help_line := help_of(diagnostic):
            yield f"  <br>help: {_prose(help_line)}"


def _link(path: Path) -> str | None:
    """Where GitHub shows the file, in a run of its Actions."""
    parts_of_url = [os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA")]
    absolute, root = path.absolute(), repository()
    if not all(parts_of_url) or not absolute.is_relative_to(root):
        return None
    server, name, commit = parts_of_url
    return f"{server}/{name}/blob/{commit}/{quoted(absolute.relative_to(root))}"


def _prose(sentence: str) -> str:
    return "".join(_code(piece) if is_code else _plain(piece) for piece, is_code in parts(sentence))


def _plain(text: str) -> str:
    return _PUNCTUATION.sub(lambda found: f"\\{found[0]}", escaped(text))


def _code(text: str) -> str:
    """A code span, whose fence is longer than any in it."""
    shown = escaped(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", shown)), default=0) + 1)
    space = " " if shown[:1] in "` " or shown[-1:] in "` " else ""
    return f"{fence}{space}{shown}{space}{fence}"
