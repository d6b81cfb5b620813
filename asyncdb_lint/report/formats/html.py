"""One page of HTML for a browser: counts by rule and by file, every finding with its code, and a filter.

The page loads nothing, and everything can be read without its script. What the linted project says is text only: the
page's policy lets no script and no style run but its own two, by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from asyncdb_lint import __version__
from asyncdb_lint.diagnostics import Diagnostic, Range, Severity
from asyncdb_lint.pages import load_page
from asyncdb_lint.report import frames, patches
from asyncdb_lint.report.encoding import xml_text
from asyncdb_lint.report.findings import Report
from asyncdb_lint.report.lines import Line, Style, counted
from asyncdb_lint.report.places import below, repository
from asyncdb_lint.report.prose import help_of, parts
from asyncdb_lint.report.text import FIX_NOTES, counts, is_fixable

_PAGE = Path(__file__).parent.parent / "page"
_CLASSES = {
    Style.STRONG: "strong",
    Style.ERROR: "error",
    Style.WARNING: "warning",
    Style.INFO: "info",
    Style.FRAME: "frame",
    Style.FIXABLE: "fixable",
    Style.ADDED: "added",
    Style.REMOVED: "removed",
}
_STYLES = {Severity.ERROR: Style.ERROR, Severity.WARNING: Style.WARNING, Severity.INFO: Style.INFO}
_NOUNS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "hint"}


def render(report: Report) -> str:
    """Renders the page."""
    style, script = (_asset(name) for name in ("style.css", "script.js"))
    policy = (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; "
        "base-uri 'none'; form-action 'none'"
    )
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{xml_text(policy)}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<link rel="icon" href="data:,">',
            f"<title>{_title(report)} - asyncdb-lint</title>",
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            *_head(report),
            *_findings(report),
            f"<footer>asyncdb-lint {__version__}</footer>",
            f"<script>{script}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _asset(name: str) -> str:
    return "\n" + (_PAGE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _title(report: Report) -> str:
    if not report.diagnostics:
        return "All checks passed"
    files = len({diagnostic.path for diagnostic in report.diagnostics})
    return f"{counted(len(report.diagnostics), 'finding')} in {counted(files, 'file')}"


def _head(report: Report) -> Iterator[str]:
    yield f"<header><h1>{_title(report)}</h1>"
    tallies: list[str] = []
    for severity, noun in _NOUNS.items():
        total = sum(diagnostic.severity is severity for diagnostic in report.diagnostics)
        if total:
            tallies.append(f'<li class="{severity.value}">{counted(total, noun)}</li>')
    fixable = sum(is_fixable(diagnostic.fix, unsafe=report.unsafe) for diagnostic in report.diagnostics)
    tallies += [f'<li class="fixable">{fixable} fixable</li>'] if fixable else []
    yield f'<ul class="tallies">{"".join(tallies)}<li>{counted(report.checked, "file")} checked</li></ul></header>'
    if report.diagnostics:
        yield '<div class="charts">'
        yield from _chart("By rule", "rule", _bars_of_rules(report))
        yield from _chart("By file", "file", _bars_of_files(report))
        yield "</div>"


def _bars_of_rules(report: Report) -> Iterator[tuple[str, str, list[Diagnostic]]]:
    for group in counts(report.diagnostics):
        first = group[0]
        label = f'<b class="{first.severity.value}">{first.code}</b> {xml_text(first.name)}'
        yield first.code, f'<span title="{xml_text(load_page(first.code).summary)}">{label}</span>', group


def _bars_of_files(report: Report) -> Iterator[tuple[str, str, list[Diagnostic]]]:
    root = repository()
    for path, group in sorted(report.by_file, key=lambda entry: -len(entry[1])):
        file = xml_text(below(path, root))
        yield file, f"<code>{file}</code>", group


def _chart(title: str, kind: str, bars: Iterable[tuple[str, str, list[Diagnostic]]]) -> Iterator[str]:
    """A table whose cells are bars, so that it is read aloud as what it is."""
    yield f"<section><h2>{title}</h2><table>"
    longest = 0
    for key, label, group in bars:
        longest = longest or len(group)
        yield f'<tr data-kind="{kind}" data-key="{key}"><th scope="row">{label}</th><td>{_bar(group, longest)}</td>'
        yield f'<td class="count">{len(group)}</td></tr>'
    yield "</table></section>"


def _bar(group: list[Diagnostic], longest: int) -> str:
    pieces: list[str] = []
    start = 0.0
    for severity in Severity:
        share = 100 * sum(diagnostic.severity is severity for diagnostic in group) / longest
        if share:
            pieces.append(f'<rect class="{severity.value}" x="{start:.2f}%" width="{share:.2f}%" height="100%"/>')
            start += share
    return f'<svg class="bar" aria-hidden="true">{"".join(pieces)}</svg>'


def _findings(report: Report) -> Iterator[str]:
    if not report.diagnostics:
        return
    root = repository()
    severities = [severity for severity in Severity if any(d.severity is severity for d in report.diagnostics)]
    yield '<form id="filter" hidden><label>Filter <input type="search" name="text" placeholder="text, code or file">'
    yield "</label>"
    for severity in severities:
        yield f'<label><input type="checkbox" name="{severity.value}" checked> {_NOUNS[severity]}s</label>'
    yield '<label><input type="checkbox" name="fixable"> fixable only</label>'
    yield '<span id="chosen"></span><output id="shown"></output></form><main>'
    for path, group in report.by_file:
        file = xml_text(below(path, root))
        yield f'<section class="file"><h2><code>{file}</code></h2>'
        for diagnostic in group:
            yield from _finding(diagnostic, file, report)
        yield "</section>"
    yield "</main>"


def _finding(diagnostic: Diagnostic, file: str, report: Report) -> Iterator[str]:
    severity, start = diagnostic.severity.value, diagnostic.range.start
    fixable = is_fixable(diagnostic.fix, unsafe=report.unsafe)
    yield (
        f'<article data-rule="{diagnostic.code}" data-file="{file}" data-severity="{severity}"'
        f"{' data-fixable' if fixable else ''}>"
    )
    mark = ' <span class="fixable" title="fixable">[*]</span>' if fixable else ""
    yield f'<h3><b class="{severity}">{diagnostic.code}</b>{mark} {_prose(diagnostic.message)}</h3>'
    yield (
        f'<p class="place"><code>{file}:{start.line}:{start.column}</code> {xml_text(diagnostic.name)}, '
        f"{_NOUNS[diagnostic.severity]}</p>"
    )
    yield from _frame(diagnostic.path, diagnostic.range, report, _STYLES[diagnostic.severity])
    for place in diagnostic.related:
        other = xml_text(below(place.path, repository()))
        where = f"{other}:{place.range.start.line}:{place.range.start.column}"
        yield f'<p class="note"><b>note</b> {_prose(place.message)} <code>{where}</code></p>'
        yield from _frame(place.path, place.range, report, Style.INFO)
    if help_line := help_of(diagnostic):
        yield f'<p class="help"><b>help</b> {_prose(help_line)}</p>'
    if diagnostic.fix:
        lines = patches.patch(diagnostic.fix, report.lines, home=diagnostic.path)
        note = FIX_NOTES.get(diagnostic.fix.applicability)
        shown = f"<p>{note}.</p>" if note else ""
        yield f"<details><summary>What the fix changes</summary>{shown}{_code(lines)}</details>"
    yield "</article>"


def _frame(path: Path, place: Range, report: Report, style: Style) -> Iterator[str]:
    lines = report.lines.get(path, [])
    if place.end.line <= len(lines) and any(lines):
        width = frames.gutter_width([place], lines=len(lines))
        yield _code(list(frames.frame(lines, place, width=width, style=style))[1:])


def _code(lines: Iterable[Line]) -> str:
    return f'<pre tabindex="0">{"".join(_line(line) for line in lines)}</pre>'


def _line(line: Line) -> str:
    spans = (
        f'<span class="{_CLASSES[span.style]}">{xml_text(span.text)}</span>'
        if span.style in _CLASSES
        else xml_text(span.text)
        for span in line
    )
    return "".join(spans) + "\n"


def _prose(sentence: str) -> str:
    return "".join(
        f"<code>{xml_text(piece)}</code>" if is_code else xml_text(piece) for piece, is_code in parts(sentence)
    )
