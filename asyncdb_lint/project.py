"""Files in, findings out: each project with the knowledge of all its files, or what an earlier run has found there."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, TypeGuard

from .out_of_sight import CallsOutOfSight
from .parsing import UnparsableFile, check_text, decode
from .screen import relevant
from .session import Session
from .suppressions.presence import may_hold

if TYPE_CHECKING:
    from .cache import Cache, ProjectCache, Snapshot
    from .diagnostics import Diagnostic
    from .linked import LinkedProject
    from .settings import Settings
    from .surroundings import Project

_MOST_BYTES_WITHOUT_DATABASE = 1_000_000

Findings: TypeAlias = "dict[Path, list[Diagnostic]]"
"""What is to be said of each file that was linted, those without findings included."""


@dataclass(frozen=True, slots=True)
class Work:
    """A project to lint, under the settings that its wanted files have in common."""

    project: Project
    settings: Settings


@dataclass(frozen=True, slots=True)
class LintResult:
    """What linting found: diagnostics in order, how many files were looked at, and the text of those with findings."""

    diagnostics: tuple[Diagnostic, ...]
    files: int
    sources: Mapping[Path, str] = field(default_factory=dict)


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
    with _collector_paused():
        for findings in _findings_of(works, unsaved, session):
            for found in findings.values():
                diagnostics += found
        diagnostics.sort(key=lambda diagnostic: diagnostic.sort_key)
        return LintResult(tuple(diagnostics), len(files), texts_of(diagnostics, unsaved, session))


def _findings_of(works: Sequence[Work], unsaved: Mapping[Path, bytes], session: Session) -> Iterator[Findings]:
    if session.jobs > 1 and len(works) > 1 and not unsaved:
        from .workers import findings_by_workers

        yield from findings_by_workers(works, session)
        return
    for number, work in enumerate(works):
        session.share = number / len(works), 1 / len(works)
        yield findings_in(work, unsaved, session)
        session.end_work()


def findings_in(work: Work, unsaved: Mapping[Path, bytes], session: Session) -> Findings:
    """What there is to say about the files of a project that are to be linted."""
    # What is not saved is linted while somebody types it, or fixed, and has never been linted before.
    if session.cache is None or unsaved or work.settings.plugins:
        return _Run(work, unsaved, session).findings()
    cache, before = _cached(work, session.cache)
    with session.measured("cache"):
        if _is_known(before, work):
            return _known(before, work.project.wanted)
    return _Run(work, unsaved, session).kept_findings(cache, before)


def bytes_to_parse(work: Work, session: Session) -> int:
    """How much source there is to parse before a project's findings are known: what its run costs, roughly."""
    if session.cache is not None and not work.settings.plugins and _is_known(_cached(work, session.cache)[1], work):
        return 0
    run = _Run(work, {}, session)
    size = run.bytes_to_parse()
    session.end_work()
    return size


def _cached(work: Work, cache: Cache) -> tuple[ProjectCache, Snapshot | None]:
    known = cache.of(work.project.root, work.project.wanted, work.settings)
    return known, known.read()


def _is_known(before: Snapshot | None, work: Work) -> TypeGuard[Snapshot]:
    from .cache import unchanged

    return before is not None and unchanged(before, _all_of(work.project), work.project.wanted)


