"""The folders of a workspace: their settings, the files that are linted in them, and what is kept between runs."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path

from asyncdb_lint.baseline import BaselineError
from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.files import find_files, is_left_out
from asyncdb_lint.gate import Gate
from asyncdb_lint.server.client_settings import WORKSPACE, ClientSettings
from asyncdb_lint.server.documents import Document
from asyncdb_lint.session import Session
from asyncdb_lint.settings import FILE_NAMES, Settings, SettingsError, SettingsResolver
from asyncdb_lint.surroundings import Surroundings

SETTINGS_FILES = frozenset(FILE_NAMES)
IGNORE_FILES = frozenset({".gitignore", ".ignore"})
_INTERPRETER = re.compile(r"(?i)python\d*(?:\.\d+)*")


@dataclass(frozen=True, slots=True)
class Report:
    """What is known of one file: the findings, and how often the folder had changed when they were made."""

    findings: tuple[Diagnostic, ...]
    texts: dict[Path, str]
    """The text of every file that a finding shows or a fix changes, as it was linted."""
    version: int | None
    generation: int

    def with_more(self, findings: Sequence[Diagnostic], document: Document | None) -> Report:
        """The same with findings that no run could make."""
        if not findings or document is None:
            return self
        found = sorted([*self.findings, *findings], key=lambda finding: finding.sort_key)
        return replace(self, findings=tuple(found), texts={**self.texts, document.path: document.text})


@dataclass(eq=False)
class Folder:
    """One folder of the workspace, or the project around a file that belongs to none."""

    path: Path
    is_own: bool = True
    """Whether the client has named it; else it is here for the sake of open files."""
    client: ClientSettings = field(default_factory=ClientSettings)
    session: Session = field(default_factory=Session)
    reports: dict[Path, Report] = field(default_factory=dict)
    pushed: set[Path] = field(default_factory=set)
    """Files whose findings the client has been sent without asking."""
    generation: int = 0
    run: asyncio.Task[None] | None = None
    problem: str = ""
    """Why the settings cannot be honoured; the last good ones hold until they can."""
    disk_changed: bool = True
    cancelled_at: int = -1
    """The generation whose run over the whole folder the user has stopped."""
    whole_at: int = -1
    """The generation in which every file of the folder has been linted."""
    _resolver: SettingsResolver | None = None
    _left_out: dict[Path, bool] = field(default_factory=dict)

    @property
    def lints_everything(self) -> bool:
        """Whether files are linted that nobody has opened."""
        return self.is_own and self.client.enable and self.client.mode == WORKSPACE

    def configure(self, client: ClientSettings) -> None:
        """Takes the editor's settings."""
        self.client = client
        self.forget_settings()

    def forget_settings(self) -> None:
        """Reads settings and ignore files anew."""
        self._left_out.clear()
        try:
            resolver = SettingsResolver(command_line=self.client.command_line())
            resolver.for_folder(self.path)
        except SettingsError as error:
            self.problem = str(error)
            return
        self.problem = "; ".join(self.client.problems)
        self._resolver = resolver

    def settings_of(self, document: Document) -> Settings | None:
        """The settings of an open document; None for one about which the linter is quiet."""
        path = document.path
        if self._resolver is None or not self.client.enable or not document.is_python or self._is_library(path):
            return None
        if path not in self._left_out:
            self._left_out[path] = self.is_own and is_left_out(path, self._resolver, top=self.path)
        return None if self._left_out[path] else self._settings_in(path.parent)

    def everything(self) -> dict[Path, Settings]:
        """All files that the command line would lint in this folder."""
        if self._resolver is None:
            return {}
        try:
            return find_files([self.path], self._resolver).files
        except SettingsError as error:
            self.problem = str(error)
            return {}

    def gate(self, files: Mapping[Path, Settings]) -> Gate | None:
        """What leaves out findings that a baseline knows, as on the command line; one that is broken knows none."""
        if not any(settings.baseline for settings in files.values()):
            return None
        try:
            return Gate.of(files)
        except BaselineError as error:
            self.problem = str(error)
            return None

    def _settings_in(self, folder: Path) -> Settings | None:
        if self._resolver is None:
            return None
        try:
            return self._resolver.for_folder(folder)
        except SettingsError as error:
            self.problem = str(error)
            return None

    def _is_library(self, path: Path) -> bool:
        """Whether a file that lies in no folder of the workspace is part of what is installed."""
        if self.is_own:
            return False
        parts = path.parts
        if {"site-packages", "dist-packages"} & set(parts):
            return True
        return any(folder.lower() == "lib" and _INTERPRETER.fullmatch(inside) for folder, inside in pairwise(parts))


class Folders:
    """All folders; a file belongs to the innermost that it lies in."""

    def __init__(self) -> None:
        self._folders: dict[Path, Folder] = {}

    def all(self) -> list[Folder]:
        """Every folder."""
        return list(self._folders.values())

    def add(self, path: Path, *, is_own: bool = True) -> Folder:
        """Takes a folder, once."""
        known = self._folders.get(path)
        if known is None or known.is_own != is_own:
            known = self._folders[path] = Folder(path, is_own)
        return known

    def remove(self, path: Path) -> Folder | None:
        """Lets go of a folder."""
        return self._folders.pop(path, None)

    def of(self, path: Path) -> Folder | None:
        """The folder that a file belongs to."""
        return next((self._folders[parent] for parent in path.parents if parent in self._folders), None)

    def around(self, path: Path) -> Folder:
        """The folder that a file belongs to; one that lies outside of the workspace gets one of its own."""
        known = self.of(path)
        if known is not None:
            return known
        return self.add(Surroundings().root_of(path.parent) or path.parent, is_own=False)

    def without_files(self, open_files: Iterable[Path]) -> list[Folder]:
        """Folders that were only here for files which are no longer open."""
        needed = {id(self.of(path)) for path in open_files}
        return [folder for folder in self.all() if not folder.is_own and id(folder) not in needed]
