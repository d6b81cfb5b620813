"""Runs of the linter: off the message loop, from the change on, the newest state only.

All state is of the message loop. The one worker thread gets contents that do not change any more, and asks between its
steps whether the run still counts; what it finds is handed over only if nothing has changed meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from asyncdb_lint import runner
from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.project import LintResult
from asyncdb_lint.server.documents import Document, Documents
from asyncdb_lint.server.folders import Folder, Folders, Report
from asyncdb_lint.server.garbage import Garbage
from asyncdb_lint.settings import Settings

SWARM = 0.04
"""Seconds in which news of other files is waited for: they come in swarms."""
_SETTLE = 0.8
"""Seconds without news before files are linted that nobody looks at."""
_IDLE = 2.0
"""Seconds without news before what is left over is tidied up."""
_CHUNK = 40
_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class _Outdated(Exception):
    """The run does not count any more."""


class Progress(Protocol):
    """Shows how far the run over a folder is."""

    async def begin(self, folder: Path) -> None:
        """Shows that a run begins."""

    def report(self, done: int, total: int) -> None:
        """Shows how far it is."""

    def end(self, message: str) -> None:
        """Shows that it is over."""

    @property
    def is_cancelled(self) -> bool:
        """Whether the user has stopped it."""
        ...


class Runs:
    """Lints what has changed and what depends on it."""

    def __init__(
        self,
        documents: Documents,
        folders: Folders,
        deliver: Callable[[Path, Report], None],
        progress: Callable[[], Progress],
        settled: Callable[[Folder], None],
    ) -> None:
        self._documents = documents
        self._folders = folders
        self._deliver = deliver
        self._progress = progress
        self._settled = settled
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="lint")
        self._waiting: dict[Path, list[asyncio.Future[Report | None]]] = {}
        self._is_over = False
        self._garbage = Garbage()
        self._garbage.take_over()

    def start(
        self, first: Path | None = None, *, delay: float = 0, typed: bool = False, disk_changed: bool = False
    ) -> None:
        """Lints everything anew that a change may concern, the document that changed before all others.

        A run that is under way ends at its next step: it has nothing to say any more.
        """
        if self._is_over:
            return
        for folder in self._folders.all():
            folder.generation += 1
            folder.disk_changed = folder.disk_changed or disk_changed
            if folder.run is not None:
                folder.run.cancel()
            folder.run = asyncio.ensure_future(self._run(folder, folder.generation, first, delay, typed))

    def stop(self) -> None:
        """Ends all runs, and answers all who wait."""
        self._is_over = True
        for folder in self._folders.all():
            self.drop(folder)
        for path in list(self._waiting):
            self.release(path)
        self._worker.shutdown(wait=False, cancel_futures=True)

    def drop(self, folder: Folder) -> None:
        """Ends the run of a folder."""
        folder.generation += 1
        if folder.run is not None:
            folder.run.cancel()

    async def report(self, document: Document) -> Report | None:
        """What is known of a document as it is now; None if it is closed before that is known."""
        folder = self._folders.around(document.path)
        known = folder.reports.get(document.path)
        if known is not None and known.generation == folder.generation:
            return known
        if self._is_over:
            return None
        waiting: asyncio.Future[Report | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(document.path, []).append(waiting)
        try:
            return await waiting
        finally:
            left = self._waiting.get(document.path, [])
            if waiting in left:
                left.remove(waiting)
                if not left:
                    self._waiting.pop(document.path, None)

    def release(self, path: Path, report: Report | None = None) -> None:
        """Answers all who wait for a document."""
        for waiting in self._waiting.pop(path, []):
            if not waiting.done():
                waiting.set_result(report)

    async def work(self, task: Callable[[], _T]) -> _T:
        """Does something else on the worker thread, where sessions may be used."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, task)

    def fix(self, folder: Folder, document: Document, settings: Settings, unsaved: dict[Path, bytes]) -> str:
        """The text of a document after all its safe fixes; to be done on the worker thread."""
        folder.session.checkpoint = self._unless(lambda: self._is_over)
        files = {document.path: settings}
        run = runner.fix(files, overrides=unsaved, only=document.path, gate=folder.gate(files), session=folder.session)
        return run.after.get(document.path, document.text)

    async def _run(self, folder: Folder, generation: int, first: Path | None, delay: float, typed: bool) -> None:
        try:
            await asyncio.sleep(delay)
            await self._open_files(folder, generation, first)
            self._settled(folder)
            if folder.lints_everything and folder.cancelled_at != generation:
                await asyncio.sleep(_SETTLE if typed or delay else 0)
                await self._everything(folder, generation)
            await self._tidy_up(folder, first)
        except _Outdated:
            _log.debug("a newer run has begun in %s", folder.path)
        except Exception:  # noqa: BLE001 - a bug in a rule must not end the server
            _log.exception("linting %s failed", folder.path)
            for document in self._open_in(folder):
                self._hand_over(folder, generation, document.path, Report((), {}, document.version, generation))

    async def _tidy_up(self, folder: Folder, first: Path | None) -> None:
        """Lets go of what is not needed any more, and makes ready for what comes next."""
        await self.work(folder.session.end_round)
        if first is not None:
            await self.work(lambda: folder.session.prepare(first))
        await self.work(self._garbage.after_run)
        await asyncio.sleep(_IDLE)
        await self.work(self._garbage.when_idle)

    async def _open_files(self, folder: Folder, generation: int, first: Path | None) -> None:
        """Lints the open documents; the one that changed is shown before the others are looked at."""
        looks = folder.disk_changed
        unsaved = self._documents.unsaved()
        documents = self._open_in(folder)
        settings = {document.path: folder.settings_of(document) for document in documents}
        versions = {document.path: document.version for document in documents}
        for path, found in settings.items():
            if found is None:
                self._hand_over(folder, generation, path, Report((), {}, versions[path], generation))
        wanted = {path: found for path, found in settings.items() if found is not None}
        passes = [[path for path in wanted if path == first], [path for path in wanted if path != first]]
        await self.work(lambda: self._begin(folder, looks))
        for paths in filter(None, passes):
            result = await self._lint(folder, generation, {path: wanted[path] for path in paths}, unsaved)
            for path, report in _by_file(paths, result, versions, generation).items():
                document = self._documents.of(path)
                unparsable = document.unparsable(wanted[path]) if document is not None else []
                self._hand_over(folder, generation, path, report.with_more(unparsable, document))
        if folder.generation == generation:
            # Only now: a run that was stopped before it looked leaves that to the next.
            folder.disk_changed = False

    async def _everything(self, folder: Folder, generation: int) -> None:
        """Lints all other files of a folder."""
        unsaved = self._documents.unsaved()
        files = await self.work(folder.everything)
        opened = {document.path for document in self._open_in(folder)}
        rest = [path for path in files if path not in opened]
        for gone in [path for path in folder.pushed if path not in rest and path not in opened]:
            self._hand_over(folder, generation, gone, Report((), {}, None, generation))
        progress = self._progress()
        if len(rest) > _CHUNK:
            await progress.begin(folder.path)
        ended = "stopped"
        try:
            for start in range(0, len(rest), _CHUNK):
                if progress.is_cancelled:
                    folder.cancelled_at = generation
                    return
                paths = rest[start : start + _CHUNK]
                result = await self._lint(folder, generation, {path: files[path] for path in paths}, unsaved)
                for path, report in _by_file(paths, result, {}, generation).items():
                    self._hand_over(folder, generation, path, report)
                progress.report(start + len(paths), len(rest))
            ended = f"{len(rest)} files"
            folder.whole_at = generation
        finally:
            progress.end(ended)

    async def _lint(
        self, folder: Folder, generation: int, files: Mapping[Path, Settings], unsaved: dict[Path, bytes]
    ) -> LintResult:
        def lint() -> LintResult:
            folder.session.checkpoint = self._unless(lambda: self._is_over or folder.generation != generation)
            folder.session.checkpoint()
            return runner.lint(files, overrides=unsaved, gate=folder.gate(files), session=folder.session)

        return await self.work(lint)

    def _hand_over(self, folder: Folder, generation: int, path: Path, report: Report) -> None:
        document = self._documents.of(path)
        if folder.generation != generation or (document is not None and document.version != report.version):
            return
        if document is not None:
            folder.reports[path] = report
        self._deliver(path, report)
        self.release(path, report)

    def _open_in(self, folder: Folder) -> Sequence[Document]:
        return [document for document in self._documents if self._folders.around(document.path) is folder]

    def _begin(self, folder: Folder, looks: bool) -> None:
        self._garbage.before_run()
        folder.session.begin_round()
        if looks:
            folder.session.look_again()

    @staticmethod
    def _unless(is_over: Callable[[], bool]) -> Callable[[], None]:
        def check() -> None:
            if is_over():
                raise _Outdated

        return check


def _by_file(
    paths: Iterable[Path], result: LintResult, versions: Mapping[Path, int], generation: int
) -> dict[Path, Report]:
    found: dict[Path, list[Diagnostic]] = {path: [] for path in paths}
    for diagnostic in result.diagnostics:
        found[diagnostic.path].append(diagnostic)
    return {
        path: Report(tuple(own), _texts(own, result.sources), versions.get(path), generation)
        for path, own in found.items()
    }


def _texts(findings: Iterable[Diagnostic], sources: Mapping[Path, str]) -> dict[Path, str]:
    shown: set[Path] = set()
    for finding in findings:
        shown.add(finding.path)
        shown.update(place.path for place in finding.related)
        shown.update(edit.path for edit in (finding.fix.edits if finding.fix else ()))
    return {path: sources[path] for path in shown if path in sources}
