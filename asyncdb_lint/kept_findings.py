"""A project's findings with the help of what an earlier run has kept: what cannot have changed is not found anew."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

from .cache import Cache, Changes, ProjectCache, Snapshot, changes_since, look, state_of
from .cache_files import digest_of
from .out_of_sight import CallsOutOfSight, called_in
from .project_run import Findings, Run, Work
from .screen import Screened, imports_driver, stays_out
from .session import Session
from .settings.python_version import required_python


class KeptFindings:
    """What is kept of one project under one set of settings."""

    def __init__(self, work: Work, cache: Cache, session: Session) -> None:
        self._work = work
        self._session = session
        with session.measured("cache"):
            python = "" if work.settings.target_python else _required_pythons(work.files)
            self._summaries_of = cache.summaries_of
            self._cache: ProjectCache = cache.of(work.project.root, work.project.wanted, work.settings, python)
            self._before = self._cache.read()
            self._changes = changes_since(self._before, work.files) if self._before is not None else None

    @property
    def is_unchanged(self) -> bool:
        """Whether every file is as it was."""
        return self._changes is not None and not self._changes.contents

    def findings(self) -> Findings:
        """What there is to say about the wanted files; keeps what is new."""
        if self._before is not None and self._changes is not None:
            known = self._after_harmless_changes(self._before, self._changes)
            if known is not None:
                return known
        return self._after_any_change()

    def _after_harmless_changes(self, before: Snapshot, changes: Changes) -> Findings | None:
        """What is said of the wanted files, if nothing has changed but files in which no database is."""
        wanted = self._work.project.wanted
        if not all(str(file) in before.checked or str(file) in changes.contents for file in wanted):
            return None
        if not changes.contents:
            return _known(before, wanted)
        screened = Screened({Path(path) for path in before.matters}, {Path(path) for path in before.blocking})
        if not before.has_driver or not all(
            self._stays_harmless(path, data, before, screened) for path, data in changes.contents.items()
        ):
            return None
        run = Run(self._work, {}, self._session)
        run.take({Path(path): data for path, data in changes.contents.items()}, screened.matters)
        found = run.said_of_all(_known(before, [file for file in wanted if str(file) not in changes.contents]))
        digests = {**before.digests, **{path: digest_of(data) for path, data in changes.contents.items()}}
        self._keep(before, changes.stamps, digests, before.state, screened, before.imported, before.calls, found)
        return found

    def _stays_harmless(self, path: str, data: bytes, before: Snapshot, screened: Screened) -> bool:
        """Whether a file did not matter, does not matter now, and calls nothing that others' findings hang on."""
        if path in before.matters or path in before.imported or path in before.calls.values():
            return False
        settings = self._work.settings
        paths = partial(self._session.module_paths, self._work.files, settings.roots)
        if not stays_out(Path(path), data, screened, paths, settings.database_types):
            return False
        return before.calls.keys().isdisjoint(called_in(data))

    def _after_any_change(self) -> Findings:
        """What is said of the wanted files after a look at all of them."""
        # Before the files are read, so that a later change shows.
        stamps = look(self._work.files)
        project = self._work.project
        with self._session.measured("cache"):
            summaries = self._summaries_of(project.root, project.wanted)
        run = Run(self._work, {}, self._session, summaries)
        run.look(keeps_digests=True)
        digests = run.digests()
        state = state_of(digests, map(str, run.matters)) + (" checks syntax" if run.checks_syntax else "")
        before = self._before
        if before is not None and (before.state != state or _same(before.imported, before, digests) != before.imported):
            before = None
        imported = before.imported if before is not None else set[str]()
        calls: dict[str, str] = {}
        if before is not None:
            out_of_sight = CallsOutOfSight(run.contents, run.matters)
            if all(out_of_sight(name) is bool(caller) for name, caller in before.calls.items()):
                calls = out_of_sight.answers
            else:
                before = None
        unchanged = _same(before.checked, before, digests) if before is not None else set[str]()
        known = _known(before, [f for f in run.wanted if str(f) in unchanged]) if before is not None else {}
        found = run.said_of_all(known)
        if run.linked is not None:
            calls = {**calls, **run.linked.calls_out_of_sight.answers}
            imported = imported.union(map(str, run.linked.imported))
            with self._session.measured("cache"):
                modules = run.linked.known()
                summaries.keep(modules, [*self._work.files, *modules])
        screened = Screened(run.matters, run.blocking)
        self._keep(before, stamps, digests, state, screened, imported, calls, found)
        return found

    def _keep(
        self,
        before: Snapshot | None,
        stamps: dict[str, tuple[int, int, int]],
        digests: dict[str, str],
        state: str,
        screened: Screened,
        imported: set[str],
        calls: dict[str, str],
        found: Findings,
    ) -> None:
        checked = _same(before.checked, before, digests) if before is not None else set[str]()
        kept = {path: said for path, said in before.findings.items() if path in checked} if before is not None else {}
        has_driver = before.has_driver if before is not None else imports_driver(screened.matters, self._session.signs)
        self._cache.write(
            Snapshot(
                stamps=stamps,
                digests=digests,
                state=state,
                matters=set(map(str, screened.matters)),
                blocking=set(map(str, screened.blocking)),
                imported=imported,
                has_driver=has_driver,
                calls=calls,
                checked=checked | set(map(str, found)),
                findings={**kept, **_stored(found)},
            )
        )


def _required_pythons(files: Iterable[Path]) -> str:
    """The oldest Python that the metadata of each folder allows."""
    folders = sorted({os.path.dirname(file) for file in files})  # noqa: PTH120 - every file of a project comes by here
    return repr([required_python(Path(folder)) for folder in folders])


def _same(paths: Iterable[str], before: Snapshot, digests: dict[str, str]) -> set[str]:
    """Those of some files that are as they were."""
    return {path for path in paths if before.digests.get(path) == digests.get(path)}


def _known(snapshot: Snapshot, files: Iterable[Path]) -> Findings:
    if not snapshot.findings:
        return {file: [] for file in files}
    from .stored_findings import restored

    return {file: [restored(item) for item in snapshot.findings.get(str(file), ())] for file in files}


def _stored(found: Findings) -> dict[str, list[list[Any]]]:
    if not any(found.values()):
        return {}
    from .stored_findings import stored

    return {str(file): [stored(item) for item in said] for file, said in found.items() if said}
