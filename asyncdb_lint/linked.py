"""The modules of a project, walked and linked, and what the rules say about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .diagnostics import Diagnostic
from .engine import check_module, enabled_rules
from .out_of_sight import CallsOutOfSight
from .parsing import UnparsableFile
from .semantics.facts import ModuleFacts
from .semantics.hints import Hints
from .semantics.linking import ModuleIndex, is_stub
from .semantics.project_facts import ProjectFacts
from .semantics.records import ModuleRecord
from .semantics.resolve import Resolver
from .semantics.stubs import stub_record

if TYPE_CHECKING:
    from .session import Session
    from .settings import Settings


class LinkedProject:
    """The files of a project that matter, as they were at one time; answers are worked out once."""

    def __init__(
        self, contents: Mapping[Path, bytes], matters: set[Path], settings: Settings, session: Session
    ) -> None:
        self.contents = contents
        self.unparsable: dict[Path, UnparsableFile] = {}
        self.texts: dict[Path, str] = {}
        self._session = session
        self._settings = settings
        self._rules = enabled_rules(settings)
        self._found: dict[Path, list[Diagnostic]] = {}
        self._records: dict[Path, ModuleRecord | None] = {}
        roots = tuple(settings.root / folder for folder in settings.src)
        hints = Hints(settings.database_types, roots, settings.target_python)
        index = ModuleIndex(contents, self._load, hints.roots)
        modules: list[ModuleRecord] = []
        for number, path in enumerate(sorted(matters)):
            session.checkpoint()
            session.tell_progress(number / len(matters) / 2)
            record = self._load(path)
            if record is not None:
                modules.append(record)
        self.modules = {module.path: module for module in modules}
        self.calls_out_of_sight = CallsOutOfSight(contents, matters)
        self.facts = ProjectFacts(Resolver(modules, index, self.calls_out_of_sight, hints))

    @property
    def loaded(self) -> Iterable[Path]:
        """The files of its modules, and of those that they import."""
        return self._records.keys()

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

    def _load(self, path: Path) -> ModuleRecord | None:
        if path not in self._records:
            if is_stub(path) and path not in self.contents:
                self._records[path] = stub_record(path)
                return self._records[path]
            self._records[path] = None
            try:
                record = self._session.record(path, self.contents[path] if path in self.contents else path.read_bytes())
            except UnparsableFile as problem:
                self.unparsable[path] = problem
                return None
            self.texts[path] = record.parsed.text
            self._records[path] = record
        return self._records[path]
