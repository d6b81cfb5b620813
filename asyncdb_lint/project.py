"""Files in, findings out: each project with the knowledge of all its files, or what an earlier run has found there."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .decoding import UnparsableFile, decode
from .project_run import Findings, Run, Work
from .session import Session

if TYPE_CHECKING:
    from .diagnostics import Diagnostic
    from .settings import Settings


class LintResult(NamedTuple):
    """What linting found: diagnostics in order, how many files were looked at, and the text of those with findings."""

    diagnostics: tuple[Diagnostic, ...]
    files: int
    sources: Mapping[Path, str]


def lint_files(
    files: Sequence[Path],
    *,
    settings: Settings,
    overrides: Mapping[Path, bytes] | None = None,
    session: Session | None = None,
) -> LintResult:
    """Lints files that have the same settings; see `lint`."""
    return lint(dict.fromkeys(files, settings), overrides=overrides, session=session)


def lint(
    files: Mapping[Path, Settings],
    *,
    overrides: Mapping[Path, bytes] | None = None,
    session: Session | None = None,
) -> LintResult:
    """Lints files, each with its settings and with the knowledge of the whole project around it.

    `overrides` are contents that count instead of what is on disk, for unsaved files and standard input. A `session`
    keeps for the next run what stays as it is; the findings are the same.
    """
    unsaved = overrides or {}
    session = session or Session()
    groups: dict[Settings, list[Path]] = {}
    for file, settings in files.items():
        groups.setdefault(settings, []).append(file)
    works = [
        Work(project, settings)
        for settings, group in groups.items()
        for project in session.surroundings.projects(group)
    ]
    diagnostics: list[Diagnostic] = []
    with _collector_paused(session):
        for findings in _findings_of(works, unsaved, session):
            for found in findings.values():
                diagnostics += found
        diagnostics.sort(key=lambda diagnostic: diagnostic.sort_key)
        return LintResult(tuple(diagnostics), len(files), texts_of(diagnostics, unsaved, session))


def _findings_of(works: Sequence[Work], unsaved: Mapping[Path, bytes], session: Session) -> Iterator[Findings]:
    if session.jobs > 1 and len(works) > 1 and not unsaved:
        from .workers import findings_by_workers, worth_a_process

        large = worth_a_process(works, session)
        if len(large) > 1:
            yield from findings_by_workers(works, large, session)
            return
    for number, work in enumerate(works):
        session.share = number / len(works), 1 / len(works)
        yield findings_in(work, unsaved, session)
        if number < len(works) - 1:
            session.end_work()


def findings_in(work: Work, unsaved: Mapping[Path, bytes], session: Session) -> Findings:
    """What there is to say about the files of a project that are to be linted."""
    # What is not saved is linted while somebody types it, or fixed, and has never been linted before.
    if session.cache is None or unsaved or work.settings.plugins:
        return Run(work, unsaved, session).findings()
    from .kept_findings import KeptFindings

    return KeptFindings(work, session.cache, session).findings()


def texts_of(diagnostics: Sequence[Diagnostic], unsaved: Mapping[Path, bytes], session: Session) -> dict[Path, str]:
    """The text of every file that a diagnostic shows or a fix changes, as far as it can be read."""
    shown = {diagnostic.path for diagnostic in diagnostics}
    shown.update(place.path for diagnostic in diagnostics for place in diagnostic.related)
    shown.update(edit.path for diagnostic in diagnostics if diagnostic.fix for edit in diagnostic.fix.edits)
    texts: dict[Path, str] = {}
    for path in shown:
        try:
            data = unsaved[path] if path in unsaved else session.read(path)
        except OSError:
            continue
        try:
            texts[path] = decode(data)[0]
        except UnparsableFile:
            texts[path] = data.decode("utf-8", "replace")
    return texts


@contextmanager
def _collector_paused(session: Session) -> Iterator[None]:
    """Parsing makes millions of objects that stay: looking for garbage among them takes a fifth of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        if not session.keeps:
            # A run that comes once is over: its trees need not be looked through before the process ends.
            gc.freeze()
        gc.enable()
