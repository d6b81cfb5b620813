"""Findings for people: Ruff's full and concise styles, and the closing summary."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from asyncdb_lint.report.lines import BLANK, Line, Span, Style, counted, escaped
from asyncdb_lint.severity import Applicability, Severity

if TYPE_CHECKING:
    from asyncdb_lint.diagnostics import Diagnostic, Fix, Range

_STYLES = {Severity.ERROR: Style.ERROR, Severity.WARNING: Style.WARNING, Severity.INFO: Style.INFO}
FIX_NOTES = {
    Applicability.UNSAFE: "This is an unsafe fix and may change runtime behavior",
    Applicability.DISPLAY: "This is a display-only fix and is never applied",
}


def full(diagnostics: Iterable[Diagnostic], sources: Mapping[Path, str], *, unsafe: bool) -> Iterator[Line]:
    """Renders each finding with its code frame, the related places, the help line and what the fix would change."""
    from asyncdb_lint.report import frames

    lines = {path: frames.source_lines(text) for path, text in sources.items()}
    for diagnostic in diagnostics:
        yield headline(diagnostic, unsafe=unsafe)
        yield from _body(diagnostic, lines)
        yield BLANK


def concise(diagnostics: Iterable[Diagnostic], *, unsafe: bool) -> Iterator[Line]:
    """Renders each finding as `path:row:column: CODE [*] message`."""
    for diagnostic in diagnostics:
        start = diagnostic.range.start
        place = Span(f"{shown_path(diagnostic.path)}:{start.line}:{start.column}: ", Style.STRONG)
        yield place, *headline(diagnostic, unsafe=unsafe)


def statistics(diagnostics: Iterable[Diagnostic], *, unsafe: bool) -> Iterator[Line]:
    """Counts the findings of each rule, the most frequent first."""
    found = counts(diagnostics)
    width = max((len(str(len(group))) for group in found), default=0)
    for group in found:
        is_curable = any(is_fixable(diagnostic.fix, unsafe=unsafe) for diagnostic in group)
        mark = (Span("["), Span("*", Style.FIXABLE), Span("]")) if is_curable else (Span("   "),)
        code = Span(group[0].code, _STYLES[group[0].severity])
        yield Span(f"{len(group):{width}}  "), code, Span(" "), *mark, Span(f" {group[0].name}")


def counts(diagnostics: Iterable[Diagnostic]) -> list[list[Diagnostic]]:
    """The findings of each rule, those of the most frequent rule first."""
    by_code: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        by_code.setdefault(diagnostic.code, []).append(diagnostic)
    return sorted(by_code.values(), key=lambda group: (-len(group), group[0].code))


def summary_of_changes(*, fixed: int = 0, ignored: int = 0) -> Iterator[Line]:
    """Counts what was fixed, and what new ignore comments hide."""
    if fixed:
        yield (Span(f"Fixed {counted(fixed, 'finding')}."),)
    if ignored:
        yield (Span(f"Ignored {counted(ignored, 'finding')}."),)


def summary(diagnostics: Sequence[Diagnostic], *, checked: int, unsafe: bool) -> Iterator[Line]:
    """Counts the findings by severity, and those that `--fix` would cure."""
    if not diagnostics:
        yield (Span("All checks passed!"),)
        return
    nouns = ((Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "hint"))
    totals = [(sum(d.severity is severity for d in diagnostics), noun) for severity, noun in nouns]
    counts = [counted(total, noun) for total, noun in totals if total]
    files = counted(len({diagnostic.path for diagnostic in diagnostics}), "file")
    yield (Span(f"Found {', '.join(counts)} in {files} ({checked} checked)."),)
    safe = sum(is_fixable(diagnostic.fix, unsafe=False) for diagnostic in diagnostics)
    more = sum(is_fixable(diagnostic.fix, unsafe=True) for diagnostic in diagnostics) - safe
    if unsafe and safe + more:
        yield Span("[*]", Style.FIXABLE), Span(f" {safe + more} fixable with --fix --unsafe-fixes.")
    elif safe:
        rest = f" ({more} more with --unsafe-fixes)" if more else ""
        yield Span("[*]", Style.FIXABLE), Span(f" {safe} fixable with --fix{rest}.")
    elif more:
        yield (Span(f"{more} fixable with --fix --unsafe-fixes."),)


def is_fixable(fix: Fix | None, *, unsafe: bool) -> bool:
    """Says whether `--fix` applies a fix, with or without `--unsafe-fixes`."""
    if fix is None or fix.applicability is Applicability.DISPLAY:
        return False
    return unsafe or fix.applicability is Applicability.SAFE


def shown_path(path: Path) -> str:
    """Shortens a path that lies under the current folder, and makes it harmless on a terminal."""
    shown = escaped(str(path).removeprefix(f"{Path.cwd()}{os.sep}"))
    # At the start of a line `::` begins a command of GitHub Actions.
    return f"./{shown}" if shown.startswith("::") else shown


def headline(diagnostic: Diagnostic, *, unsafe: bool) -> Line:
    """Renders `CODE [*] message`."""
    code = Span(diagnostic.code, _STYLES[diagnostic.severity])
    mark = (Span(" ["), Span("*", Style.FIXABLE), Span("]")) if is_fixable(diagnostic.fix, unsafe=unsafe) else ()
    return code, *mark, Span(f" {escaped(diagnostic.message)}")


def _body(diagnostic: Diagnostic, lines: Mapping[Path, list[str]]) -> Iterator[Line]:
    from asyncdb_lint.report import frames, patches

    places = [(diagnostic.path, diagnostic.range), *((place.path, place.range) for place in diagnostic.related)]
    width = max(frames.gutter_width([range_], lines=len(lines.get(path, ()))) for path, range_ in places)
    fix = diagnostic.fix
    help_text = fix.message if fix else diagnostic.help
    yield from _frame(diagnostic.path, diagnostic.range, lines, width, _STYLES[diagnostic.severity])
    for place in diagnostic.related:
        yield Span("note", Style.INFO), Span(f": {escaped(place.message)}")
        yield from _frame(place.path, place.range, lines, width, Style.INFO)
    if help_text is None:
        yield frames.bar(width)
        return
    yield Span("help", Style.INFO), Span(f": {escaped(help_text)}")
    if fix is not None:
        yield from patches.patch(fix, lines, home=diagnostic.path)
        if fix.applicability in FIX_NOTES:
            yield Span("note", Style.WARNING), Span(f": {FIX_NOTES[fix.applicability]}")


def _frame(path: Path, place: Range, lines: Mapping[Path, list[str]], width: int, style: Style) -> Iterator[Line]:
    from asyncdb_lint.report import frames

    yield frames.location(shown_path(path), place.start.line, place.start.column, width=width)
    source = lines.get(path, [])
    # A file that cannot be read or decoded has a finding but no text to show.
    if place.end.line <= len(source) and any(source):
        yield from frames.frame(source, place, width=width, style=style)
