"""One run over a set of files: lint them, and where asked fix them until nothing more can be fixed.

The command line, the public functions and the editor differ only in where files come from and where results go.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from asyncdb_lint.project import LintResult
from asyncdb_lint.project import lint as lint_projects

if TYPE_CHECKING:
    from asyncdb_lint.diagnostics import Diagnostic, Fix
    from asyncdb_lint.fixes import CannotWrite, Rewritten, SkippedFix
    from asyncdb_lint.session import Session
    from asyncdb_lint.settings import Settings

Gate = Callable[[LintResult], LintResult]
"""What leaves out findings that do not count in a run: see `asyncdb_lint.gate`."""


class FixRun(NamedTuple):
    """What fixing changed, and what it left."""

    left: LintResult
    applied: tuple[Diagnostic, ...] = ()
    """The findings whose fixes were applied."""
    skipped: tuple[SkippedFix, ...] = ()
    before: Mapping[Path, str] = MappingProxyType({})
    """The changed files as they were."""
    after: Mapping[Path, str] = MappingProxyType({})
    """The changed files as they would be; nothing is written yet."""
    together: tuple[frozenset[Path], ...] = ()
    """Which of the changed files hang together by a fix that spans them."""
    untouchable: tuple[str, ...] = ()
    """Files that some fix would have changed, and why they cannot be written."""
    ignored: int = 0
    """How many findings new ignore comments hide."""

    @property
    def fixed(self) -> int:
        """How many fixes were applied."""
        return len(self.applied)


def lint(
    files: Mapping[Path, Settings],
    *,
    overrides: Mapping[Path, bytes] | None = None,
    gate: Gate | None = None,
    session: Session | None = None,
) -> LintResult:
    """Lints files, each with its settings; `overrides` are contents that are not saved.

    A `session` is what an editor keeps from run to run.
    """
    result = lint_projects(files, overrides=overrides, session=session)
    return gate(result) if gate is not None else result


def fix(
    files: Mapping[Path, Settings],
    *,
    overrides: Mapping[Path, bytes] | None = None,
    unsafe: bool = False,
    only: Path | None = None,
    for_writing: bool = False,
    gate: Gate | None = None,
    session: Session | None = None,
) -> FixRun:
    """Fixes files in memory, round by round, because fixes that overlap wait for one another.

    With `only`, fixes that would change any other file are left out; with `for_writing`, those of files that could
    not be written are.
    """
    from asyncdb_lint.fixes import fix_to_fixed_point, is_wanted, refusal

    given = overrides or {}
    first = left = lint(files, overrides=given, gate=gate, session=session)
    texts = dict(first.sources)

    def lint_texts(current: Mapping[Path, str]) -> Sequence[Diagnostic]:
        nonlocal left
        changed = {path: text for path, text in current.items() if text != texts[path]}
        unsaved = {path: encoded(text, given.get(path) or path.read_bytes()) for path, text in changed.items()}
        left = lint(files, overrides={**given, **unsaved}, gate=gate, session=session) if changed else first
        return [d for d in left.diagnostics if is_possible(d)]

    refused: dict[Path, str] = {}

    def is_possible(diagnostic: Diagnostic) -> bool:
        if diagnostic.fix is None:
            return True
        files = _files_of(diagnostic.fix)
        if only is not None and not files <= {only}:
            return False
        if not for_writing or not is_wanted(diagnostic.fix, unsafe):
            return True
        reasons = {path: refusal(path) for path in files}
        refused.update({path: reason for path, reason in reasons.items() if reason is not None})
        return not any(reasons.values())

    while True:
        point = fix_to_fixed_point(lint_texts, texts, unsafe=unsafe)
        # A cure in one file can bring out a finding whose fix needs a file that was of no concern before.
        unseen = {path: text for path, text in left.sources.items() if path not in texts}
        if not any(skip.diagnostic.fix and _files_of(skip.diagnostic.fix) & unseen.keys() for skip in point.skipped):
            break
        texts.update(unseen)
    before = {path: texts[path] for path in point.sources}
    together = _connected([_files_of(d.fix) for d in point.applied if d.fix is not None], point.sources)
    return FixRun(left, point.applied, point.skipped, before, point.sources, together, tuple(sorted(refused.values())))


def add_ignores(
    files: Mapping[Path, Settings],
    *,
    overrides: Mapping[Path, bytes] | None = None,
    reason: str = "",
    for_writing: bool = False,
    gate: Gate | None = None,
    session: Session | None = None,
) -> FixRun:
    """Writes ignore comments for all findings, in memory, and takes out those that ignore nothing.

    What there is to say about comments themselves is never hidden by another comment.
    """
    from asyncdb_lint.fixes import apply_fixes, refusal
    from asyncdb_lint.suppressions import ABOUT_COMMENTS, UNUSED, with_ignores

    given = dict(overrides or {})
    first = left = lint(files, overrides=given, gate=gate, session=session)
    texts: dict[Path, str] = {}
    untouchable: dict[Path, str] = {}

    def rewrite(changed: Mapping[Path, str]) -> LintResult:
        texts.update(changed)
        unsaved = {path: encoded(text, given.get(path) or path.read_bytes()) for path, text in changed.items()}
        given.update(unsaved)
        return lint(files, overrides=given, gate=gate, session=session) if changed else left

    def writable(path: Path) -> bool:
        reason = refusal(path) if for_writing else None
        if reason is not None:
            untouchable[path] = reason
        return reason is None

    useless = [d for d in left.diagnostics if d.code == UNUSED and d.fix and writable(d.path)]
    left = rewrite(apply_fixes(left.sources, useless, unsafe=False).sources)
    found: dict[Path, list[Diagnostic]] = {}
    for diagnostic in left.diagnostics:
        if diagnostic.code not in ABOUT_COMMENTS and writable(diagnostic.path):
            found.setdefault(diagnostic.path, []).append(diagnostic)
    commented = {
        path: with_ignores(left.sources[path], diagnostics, reason)
        for path, diagnostics in found.items()
        # The text of a file that cannot be decoded is only there to be shown.
        if _is_text(given.get(path) or path.read_bytes())
    }
    before = len(left.diagnostics)
    left = rewrite(commented)
    changed = {path: text for path, text in texts.items() if text != first.sources[path]}
    return FixRun(
        left,
        before={path: first.sources[path] for path in changed},
        after=changed,
        together=tuple(frozenset({path}) for path in sorted(changed)),
        ignored=before - len(left.diagnostics),
        untouchable=tuple(sorted(untouchable.values())),
    )


def _is_text(data: bytes) -> bool:
    from asyncdb_lint.decoding import UnparsableFile, decode

    try:
        decode(data)
    except UnparsableFile:
        return False
    return True


def write(run: FixRun) -> list[CannotWrite]:
    """Writes the changed files, those that hang together all or none; returns what could not be written."""
    problems: list[CannotWrite] = []
    if not run.together:
        return problems
    from asyncdb_lint.fixes import CannotWrite, write_together

    for group in run.together:
        try:
            write_together([_rewritten(run, path) for path in sorted(group)])
        except CannotWrite as problem:
            problems.append(problem)
    return problems


def _rewritten(run: FixRun, path: Path) -> Rewritten:
    from asyncdb_lint.decoding import UnparsableFile, decode
    from asyncdb_lint.fixes import CannotWrite, Rewritten

    try:
        _, encoding, has_bom = decode(path.read_bytes())
    except (OSError, UnparsableFile) as error:
        raise CannotWrite(f"{path}: has changed since it was read") from error
    return Rewritten(path, run.after[path], encoding, has_bom, expected=run.before[path])


def _connected(fixes: Iterable[set[Path]], changed: Mapping[Path, str]) -> tuple[frozenset[Path], ...]:
    """The changed files in groups: files that one fix spans are in the same."""
    groups: list[set[Path]] = [{path} for path in changed]
    for files in fixes:
        touched = [group for group in groups if group & files]
        groups = [group for group in groups if not group & files]
        if touched:
            groups.append(set[Path]().union(*touched))
    return tuple(frozenset(group) for group in sorted(groups, key=min))


def encoded(text: str, original: bytes) -> bytes:
    """Encodes a text as the file it is to replace."""
    from asyncdb_lint.decoding import decode

    _, encoding, has_bom = decode(original)
    return codecs.BOM_UTF8 * has_bom + text.encode(encoding)


def _files_of(fix: Fix) -> set[Path]:
    return {edit.path for edit in fix.edits}
