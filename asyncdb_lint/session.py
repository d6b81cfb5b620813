"""What a process that lints again and again keeps, so that an edit costs no more than the work on what it changed.

A run that comes once, such as the command line's, has a session of its own and takes the same way.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .decoding import UnparsableFile, decode
from .disk import Disk
from .parsing import check_syntax, parse
from .screen import Signs
from .surroundings import Surroundings

if TYPE_CHECKING:
    from .cache import Cache
    from .full_tree import Converted
    from .kept_summaries import Summaries
    from .linked import LinkedProject
    from .module_paths import ModulePaths
    from .out_of_sight import CallsOutOfSight
    from .reparsing import CutModule
    from .semantics.records import ModuleRecord
    from .settings import Settings
    from .timing import Timing

# Objects that the collector has not looked at yet, some 100 bytes each.
_WORTH_COLLECTING = 5_000_000
# Somebody who edits goes from one project to the other and back.
_MOST_PROJECTS_AT_HAND = 4
_ProjectKey = tuple["Path | None", "Settings"]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of one content of a file."""

    data: bytes
    record: ModuleRecord | None = None
    """What was walked last: another content, if this one cannot be parsed."""
    problem: UnparsableFile | None = None
    cut: CutModule | None = None
    """The last content that could be parsed, if the next may take over parts of it."""
    converted: Converted | None = None
    """The statements of a full tree as a walk reads them, for the next content has most of them as well."""
    is_quick: bool = False
    """Whether the record is without a tree until somebody asks for it."""

    @property
    def module(self) -> ModuleRecord:
        """The walked module; raises `UnparsableFile`."""
        if self.problem is not None:
            raise self.problem
        if self.record is None:
            raise UnparsableFile("the file could not be walked")
        return self.record


def _never() -> None:
    """Work that nobody cancels."""


