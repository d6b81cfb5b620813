"""A project's findings with the help of what an earlier run has kept: what cannot have changed is not found anew."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .cache import Cache, Changes, KeptSnapshot, Snapshot, Stamp, changes_since, look, state_of
from .contents import ChangedMeanwhile, KnownContents
from .decoding import UnparsableFile
from .out_of_sight import CallsOutOfSight, called_in
from .project_run import Findings, Run, Work
from .screen import Screened, imports_driver, stays_out
from .session import Session
from .settings.python_version import required_python
from .traits import traits_of

if TYPE_CHECKING:
    from .kept_summaries import Summaries

# With more changes than that, some of them are seen from outside.
_MOST_CHANGES_UNSEEN = 16


class KeptFindings:
    """What is kept of one project under one set of settings."""

    def __init__(self, work: Work, cache: Cache, session: Session) -> None:
        self._work = work
        self._session = session
        with session.measured("cache"):
            python = "" if work.settings.target_python else _required_pythons(work.files)
            self._kept: KeptSnapshot = cache.of(work.project.root, work.project.wanted, work.settings, python)
            self._before = self._kept.read()
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
            with suppress(ChangedMeanwhile):
                known = self._after_changes_in_what_matters(self._before, self._changes)
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
        run.take(changes.contents_by_path, screened.matters, screened.blocking)
        found = run.said_of_all(_known(before, [file for file in wanted if str(file) not in changes.contents]))
        self._keep(before, replace(before, stamps=changes.stamps, digests=changes.digests(before)), found)
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

    def _after_changes_in_what_matters(self, before: Snapshot, changes: Changes) -> Findings | None:
        """What is said of the wanted files, if all that has changed matters as it did before: others are not read."""
        types, changed = self._work.settings.database_types, changes.contents
        if (
            len(changed) > _MOST_CHANGES_UNSEEN
            or len(before.digests) != len(self._work.files)
            or not all(
                before.traits.get(path) == traits_of(Path(path), data, types, self._session.signs)
                for path, data in changed.items()
            )
        ):
            return None
        contents = KnownContents(self._work.files, before.digests, changes.contents_by_path, self._session.read)
        summaries = self._summaries()
        run = Run(self._work, {}, self._session, summaries)
        run.take(contents, set(map(Path, before.matters)), set(map(Path, before.blocking)))
        run.calls_out_of_sight = CallsOutOfSight(contents, run.matters, before.calls)
        return self._findings_of(run, changes.stamps, changes.digests(before), summaries, has_driver=before.has_driver)

    def _after_any_change(self) -> Findings:
        """What is said of the wanted files after a look at all of them."""
        # Before the files are read, so that a later change shows.
        stamps = look(self._work.files)
        summaries = self._summaries()
        run = Run(self._work, {}, self._session, summaries)
        run.look(keeps_digests=True)
        run.calls_out_of_sight = CallsOutOfSight(run.contents, run.matters)
        has_driver = imports_driver(run.matters, self._session.signs)
        return self._findings_of(run, stamps, run.digests(), summaries, has_driver=has_driver)

    def _summaries(self) -> Summaries:
        with self._session.measured("cache"):
            from .kept_summaries import Summaries

            return Summaries(self._kept.file)

    def _findings_of(
        self, run: Run, stamps: dict[str, Stamp], digests: dict[str, str], summaries: Summaries, *, has_driver: bool
    ) -> Findings:
        """What is said of the wanted files where it is known which files matter; keeps what is new."""
        summaries.contents = digests
        before = self._still_true(run, digests, summaries)
        run.quiet = _quiet(before, run)
        unchanged = _same(before.checked, before, digests)
        found = run.said_of_all(_known(before, [file for file in run.wanted if str(file) in unchanged]))
        calls, imported, looked_into = before.calls, before.imported, before.looked_into
        if run.linked is not None:
            calls = {**calls, **run.linked.calls_out_of_sight.answers}
            imported = imported.union(map(str, run.linked.imported))
            looked_into = looked_into.union(map(str, run.linked.looked_into))
            with self._session.measured("cache"):
                summaries.keep(run.linked.known())
        now = Snapshot(
            stamps=stamps,
            digests=digests,
            traits=self._traits(run, digests),
            state=_state(run, digests, summaries, looked_into),
            matters=set(map(str, run.matters)),
            blocking=set(map(str, run.blocking)),
            imported=imported,
            looked_into=looked_into,
            has_driver=has_driver,
            calls=calls,
            checked=set(),
        )
        self._keep(before, now, found)
        return found

    def _still_true(self, run: Run, digests: Mapping[str, str], summaries: Summaries) -> Snapshot:
        """What is known from before: nothing, if something has changed that findings elsewhere hang on."""
        before = self._before
        if before is None or _same(before.imported, before, digests) != before.imported:
            return _nothing_known()
        changed = {path for path in map(str, run.matters) if before.digests.get(path) != digests[path]}
        if len(changed) > _MOST_CHANGES_UNSEEN or changed & before.looked_into:
            return _nothing_known()
        for path in map(Path, sorted(changed)):
            try:
                summaries.add(path, digests[str(path)], self._session.record(path, run.contents[path]))
            except UnparsableFile:
                return _nothing_known()
        if before.state != _state(run, digests, summaries, before.looked_into):
            return _nothing_known()
        out_of_sight = run.calls_out_of_sight
        if out_of_sight is None or any(out_of_sight(name) is not bool(caller) for name, caller in before.calls.items()):
            return _nothing_known()
        return replace(before, calls=out_of_sight.answers)

    def _traits(self, run: Run, digests: Mapping[str, str]) -> dict[str, str]:
        """What is seen of each file that matters; a file that is as it was need not be looked at for that."""
        known = {} if self._before is None else self._before.traits
        same = set() if self._before is None else _same(known, self._before, digests)
        types, signs = self._work.settings.database_types, self._session.signs
        return {
            name: known[name] if name in same else traits_of(path, run.contents[path], types, signs)
            for path in run.matters
            for name in (str(path),)
        }

    def _keep(self, before: Snapshot, now: Snapshot, found: Findings) -> None:
        """Keeps what was found, and of what was found before all that is still true."""
        checked = _same(before.checked, before, now.digests)
        kept = {path: said for path, said in before.findings.items() if path in checked}
        checked |= set(map(str, found))
        self._kept.write(replace(now, checked=checked, findings={**kept, **_stored(found)}), self._work.files)


def _nothing_known() -> Snapshot:
    return Snapshot({}, {}, {}, "", set(), set(), set(), set(), has_driver=False, calls={}, checked=set())


def _state(run: Run, digests: Mapping[str, str], summaries: Summaries, looked_into: AbstractSet[str]) -> str:
    """The state of a project: of a file whose nodes somebody asks for, others see more than the summary."""
    seen: dict[str, str] = {}
    for path in run.matters:
        name = str(path)
        summary = summaries.digest(path, digests[name]) if name not in looked_into else None
        seen[name] = summary or digests[name]
    return state_of(digests, seen) + (" checks syntax" if run.checks_syntax else "")


def _quiet(before: Snapshot, run: Run) -> frozenset[Path]:
    """The files in which no rule finds anything: in none of those has one asked for a node, which a finding needs."""
    quiet = {path for path in run.matters if str(path) in before.checked and str(path) not in before.looked_into}
    return frozenset(quiet)


def _required_pythons(files: Iterable[Path]) -> str:
    """The oldest Python that the metadata of each folder allows."""
    folders = sorted({os.path.dirname(file) for file in files})  # noqa: PTH120 - every file of a project comes by here
    return repr([required_python(Path(folder)) for folder in folders])


def _same(paths: Iterable[str], before: Snapshot, digests: Mapping[str, str]) -> set[str]:
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
