"""The modules of a project, walked and linked, and what the rules say about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .cache_files import digest_of
from .decoding import UnparsableFile
from .diagnostics import Diagnostic
from .engine import check_module, enabled_rules
from .module_paths import is_stub
from .out_of_sight import CallsOutOfSight
from .semantics.facts import ModuleFacts
from .semantics.hints import Hints
from .semantics.linking import ModuleIndex
from .semantics.project_facts import ProjectFacts
from .semantics.records import ModuleRecord
from .semantics.resolve import Resolver
from .semantics.stubs import stub_record
from .semantics.summary import has_nodes
from .shared_parsing import shares, walked_by_others

if TYPE_CHECKING:
    from .kept_summaries import Summaries
    from .semantics.summary import Summary
    from .session import Session
    from .settings import Settings


class LinkedProject:
    """The files of a project that matter, as they were at one time; answers are worked out once."""

    def __init__(
        self,
        contents: Mapping[Path, bytes],
        matters: set[Path],
        settings: Settings,
        session: Session,
        summaries: Summaries | None = None,
        calls_out_of_sight: CallsOutOfSight | None = None,
    ) -> None:
        """Takes the contents of all files and those that matter; what `summaries` know need not be parsed."""
        self.contents = contents
        self._matters = matters
        self.unparsable: dict[Path, UnparsableFile] = {}
        self._session = session
        self._summaries = summaries
        self._settings = settings
        self._rules = enabled_rules(settings)
        self._found: dict[Path, list[Diagnostic]] = {}
        self._records: dict[Path, ModuleRecord | None] = {}
        self._of_others: dict[Path, Summary] = {}
        self._digests: dict[Path, str] = {}
        hints = Hints(settings.database_types, settings.target_python)
        index = ModuleIndex(session.module_paths(contents, settings.roots), self._load)
        self._load_all(matters)
        modules = [record for path in sorted(matters) if (record := self._load(path)) is not None]
        self.modules = {module.path: module for module in modules}
        self.calls_out_of_sight = calls_out_of_sight or CallsOutOfSight(contents, matters)
        self.facts = ProjectFacts(Resolver(modules, index, self.calls_out_of_sight, hints))

    @property
    def loaded(self) -> Iterable[Path]:
        """The files of its modules, and of those that they import."""
        return self._records.keys()

    @property
    def imported(self) -> set[Path]:
        """The files of the project that do not matter themselves, and that its modules import."""
        return {path for path in self._records if path not in self._matters and path in self.contents}

    @property
    def looked_into(self) -> set[Path]:
        """The files of the project whose nodes somebody has asked for, or that cannot be parsed."""
        own = {path: record for path, record in self._records.items() if path in self.contents}
        return {path for path, record in own.items() if record is None or has_nodes(record)}

    def is_parsed(self, path: Path) -> bool:
        """Whether a file is one of its modules: it could be parsed, now or when its summary was written."""
        return self._records.get(path) is not None

    def known(self) -> dict[Path, tuple[str, ModuleRecord | Summary]]:
        """Its modules and the stubs that they lead to, walked or summed up, each with the digest of its content."""
        return {
            path: (self._digest(path), self._of_others.get(path) or record)
            for path, record in self._records.items()
            if record is not None
        }

    def findings(self, path: Path) -> list[Diagnostic]:
        """What the rules find in a module, before comments hide any of it."""
        if path not in self._found:
            module = self.modules.get(path)
            found: list[Diagnostic] = []
            if module is not None and not module.is_stub:
                facts = ModuleFacts(module, self.facts)
                for rule in self._rules:
                    self._session.checkpoint()
                    with self._session.measured(rule.code):
                        found.extend(check_module(facts, (rule,), self._settings))
            self._found[path] = found
        return self._found[path]

    def _load_all(self, paths: set[Path]) -> None:
        """Loads modules, some of them by other processes if there is much to parse."""
        session = self._session
        unknown = {path: len(self.contents[path]) for path in paths if not self._is_summed_up(path)}
        jobs = 1 if session.keeps else session.jobs
        _, *others = shares(unknown, jobs)
        with walked_by_others(others, self._walk, session.timing) as summaries:
            own = sorted(paths.difference(*others))
            for number, path in enumerate(own):
                session.checkpoint()
                session.tell_progress(number / len(own) / 2)
                self._load(path)
            if others:
                with session.measured("wait"):
                    self._of_others = summaries()
        if self._of_others:
            from .semantics.summary import restored

            self._records |= {
                path: restored(summary, path, partial(self._walk_in_full, path))
                for path, summary in self._of_others.items()
            }

    def _is_summed_up(self, path: Path) -> bool:
        return self._summaries is not None and self._summaries.has(path, self._digest(path))

    def _load(self, path: Path) -> ModuleRecord | None:
        if path not in self._records:
            self._records[path] = None
            try:
                self._records[path] = self._record(path)
            except UnparsableFile as problem:
                self.unparsable[path] = problem
        return self._records[path]

    def _record(self, path: Path) -> ModuleRecord:
        is_ours = self._is_ours(path)
        if self._summaries is not None:
            walk = partial(stub_record if is_ours else self._walk_in_full, path)
            known = self._summaries.restored(path, self._digest(path), walk)
            if known is not None:
                return known
        return stub_record(path) if is_ours else self._walk(path)

    def _walk(self, path: Path) -> ModuleRecord:
        return self._session.record(path, self._content(path))

    def _walk_in_full(self, path: Path) -> ModuleRecord:
        return self._session.record_with_nodes(path, self._content(path))

    def _content(self, path: Path) -> bytes:
        return self.contents[path] if path in self.contents else path.read_bytes()

    def _digest(self, path: Path) -> str:
        if path not in self._digests:
            # The linter's own files are part of what a summary is kept under.
            known = self._summaries.contents.get(str(path)) if self._summaries is not None else None
            own = path in self.contents
            self._digests[path] = known or (digest_of(self.contents[path]) if own else "")
        return self._digests[path]

    def _is_ours(self, path: Path) -> bool:
        return is_stub(path) and path not in self.contents
