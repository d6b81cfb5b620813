"""The server: what it keeps of one client, and what becomes of what the client tells it."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

from asyncdb_lint import __version__
from asyncdb_lint.server.client import Client
from asyncdb_lint.server.client_settings import LEVELS, SECTION, ClientSettings, plain, section_of
from asyncdb_lint.server.delivery import Delivery
from asyncdb_lint.server.documents import Document, Documents, path_of
from asyncdb_lint.server.folders import IGNORE_FILES, SETTINGS_FILES, Folder, Folders, Report
from asyncdb_lint.server.notebooks import Notebooks
from asyncdb_lint.server.offers import Offers
from asyncdb_lint.server.progress import WorkProgress
from asyncdb_lint.server.protocol import Protocol
from asyncdb_lint.server.reading import Reading
from asyncdb_lint.server.rendering import SOURCE, plain_uri
from asyncdb_lint.server.runs import SWARM, Runs

_WATCHED = ("**/*.{py,pyi}", *(f"**/{name}" for name in sorted(SETTINGS_FILES | IGNORE_FILES)))
_NOTEBOOKS = types.NotebookDocumentSyncOptions(
    [
        types.NotebookDocumentFilterWithNotebook(
            types.NotebookDocumentFilterNotebookType("jupyter-notebook"),
            [types.NotebookCellLanguage("python")],
        )
    ],
    save=True,
)
_log = logging.getLogger(__name__)


class Server(LanguageServer):
    """One server for one editor."""

    # pygls makes it of the class that it is given.
    protocol: Protocol  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self) -> None:
        super().__init__(SOURCE, __version__, protocol_cls=Protocol, notebook_document_sync=_NOTEBOOKS)
        self.documents = Documents()
        self.notebooks = Notebooks(self.documents)
        self.folders = Folders()
        self.runs = Runs(
            self.documents,
            self.folders,
            self._found,
            lambda: WorkProgress(self, self.client.shows_progress),
            self._settled,
        )
        self.initial = ClientSettings()
        # These are made for the client that greets.
        self.client: Client
        self.delivery: Delivery
        self.offers: Offers
        self.reading: Reading
        self._told: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    # -- life --------------------------------------------------------------------------------------------------------

    def greet(self, params: types.InitializeParams) -> None:
        """Learns what the client can do and which folders it has open."""
        self.documents.encoding = self.workspace.position_encoding
        self.client = Client(params, self.documents)
        self.delivery = Delivery(self, self.client, self.documents, self.folders)
        self.offers = Offers(self, self.client, self.documents, self.folders, self.runs)
        self.reading = Reading(self, self.client, self.documents, self.folders, self.runs)
        self.initial = ClientSettings.of(section_of(plain(params.initialization_options)))
        roots = [folder.uri for folder in params.workspace_folders or []]
        if not roots and params.root_uri:
            roots = [params.root_uri]
        elif not roots and params.root_path:
            roots = [plain_uri(Path(params.root_path))]
        self._add_folders(roots)

    async def begin(self) -> None:
        """Asks the client for its settings and to watch files, and lints what is open."""
        await self._register()
        await self.configure()

    async def _register(self) -> None:
        wanted: list[types.Registration] = []
        watched = self.client.workspace.did_change_watched_files
        if watched and watched.dynamic_registration:
            watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            wanted.append(types.Registration(str(uuid.uuid4()), types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
        changed = self.client.workspace.did_change_configuration
        if changed and changed.dynamic_registration:
            section = types.DidChangeConfigurationRegistrationOptions(section=SECTION)
            wanted.append(types.Registration(str(uuid.uuid4()), types.WORKSPACE_DID_CHANGE_CONFIGURATION, section))
        if wanted:
            try:
                await self.client_register_capability_async(types.RegistrationParams(wanted))
            except JsonRpcException as error:
                _log.warning("the client does not watch files: %s", error)

    async def configure(self, given: Any = None) -> None:
        """Takes settings: those of each folder if the client can be asked, else the same for all."""
        section = section_of(given)
        if isinstance(section, Mapping) and section:
            self.initial = ClientSettings.of(section)
        folders = self.folders.all()
        answers: list[Any] = []
        if self.client.workspace.configuration and folders:
            items = [types.ConfigurationItem(plain_uri(folder.path), SECTION) for folder in folders]
            try:
                answers = list(await self.workspace_configuration_async(types.ConfigurationParams(items)) or [])
            except JsonRpcException as error:
                _log.warning("the client does not tell its settings: %s", error)
        for index, folder in enumerate(folders):
            answer = answers[index] if index < len(answers) else None
            folder.configure(ClientSettings.of(answer) if isinstance(plain(answer), Mapping) else self.initial)
        logging.getLogger("asyncdb_lint").setLevel(LEVELS[self._settings_for_all().log_level])
        self._tell_problems()
        self.delivery.take_back_what_is_not_linted()
        self.runs.start(disk_changed=True)

    def _settings_for_all(self) -> ClientSettings:
        return next((folder.client for folder in self.folders.all() if folder.is_own), self.initial)

    def change_folders(self, event: types.WorkspaceFoldersChangeEvent) -> None:
        """Takes folders that come and go."""
        for gone in event.removed:
            path = path_of(gone.uri)
            folder = self.folders.remove(path) if path is not None else None
            if folder is not None:
                self._let_go(folder)
        self._add_folders(added.uri for added in event.added)
        self._later(self.configure())

    def _add_folders(self, names: Iterable[str]) -> None:
        for name in names:
            path = path_of(name)
            if path is not None:
                self.folders.add(path).configure(self.initial)

    def _let_go(self, folder: Folder) -> None:
        self.runs.drop(folder)
        self.delivery.take_back_all(folder)

    # -- documents ---------------------------------------------------------------------------------------------------

    def opened(self, document: Document | None) -> None:
        """Looks at a document that was opened."""
        if document is None:
            return
        folder = self.folders.of(document.path)
        if folder is None:
            folder = self.folders.around(document.path)
            folder.configure(self.initial)
        if self.client.pulls and document.path in folder.pushed:
            # From now on the client asks; what it was sent before would be shown beside the answers.
            self.delivery.push(folder, document.path, None)
        self.runs.start(document.path, disk_changed=True)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        """Takes changes of a document."""
        document = self.documents.change(params)
        if document is None:
            _log.warning("ignored a change of %s, which is not open or is newer", params.text_document.uri)
            return
        self.runs.start(document.path, typed=True)

    def notebook_changed(self, params: types.DidChangeNotebookDocumentParams) -> None:
        """Takes changes of a notebook and its cells."""
        versions = self.notebooks.change(params)
        if versions is None:
            _log.warning("ignored a change of %s, which is no open notebook", params.notebook_document.uri)
            return
        before, after = versions
        left = {part.uri for part in after.parts}
        self.delivery.take_back(after, tuple(part for part in before.parts if part.uri not in left))
        self.runs.start(after.path, typed=True)

    def saved(self, uri: str) -> None:
        """Looks at the disk: what is saved may be a file that others import, or settings."""
        path = path_of(uri)
        if path is not None and path.name in SETTINGS_FILES | IGNORE_FILES:
            self._reread_settings()
        self.runs.start(path, disk_changed=True)

    def closed(self, uri: str) -> None:
        """Lets go of a document; from now on the file counts as it is on disk."""
        document = self.documents.close(uri)
        if document is None:
            return
        folder = self.folders.of(document.path)
        self.runs.release(document.path)
        if folder is not None:
            folder.reports.pop(document.path, None)
            if document.path in folder.pushed:
                self.delivery.take_back(document, document.parts)
                folder.pushed.discard(document.path)
        for left in self.folders.without_files(other.path for other in self.documents):
            self._let_go(left)
            self.folders.remove(left.path)
        self.runs.start(disk_changed=True)

    def files_changed(self, names: Iterable[str]) -> None:
        """Looks at the disk, and reads settings anew if one of their files has changed."""
        paths = [path for name in names if (path := path_of(name)) is not None]
        if any(path.name in SETTINGS_FILES | IGNORE_FILES for path in paths):
            self._reread_settings()
        self.runs.start(delay=SWARM, disk_changed=True)

    def _reread_settings(self) -> None:
        for folder in self.folders.all():
            folder.forget_settings()
        self._tell_problems()

    def _tell_problems(self) -> None:
        problems = {folder.problem for folder in self.folders.all() if folder.problem}
        for problem in sorted(problems - self._told):
            message = f"asyncdb-lint: {problem}"
            self.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))
        # What was mended and broken again is told again.
        self._told = problems

    # -- trouble -----------------------------------------------------------------------------------------------------

    def _found(self, path: Path, report: Report) -> None:
        self.delivery.take(path, report)

    def _settled(self, folder: Folder) -> None:
        self._tell_problems()
        self.delivery.ask_again(folder)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Logs what went wrong; a box in the editor for every broken message would be worse than the message."""
        _log.error("%s: %s", getattr(source, "__name__", source), error)

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
