"""One run over a set of files: lint them, and where asked fix them until nothing more can be fixed.

The command line, the public functions and the editor differ only in where files come from and where results go.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from asyncdb_lint.diagnostics import Diagnostic, Fix
from asyncdb_lint.fixes import CannotWrite, SkippedFix, fix_to_fixed_point, write_atomically
from asyncdb_lint.parsing import decode
from asyncdb_lint.project import LintResult, lint_files
from asyncdb_lint.settings import Settings


@dataclass(frozen=True, slots=True)
class FixRun:
    """What fixing changed, and what it left."""

    left: LintResult
    fixed: int = 0
    skipped: tuple[SkippedFix, ...] = ()
    before: Mapping[Path, str] = field(default_factory=dict)
    """The changed files as they were."""
    after: Mapping[Path, str] = field(default_factory=dict)
    """The changed files as they would be; nothing is written yet."""


def lint(files: Mapping[Path, Settings], *, overrides: Mapping[Path, bytes] | None = None) -> LintResult:
    """Lints files, each with its settings; `overrides` are contents that are not saved."""
    groups: dict[Settings, list[Path]] = {}
    for file, settings in files.items():
        groups.setdefault(settings, []).append(file)
    results = [lint_files(group, settings=settings, overrides=overrides or {}) for settings, group in groups.items()]
    if len(results) == 1:
        return results[0]
    return LintResult(
        diagnostics=tuple(sorted((d for result in results for d in result.diagnostics), key=lambda d: d.sort_key)),
        files=sum(result.files for result in results),
        sources={path: source for result in results for path, source in result.sources.items()},
    )


def fix(
    files: Mapping[Path, Settings],
    *,
    overrides: Mapping[Path, bytes] | None = None,
    unsafe: bool = False,
    only: Path | None = None,
) -> FixRun:
    """Fixes files in memory, round by round, because fixes that overlap wait for one another.

    With `only`, fixes that would change any other file are left out.
    """
    given = overrides or {}
    first = left = lint(files, overrides=given)
    texts = dict(first.sources)

    def lint_texts(current: Mapping[Path, str]) -> Sequence[Diagnostic]:
        nonlocal left
        changed = {path: text for path, text in current.items() if text != texts[path]}
        unsaved = {path: encoded(text, given.get(path) or path.read_bytes()) for path, text in changed.items()}
        left = lint(files, overrides={**given, **unsaved}) if changed else first
        return [d for d in left.diagnostics if only is None or _stays_within(d, only)]

    while True:
        point = fix_to_fixed_point(lint_texts, texts, unsafe=unsafe)
        # A cure in one file can bring out a finding whose fix needs a file that was of no concern before.
        unseen = {path: text for path, text in left.sources.items() if path not in texts}
        if not any(skip.diagnostic.fix and _files_of(skip.diagnostic.fix) & unseen.keys() for skip in point.skipped):
            break
        texts.update(unseen)
    before = {path: texts[path] for path in point.sources}
    return FixRun(left, len(point.applied), point.skipped, before, point.sources)


def write(run: FixRun) -> list[CannotWrite]:
    """Writes the changed files, each whole or not at all; returns what could not be written."""
    problems: list[CannotWrite] = []
    for path, text in run.after.items():
        try:
            _, encoding, has_bom = decode(path.read_bytes())
            write_atomically(path, text, encoding=encoding, has_bom=has_bom, expected=run.before[path])
        except CannotWrite as problem:
            problems.append(problem)
    return problems


def encoded(text: str, original: bytes) -> bytes:
    """Encodes a text as the file it is to replace."""
    _, encoding, has_bom = decode(original)
    return codecs.BOM_UTF8 * has_bom + text.encode(encoding)


def _stays_within(diagnostic: Diagnostic, file: Path) -> bool:
    return diagnostic.fix is not None and _files_of(diagnostic.fix) <= {file}


def _files_of(fix: Fix) -> set[Path]:
    return {edit.path for edit in fix.edits}
