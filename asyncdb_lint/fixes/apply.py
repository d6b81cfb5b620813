"""One round of fixes: those that do not get into each other's way, each whole or not at all."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from asyncdb_lint.decoding import line_starts
from asyncdb_lint.diagnostics import Applicability, Diagnostic, Edit, Fix, Position
from asyncdb_lint.fixes.textdiff import Splice
from asyncdb_lint.parsing import ParsedModule, check_text, parse_text

OVERLAPS = "it overlaps another fix; run again"
"""Why a fix waits: the next round may apply it."""


class SkippedFix(NamedTuple):
    """A fix that was wanted and not applied."""

    diagnostic: Diagnostic
    reason: str


class FixOutcome(NamedTuple):
    """What a round of fixes did: new texts of the changed files, and which fixes made them."""

    sources: Mapping[Path, str]
    applied: tuple[Diagnostic, ...]
    skipped: tuple[SkippedFix, ...]


def apply_fixes(sources: Mapping[Path, str], diagnostics: Iterable[Diagnostic], *, unsafe: bool) -> FixOutcome:
    """Applies the fixes of diagnostics to texts, in their order; of two that overlap, the first wins.

    Args:
        sources: The texts the diagnostics are about.
        diagnostics: Findings with or without fixes.
        unsafe: Applies unsafe fixes, too; display-only ones never.
    """
    batch = _Batch(sources)
    skipped: list[SkippedFix] = []
    wanted = [(d, d.fix) for d in sorted(diagnostics, key=lambda d: d.sort_key) if d.fix and is_wanted(d.fix, unsafe)]
    accepted: list[tuple[Diagnostic, Fix]] = []
    for diagnostic, fix in wanted:
        problem = batch.add(fix.edits)
        if problem:
            skipped.append(SkippedFix(diagnostic, problem))
        else:
            accepted.append((diagnostic, fix))
    changed = batch.texts()
    if any(batch.problem(path) for path in changed):
        # One fix, or two together, broke a file: the slow way finds which.
        batch, accepted, broken = _add_one_by_one(sources, accepted)
        skipped.extend(broken)
        changed = batch.texts()
    changed = {path: _without_freed(path, text, [fix for _, fix in accepted]) for path, text in changed.items()}
    return FixOutcome(changed, tuple(diagnostic for diagnostic, _ in accepted), tuple(skipped))


def _without_freed(path: Path, text: str, fixes: Sequence[Fix]) -> str:
    """A fixed text without the imports that its fixes only together leave unused."""
    freed = dict.fromkeys((item.module, item.name) for fix in fixes for item in fix.freed if item.path == path)
    if not freed:
        return text
    from asyncdb_lint.fixes.resolving import without_imports

    edits = without_imports(ParsedModule(path, text, "utf-8", False, parse_text(text)), freed)
    for start, end, content in reversed(edits):
        text = text[:start] + content + text[end:]
    return text


def is_wanted(fix: Fix, unsafe: bool) -> bool:
    """Says whether a fix may be applied at all."""
    return fix.applicability is Applicability.SAFE or (unsafe and fix.applicability is Applicability.UNSAFE)


def apply_edits(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits that do not overlap; raises ValueError for those that do or lie outside of it."""
    file = _FileEdits(text)
    for edit in sorted(set(edits)):
        problem = file.problem(edit)
        if problem:
            raise ValueError(problem)
        file.add(edit)
    return file.text()


def _add_one_by_one(
    sources: Mapping[Path, str], fixes: Sequence[tuple[Diagnostic, Fix]]
) -> tuple[_Batch, list[tuple[Diagnostic, Fix]], list[SkippedFix]]:
    batch = _Batch(sources)
    accepted: list[tuple[Diagnostic, Fix]] = []
    skipped: list[SkippedFix] = []
    for diagnostic, fix in fixes:
        trial = batch.copy()
        problem = trial.add(fix.edits)
        texts = trial.texts()
        for path in sorted({edit.path for edit in fix.edits} & texts.keys()):
            problem = problem or trial.problem(path)
        if problem:
            skipped.append(SkippedFix(diagnostic, problem))
        else:
            batch = trial
            accepted.append((diagnostic, fix))
    return batch, accepted, skipped