class Session:
    """Files, walked modules and linked projects, each kept until it changes.

    Nothing here is a guess: a file counts as unchanged by its stamp on disk, a module by its bytes, a linked project by
    the bytes of all its files and its settings. So findings are those of a first run.
    """

    def __init__(
        self, *, cache: Cache | None = None, jobs: int = 1, keeps: bool = True, checkouts: Iterable[Path] = ()
    ) -> None:
        self.cache = cache
        """What earlier processes have found; None to find everything anew."""
        self.jobs = jobs
        """How many processes may work at once."""
        self.timing: Timing | None = None
        self.progress: Callable[[float], None] | None = None
        """Told again and again which part of a run is done, from 0 to 1."""
        self.share = (0.0, 1.0)
        """Where in the run the current project begins, and which part of the run it is."""
        self.keeps = keeps
        """Whether another run will come; if not, a project is let go of when its work is done."""
        self._reads_quickly = True
        self._edited: set[Path] = set()
        self.surroundings = Surroundings(checkouts)
        self.signs = Signs()
        self._module_paths: list[ModulePaths] = []
        self.checkpoint: Callable[[], None] = _never
        """Called between steps; it may raise, and then the run is over and the session as good as before."""
        self._disk = Disk()
        self._walked: dict[Path, _Known] = {}
        self._checked: dict[Path, _Known] = {}
        self._linked: dict[_ProjectKey, LinkedProject] = {}
        self._asked_files: set[Path] = set()
        self._asked_projects: set[_ProjectKey] = set()

    def look_again(self) -> None:
        """Makes the next run look at the disk: which files there are, and which of them have changed."""
        from .settings.python_version import forget

        forget()
        self.surroundings.forget()
        self._disk.look_again()

    def read(self, path: Path) -> bytes:
        """The content of a file, read if it has changed since; raises OSError."""
        self._asked_files.add(path)
        return self._disk.read(path)

    def record(self, path: Path, data: bytes) -> ModuleRecord:
        """A module, parsed and walked; raises `UnparsableFile`."""
        self._asked_files.add(path)
        known = self._walked.get(path)
        if known is None or known.data != data:
            quick = self._walk_quickly(path, data) if self._reads_quickly and path not in self._edited else None
            # What has a full tree hands on the parts of it that stay.
            before = known if known is not None and not known.is_quick else None
            known = self._walked[path] = (
                _Known(data, quick, is_quick=True) if quick is not None else self._walk(path, data, before)
            )
        return known.module

    def record_with_nodes(self, path: Path, data: bytes) -> ModuleRecord:
        """A module with its full tree, for whoever knows the rest of it; raises `UnparsableFile`."""
        known = self._walked.get(path)
        if known is None or known.data != data:
            known = self._walked[path] = self._walk(path, data, None)
        return known.module

    def syntax(self, path: Path, data: bytes) -> UnparsableFile | None:
        """Why a file cannot be parsed, or None."""
        self._asked_files.add(path)
        known = self._checked.get(path)
        if known is None or known.data != data:
            with self.measured("syntax"):
                known = self._checked[path] = _Known(data, problem=check_syntax(path, data))
        return known.problem

    def module_paths(self, files: Collection[Path], roots: tuple[Path, ...]) -> ModulePaths:
        """What imports in a project of these files lead to, where absolute ones start from some roots."""
        from .module_paths import ModulePaths

        wanted = frozenset(files)
        for known in self._module_paths:
            if known.files == wanted and known.roots == roots:
                return known
        self._module_paths = [ModulePaths(wanted, roots), *self._module_paths[: _MOST_PROJECTS_AT_HAND - 1]]
        return self._module_paths[0]

    def linked(
        self,
        root: Path | None,
        contents: Mapping[Path, bytes],
        matters: set[Path],
        settings: Settings,
        summaries: Summaries | None = None,
        calls_out_of_sight: CallsOutOfSight | None = None,
    ) -> LinkedProject:
        """The files of the project below a root that matter, linked; see `LinkedProject`."""
        key = root, settings
        self._asked_projects.add(key)
        known = self._linked.get(key)
        if known is None or known.contents != contents:
            # Imported here: a run in which nothing matters must not pay for LibCST.
            from .linked import LinkedProject

            # The one before goes first: two linked projects need not fit into memory.
            self._linked.pop(key, None)
            with self.measured("link"):
                known = self._linked[key] = LinkedProject(
                    contents, matters, settings, self, summaries, calls_out_of_sight
                )
        # Its modules are asked for through it.
        self._asked_files.update(known.loaded)
        return known

    def prepare(self, path: Path) -> None:
        """Does now what the next edit of a module would have to wait for: of a full tree it takes over parts."""
        known = self._walked.get(path)
        if known is not None and known.is_quick:
            self._edited.add(path)
            known = self._walked[path] = self._walk(path, known.data, None)
        if known is not None and known.cut is None and known.record is not None:
            self._walked[path] = replace(known, cut=_cut(known))

    def read_in_full(self) -> None:
        """Forgets all modules, and walks them by LibCST's trees from now on, not by what Python's own parser says."""
        self._reads_quickly = False
        self._walked.clear()
        self._linked.clear()

    def _walk_quickly(self, path: Path, data: bytes) -> ModuleRecord | None:
        """A module whose nodes are there when somebody asks for them; None where that takes LibCST's tree."""
        from .module_paths import is_stub
        from .quick_tree import quick_tree
        from .semantics.module_walk import walk_module
        from .semantics.records import ModuleRecord
        from .semantics.summary import fetching

        if path.suffix not in (".py", ".pyi"):
            return None
        with self.measured("parse"):
            try:
                text, _, _ = decode(data)
            except UnparsableFile:
                return None
            tree = quick_tree(text)
        if tree is None:
            return None
        with self.measured("walk"):
            record = walk_module(ModuleRecord(path, tree.parsed, is_stub=is_stub(path)), tree)
            return fetching(record, partial(self._walk_in_full, path, data))

    def _walk_in_full(self, path: Path, data: bytes) -> ModuleRecord:
        return self._walk(path, data, None).module

    def _walk(self, path: Path, data: bytes, before: _Known | None) -> _Known:
        from .full_tree import FullTree
        from .module_paths import is_stub
        from .semantics.module_walk import walk_again, walk_module
        from .semantics.records import ModuleRecord

        with self.measured("parse"):
            old = _cut(before)
            try:
                again = old.again(data) if old is not None else None
                parsed = again.parsed if again is not None else parse(path, data)
            except UnparsableFile as problem:
                record = before.record if before is not None else None
                converted = before.converted if before is not None else None
                return _Known(data, record, problem.with_traceback(None), old, converted)
            tree = FullTree(parsed.tree, before.converted if before is not None else None)
        with self.measured("walk"):
            if before is None or before.record is None or again is None:
                record = walk_module(ModuleRecord(path, parsed, is_stub=is_stub(path)), tree)
                return _Known(data, record, None, again, tree.converted)
            # Were it kept while the walk fails, it would be half of one content and half of another.
            self._walked.pop(path, None)
            # It changes under the projects that know it.
            self._linked = {key: linked for key, linked in self._linked.items() if path not in linked.loaded}
            return _Known(data, walk_again(before.record, parsed, tree), None, again, tree.converted)

    def linked_with(self, path: Path) -> LinkedProject | None:
        """The linked project of the last runs that a module is part of."""
        return next((linked for linked in self._linked.values() if path in linked.modules), None)

    def measured(self, phase: str) -> AbstractContextManager[None]:
        """Counts what is done inside for a phase, if anybody wants to know."""
        return self.timing.of(phase) if self.timing is not None else nullcontext()

    def tell_progress(self, done: float) -> None:
        """Says which part of the current project is done: half of it is parsing, the other half asking the rules."""
        if self.progress is not None:
            start, part = self.share
            self.progress(start + part * done)

    def end_work(self) -> None:
        """Lets go of a project that nobody will ask for again, in a run that comes once."""
        if self.keeps:
            return
        for known in (self._walked, self._checked, self._linked):
            known.clear()
        self._module_paths.clear()
        self._disk.forget_all_but(set())
        self.signs.forget_all_but(set())
        # Trees and records refer to one another, and the collector rests while a run lasts.
        if gc.get_count()[0] > _WORTH_COLLECTING:
            gc.collect()

    def begin_round(self) -> None:
        """Begins to note what is asked for."""
        self._asked_files.clear()
        self._asked_projects.clear()

    def end_round(self) -> None:
        """Lets go of what nobody has asked for since the round began."""
        for known in (self._walked, self._checked):
            for path in known.keys() - self._asked_files:
                del known[path]
        self._disk.forget_all_but(self._asked_files)
        self._edited &= self._asked_files
        self.signs.forget_all_but(self._asked_files)
        for gone in self._linked.keys() - self._asked_projects:
            del self._linked[gone]

    def sizes(self) -> dict[str, int]:
        """How much is kept, for people who look for a leak."""
        return {
            "files": self._disk.files,
            "modules": len(self._walked),
            "bytes": self._disk.size,
            "projects": len(self._linked),
        }


def _cut(known: _Known | None) -> CutModule | None:
    """What is known of a file, cut into parts; only a file that has changed is worth that."""
    if known is None:
        return None
    # Imported here: only an editor comes by.
    from .reparsing import cut

    return known.cut or (cut(known.record.parsed) if known.record is not None else None)