class _Run:
    """One look at a project's files."""

    def __init__(self, work: Work, unsaved: Mapping[Path, bytes], session: Session) -> None:
        self._settings = work.settings
        self._session = session
        self._root = work.project.root
        self._wanted = work.project.wanted
        self._all = _all_of(work.project)
        self._unsaved = unsaved
        self._contents: dict[Path, bytes] = {}
        self._unreadable: dict[Path, UnparsableFile] = {}
        self._matters: set[Path] = set()
        self._checks_syntax = False

    def findings(self) -> Findings:
        """What there is to say about the wanted files."""
        self._look()
        return self._said_of_all({})

    def bytes_to_parse(self) -> int:
        """The size of the files that matter."""
        self._look()
        return sum(len(self._contents[file]) for file in self._matters)

    def kept_findings(self, cache: ProjectCache, before: Snapshot | None) -> Findings:
        """As `findings`, with what is known from an earlier run; keeps what it finds for later ones."""
        from .cache import Snapshot, digest_of, look, state_of

        # Before the files are read, so that a later change shows.
        stamps = look(self._all)
        self._look()
        digests = {str(path): digest_of(data) for path, data in self._contents.items()}
        state = state_of(digests, map(str, self._matters)) + (" checks syntax" if self._checks_syntax else "")
        now = Snapshot(stamps, digests, state, {}, set())
        reusable = before is not None and self._still_holds(before, now.state)
        known: Findings = {}
        if before is not None and reusable:
            now.calls.update(before.calls)
            now.checked = {path for path in before.checked if before.digests.get(path) == digests.get(path)}
            now.findings = {path: found for path, found in before.findings.items() if path in now.checked}
            known = _known(before, [file for file in self._wanted if str(file) in now.checked])
        found = self._said_of_all(known)
        now.checked.update(map(str, self._wanted))
        now.findings.update(_stored(found))
        if self._matters and len(known) < len(found):
            now.calls.update(self._linked_project().calls_out_of_sight.answers)
        cache.write(now)
        return found

    def _said_of_all(self, known: Findings) -> Findings:
        said = dict(known)
        for number, file in enumerate(self._wanted):
            if file not in said:
                said[file] = self._said_of(file)
            self._session.tell_progress(0.5 + number / len(self._wanted) / 2)
        return said

    def _still_holds(self, before: Snapshot, state: str) -> bool:
        if before.state != state:
            return False
        calls = CallsOutOfSight(self._contents, self._matters)
        return all(calls(name) is answer for name, answer in before.calls.items())

    def _look(self) -> None:
        with self._session.measured("read"):
            for file in self._all:
                if file in self._unsaved:
                    self._contents[file] = self._unsaved[file]
                    continue
                try:
                    self._contents[file] = self._session.read(file)
                except OSError as error:
                    reason = f"the file cannot be read: {(error.strerror or str(error)).lower()}"
                    self._unreadable[file] = UnparsableFile(reason)
        with self._session.measured("screen"):
            self._matters = relevant(self._contents, self._settings.database_types, self._session.signs)
        # In a large project without a database, looking for broken files would take ten times as long as all the rest.
        size = sum(map(len, self._contents.values())) if not self._matters else 0
        self._checks_syntax = self._settings.enables("ADB001") and size <= _MOST_BYTES_WITHOUT_DATABASE

    def _linked_project(self) -> LinkedProject:
        return self._session.linked(self._root, self._contents, self._matters, self._settings)

    def _said_of(self, file: Path) -> list[Diagnostic]:
        """What there is to say about a file, with the severities of the settings."""
        found: list[Diagnostic] = []
        text: str | None = None
        problem = self._unreadable.get(file)
        if self._matters and file in self._contents:
            linked = self._linked_project()
            found += linked.findings(file)
            text = linked.texts.get(file)
            problem = linked.unparsable.get(file)
        if self._checks_syntax and problem is None and text is None:
            self._session.checkpoint()
            problem = self._session.syntax(file, self._contents[file])
        reports_syntax = self._settings.enables("ADB001") and not self._settings.ignores_in(file, "ADB001")
        if problem is not None and reports_syntax:
            from .engine import syntax_diagnostic

            found.append(syntax_diagnostic(file, problem))
        if file in self._contents:
            found = self._with_suppressions(file, found, text)
        return [self._settings.judged(item) for item in found]

    def _with_suppressions(self, file: Path, found: list[Diagnostic], text: str | None) -> list[Diagnostic]:
        """Drops what ignore comments hide and adds what is wrong with them."""
        # Files without such comments are not decoded.
        if not may_hold(self._contents[file], has_findings=bool(found)):
            return found
        # Imported here, as for linking: most runs have nothing to suppress.
        from .engine import with_suppressions

        is_parsed = text is not None
        if text is None:
            try:
                text = decode(self._contents[file])[0]
            except UnparsableFile:
                return found
            is_parsed = check_text(text) is None
        return with_suppressions(file, text, found, self._settings, is_parsed=is_parsed)


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


def _stored(found: Findings) -> dict[str, list[list[Any]]]:
    if not any(found.values()):
        return {}
    from .stored_findings import stored

    return {str(file): [stored(item) for item in said] for file, said in found.items() if said}


def _known(snapshot: Snapshot, files: Iterable[Path]) -> Findings:
    if not snapshot.findings:
        return {file: [] for file in files}
    from .stored_findings import restored

    return {file: [restored(item) for item in snapshot.findings.get(str(file), ())] for file in files}


def _all_of(project: Project) -> list[Path]:
    return list(dict.fromkeys([*project.wanted, *project.around]))


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Parsing makes millions of objects that stay: looking for garbage among them takes a fifth of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