class _Batch:
    """The edits accepted so far, by file."""

    def __init__(self, sources: Mapping[Path, str]) -> None:
        self._sources = sources
        self._files: dict[Path, _FileEdits] = {}

    def copy(self) -> _Batch:
        batch = _Batch(self._sources)
        batch._files = {path: file.copy() for path, file in self._files.items()}
        return batch

    def add(self, edits: Sequence[Edit]) -> str | None:
        """Takes all edits of a fix, or none and says why."""
        by_path: defaultdict[Path, list[Edit]] = defaultdict(list)
        for edit in dict.fromkeys(edits):
            by_path[edit.path].append(edit)
        changed: dict[Path, _FileEdits] = {}
        for path, own in by_path.items():
            if path not in self._sources:
                return f"it changes {path}, which is not among the files being fixed"
            file = self._files[path].copy() if path in self._files else _FileEdits(self._sources[path])
            for edit in own:
                problem = file.problem(edit)
                if problem:
                    return problem
                file.add(edit)
            changed[path] = file
        self._files.update(changed)
        return None

    def problem(self, path: Path) -> str | None:
        """Why the new text of a file must not be kept: it does not parse, or the edits changed more than they name."""
        text = self._files[path].text()
        unparsable = check_text(text)
        if unparsable:
            return f"the result would not parse: {unparsable.reason}"
        from asyncdb_lint.fixes.untouched import changed_elsewhere

        statement = changed_elsewhere(self._sources[path], text, self._files[path].splices)
        if statement is not None:
            return f"it would also change `{statement.splitlines()[0]}`, which is a bug in the rule: please report it"
        return None

    def texts(self) -> dict[Path, str]:
        texts = {path: file.text() for path, file in self._files.items()}
        return {path: text for path, text in texts.items() if text != self._sources[path]}


class _FileEdits:
    """Edits of one file that do not overlap, in order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = line_starts(text)
        self._edits: list[Splice] = []

    def copy(self) -> _FileEdits:
        file = _FileEdits.__new__(_FileEdits)
        file._text, file._starts, file._edits = self._text, self._starts, self._edits.copy()
        return file

    def problem(self, edit: Edit) -> str | None:
        """Why an edit cannot join the others; an identical one (two fixes that add the same import) can."""
        start, end = self._offset(edit.range.start), self._offset(edit.range.end)
        if start is None or end is None or start > end:
            return "it names a place that is not in the file"
        new = (start, end, edit.content)
        index = bisect.bisect_left(self._edits, new)
        if self._edits[index : index + 1] == [new]:
            return None
        for other_start, other_end, _ in self._edits[max(index - 1, 0) : index + 1]:
            # Two insertions at one place, and an insertion at the start of a replaced text, have no order of their own.
            if start == other_start or (start < other_end and other_start < end):
                return OVERLAPS
            # Text that is put behind a replaced one may be there already, in what replaces it: the same import, say.
            if start == end == other_end or other_start == other_end == end:
                return OVERLAPS
        return None

    def add(self, edit: Edit) -> None:
        start, end = self._offset(edit.range.start), self._offset(edit.range.end)
        if start is None or end is None:
            raise ValueError("the edit lies outside of the text")
        new = (start, end, edit.content)
        index = bisect.bisect_left(self._edits, new)
        if self._edits[index : index + 1] != [new]:
            self._edits.insert(index, new)

    @property
    def splices(self) -> Sequence[Splice]:
        """The edits as indices into the text."""
        return self._edits

    def text(self) -> str:
        parts: list[str] = []
        done = 0
        for start, end, content in self._edits:
            parts += self._text[done:start], content
            done = end
        return "".join([*parts, self._text[done:]])

    def _offset(self, position: Position) -> int | None:
        if not 1 <= position.line <= len(self._starts) or position.column < 1:
            return None
        offset = self._starts[position.line - 1] + position.column - 1
        limit = self._starts[position.line] if position.line < len(self._starts) else len(self._text) + 1
        return offset if offset < limit else None
