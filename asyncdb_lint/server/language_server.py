"""What the server does for an editor: one method a request or notification."""

from __future__ import annotations

import asyncio
import logging
import os
import platform
import sys
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcException, JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from asyncdb_lint import __version__
from asyncdb_lint.installed_plugins import PluginError
from asyncdb_lint.pages import load_page, page_file, rule_names
from asyncdb_lint.server import actions, hover
from asyncdb_lint.server.client_settings import LEVELS, SECTION, ClientSettings, plain, section_of
from asyncdb_lint.server.documents import Document, Documents, path_of
from asyncdb_lint.server.folders import IGNORE_FILES, SETTINGS_FILES, Folder, Folders, Report
from asyncdb_lint.server.protocol import Protocol
from asyncdb_lint.server.rendering import SOURCE, Rendering, identity, plain_uri
from asyncdb_lint.server.runs import DEBOUNCE, Runs

RULE_PAGE = "asyncdb-lint/rulePage"
FIX_ALL_COMMAND = "asyncdb-lint.applyFixAll"
DEBUG_COMMAND = "asyncdb-lint.printDebugInformation"
_WATCHED = ("**/*.{py,pyi}", *(f"**/{name}" for name in sorted(SETTINGS_FILES | IGNORE_FILES)))
_log = logging.getLogger(__name__)


class Server(LanguageServer):
    """One server for one editor."""

    # pygls makes it of the class that it is given.
    protocol: Protocol  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(self) -> None:
        super().__init__(SOURCE, __version__, protocol_cls=Protocol)
        self.documents = Documents()
        self.folders = Folders()
        self.runs = Runs(self.documents, self.folders, self._deliver, lambda: WorkProgress(self), self._settled)
        self.initial = ClientSettings()
        self.rendering: Rendering
        self.edits: actions.Workspace
        self.page_command = actions.SHOW_PAGE
        self.page_uri = ""
        """How the client names the page of the rule `{code}`, if it shows them itself."""
        self._told: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    # -- what the client can do --------------------------------------------------------------------------------------

    @property
    def pulls(self) -> bool:
        """Whether the client asks for the diagnostics of open documents, instead of being sent them."""
        document = self.client_capabilities.text_document
        return bool(document and document.diagnostic)

    @property
    def _workspace_abilities(self) -> types.WorkspaceClientCapabilities:
        return self.client_capabilities.workspace or types.WorkspaceClientCapabilities()

    @property
    def _window_abilities(self) -> types.WindowClientCapabilities:
        return self.client_capabilities.window or types.WindowClientCapabilities()

    @property
    def shows_progress(self) -> bool:
        """Whether the client shows how far long work is."""
        return bool(self._window_abilities.work_done_progress)

    def can_resolve(self, name: str) -> bool:
        """Whether the client asks again for a part of an action before it uses it."""
        document = self.client_capabilities.text_document
        action = document.code_action if document else None
        return bool(action and action.resolve_support and name in action.resolve_support.properties)

    def uri_of(self, path: Path) -> str:
        """The name of a file, as the client writes it if it is open."""
        document = self.documents.of(path)
        return document.uri if document is not None else plain_uri(path)

    def page_of(self, code: str) -> str | None:
        """The name of the page of a rule."""
        if code not in rule_names():
            return None
        return self.page_uri.replace("{code}", code) if self.page_uri else plain_uri(page_file(code))

    # -- life --------------------------------------------------------------------------------------------------------

    def greet(self, params: types.InitializeParams) -> None:
        """Learns what the client can do and which folders it has open."""
        self.documents.encoding = self.workspace.position_encoding
        self.rendering = Rendering.for_client(params.capabilities, self.documents.encoding, self.uri_of, self.page_of)
        edit = self._workspace_abilities.workspace_edit
        self.edits = actions.Workspace(self.documents, bool(edit and edit.document_changes), self.uri_of)
        options = plain(params.initialization_options)
        if isinstance(options, Mapping) and isinstance(options.get("rulePageCommand"), str):
            self.page_command = options["rulePageCommand"]
        if isinstance(options, Mapping) and isinstance(options.get("rulePageUri"), str):
            self.page_uri = options["rulePageUri"]
        self.initial = ClientSettings.of(section_of(options))
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
        watched = self._workspace_abilities.did_change_watched_files
        if watched and watched.dynamic_registration:
            watchers = [types.FileSystemWatcher(pattern) for pattern in _WATCHED]
            options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
            wanted.append(types.Registration(str(uuid.uuid4()), types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options))
        changed = self._workspace_abilities.did_change_configuration
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
        if self._workspace_abilities.configuration and folders:
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
        self._forget_what_is_not_linted()
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
        for path in sorted(folder.pushed):
            self._push(folder, path, [], None)

    # -- documents ---------------------------------------------------------------------------------------------------

    def opened(self, item: types.TextDocumentItem) -> None:
        """Takes a document."""
        document = self.documents.open(item)
        if document is None:
            return
        folder = self.folders.of(document.path)
        if folder is None:
            folder = self.folders.around(document.path)
            folder.configure(self.initial)
        if self.pulls and document.path in folder.pushed:
            # From now on the client asks; what it was sent before would be shown beside the answers.
            self._push(folder, document.path, [], None)
        self.runs.start(document.path, disk_changed=True)

    def changed(self, params: types.DidChangeTextDocumentParams) -> None:
        """Takes changes of a document."""
        document = self.documents.change(params)
        if document is None:
            _log.warning("ignored a change of %s, which is not open or is newer", params.text_document.uri)
            return
        self.runs.start(document.path, delay=DEBOUNCE)

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
            if document.path in folder.pushed and not self.pulls:
                self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(document.uri, []))
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
        self.runs.start(delay=DEBOUNCE, disk_changed=True)

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

    # -- diagnostics -------------------------------------------------------------------------------------------------

    async def pulled(self, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        """Answers with the diagnostics of a document as it is now."""
        document = self.documents.at(params.text_document.uri)
        report = await self.runs.report(document) if document is not None else None
        items = self._rendered(document.path, report) if document is not None and report is not None else []
        found = identity(items)
        newest = self.documents.at(params.text_document.uri)
        if newest is not None:
            newest.delivered = found
        if params.previous_result_id == found:
            return types.RelatedUnchangedDocumentDiagnosticReport(found)
        return types.RelatedFullDocumentDiagnosticReport(items, result_id=found)

    def _rendered(self, path: Path, report: Report) -> list[types.Diagnostic]:
        opened = {other: document.text for other in report.texts if (document := self.documents.of(other)) is not None}
        return self.rendering.diagnostics(path, report.findings, {**report.texts, **opened})

    def _deliver(self, path: Path, report: Report) -> None:
        folder = self.folders.of(path)
        document = self.documents.of(path)
        if folder is None or (document is not None and self.pulls):
            return
        if report.findings or path in folder.pushed or document is not None:
            self._push(folder, path, self._rendered(path, report), report.version)

    def _push(self, folder: Folder, path: Path, items: list[types.Diagnostic], version: int | None) -> None:
        if items:
            folder.pushed.add(path)
        else:
            folder.pushed.discard(path)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(self.uri_of(path), items, version))

    def _settled(self, folder: Folder) -> None:
        """Makes a client that pulls ask again for documents that depend on what has changed."""
        self._tell_problems()
        ability = self._workspace_abilities.diagnostics
        if not (self.pulls and ability and ability.refresh_support):
            return
        for path, report in folder.reports.items():
            document = self.documents.of(path)
            if document is None or document.delivered is None:
                continue
            if identity(self._rendered(path, report)) != document.delivered:
                # It is told once, and asks or does not.
                document.delivered = None
                self.workspace_diagnostic_refresh(None)
                return

    def _forget_what_is_not_linted(self) -> None:
        """Takes back what was pushed for files that are not linted any more unless they are open."""
        for folder in self.folders.all():
            if not folder.lints_everything:
                for path in sorted(folder.pushed):
                    if self.documents.of(path) is None:
                        self._push(folder, path, [], None)

    # -- actions -----------------------------------------------------------------------------------------------------

    async def actions(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """Offers what can be done at a place."""
        document = self.documents.at(params.text_document.uri)
        if document is None:
            return []
        only = params.context.only
        found: list[types.CodeAction] = []
        folder = self.folders.around(document.path)
        if actions.is_asked(types.CodeActionKind.QuickFix, only):
            report = await self.runs.report(document)
            newest = self.documents.of(document.path)
            if report is not None and newest is not None and newest.version == document.version:
                offers = actions.Actions(newest, folder, report, self.edits, self.page_command, params)
                found.extend(offers.quick())
        if folder.client.fix_all and actions.is_asked(actions.FIX_ALL, only):
            action = types.CodeAction("Fix all safe fixes of asyncdb-lint", actions.FIX_ALL, data={"uri": document.uri})
            if self.can_resolve("edit"):
                found.append(action)
            elif only is not None:
                edit = await self.fix_all(document)
                found.extend([types.CodeAction(action.title, action.kind, edit=edit)] if edit else [])
        return found

    async def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """Works out the edit of an action that was offered without."""
        data = plain(action.data)
        document = self.documents.at(str(data.get("uri"))) if isinstance(data, Mapping) else None
        if document is not None and action.edit is None:
            action.edit = await self.fix_all(document) or types.WorkspaceEdit()
        return action

    async def fix_all(self, document: Document) -> types.WorkspaceEdit | None:
        """All safe fixes in one document, until nothing more can be fixed; None if there are none."""
        folder = self.folders.around(document.path)
        settings = folder.settings_of(document)
        if settings is None:
            return None
        unsaved = self.documents.unsaved()
        text = await self.runs.work(lambda: self.runs.fix(folder, document, settings, unsaved))
        # Linting what the fixes made has put that into the session; the document is as it was until the client applies.
        if self.documents.of(document.path) is not document:
            return None
        edits = document.positions.replacing(text)
        return self.edits.edit({document.path: edits}) if edits else None

    async def apply_fix_all(self, arguments: list[Any]) -> bool:
        """Applies all safe fixes to documents; says whether there was anything to apply."""
        applied = False
        for argument in map(plain, arguments):
            name = argument.get("uri") if isinstance(argument, Mapping) else argument
            document = self.documents.at(name) if isinstance(name, str) else None
            if document is None:
                raise JsonRpcInvalidParams(f"{FIX_ALL_COMMAND}: {name!r} is not open")
            edit = await self.fix_all(document)
            if edit is not None:
                params = types.ApplyWorkspaceEditParams(edit, "Fix all safe fixes of asyncdb-lint")
                applied = (await self.workspace_apply_edit_async(params)).applied or applied
        return applied

    # -- reading -----------------------------------------------------------------------------------------------------

    async def hover(self, params: types.HoverParams) -> types.Hover | None:
        """Shows the page of a rule, or what a driver's method is."""
        document = self.documents.at(params.text_document.uri)
        if document is None:
            return None
        folder = self.folders.around(document.path)
        if folder.settings_of(document) is None:
            return None
        report = await self.runs.report(document)
        if report is None or self.documents.of(document.path) is not document:
            return None
        found = hover.of_findings(document, report.findings, params.position) or hover.of_suppression(
            document, params.position
        )
        if found is None:
            found = await self.runs.work(lambda: hover.of_path(folder.session, document, params.position))
        if found is None:
            return None
        text, place = found
        ability = self.client_capabilities.text_document
        formats = ability.hover.content_format if ability and ability.hover else None
        is_plain = bool(formats) and types.MarkupKind.Markdown not in (formats or [])
        kind = types.MarkupKind.PlainText if is_plain else types.MarkupKind.Markdown
        return types.Hover(types.MarkupContent(kind, text), place)

    def rule_page(self, params: Any) -> dict[str, str]:
        """The page of a rule."""
        given = plain(params)
        code = given.get("code") if isinstance(given, Mapping) else getattr(params, "code", None)
        return {"markdown": load_page(_known_code(code)).text}

    async def show_page(self, arguments: list[Any]) -> bool:
        """Opens the page of a rule in the editor, or shows what it is about."""
        code = _known_code(arguments[0] if arguments else None)
        ability = self._window_abilities.show_document
        # The page of a plugin's rule is no file.
        if ability and ability.support and code in rule_names():
            params = types.ShowDocumentParams(plain_uri(page_file(code)), take_focus=True)
            return (await self.window_show_document_async(params)).success
        page = load_page(code)
        message = f"{code} {page.name}: {page.summary}"
        self.window_show_message(types.ShowMessageParams(types.MessageType.Info, message))
        return True

    async def debug_information(self) -> str:
        """What somebody who looks into a problem wants to know."""
        lines = [
            f"asyncdb-lint {__version__}",
            f"Python {platform.python_version()} ({sys.executable}) on {sys.platform}",
            f"process {os.getpid()}, positions in {self.documents.encoding}, "
            + ("diagnostics pulled" if self.pulls else "diagnostics pushed"),
            f"open documents: {sum(1 for _ in self.documents)}",
        ]
        for folder in self.folders.all():
            sizes = ", ".join(f"{count} {what}" for what, count in folder.session.sizes().items())
            lines += [
                f"folder {folder.path}" + ("" if folder.is_own else " (for open files only)"),
                f"  settings: {folder.client}",
                f"  kept: {sizes}; run {folder.generation}"
                + (", all files linted" if folder.whole_at == folder.generation else ""),
                *([f"  problem: {folder.problem}"] if folder.problem else []),
            ]
        text = "\n".join(lines)
        self.window_log_message(types.LogMessageParams(types.MessageType.Info, text))
        return text

    # -- trouble -----------------------------------------------------------------------------------------------------

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Logs what went wrong; a box in the editor for every broken message would be worse than the message."""
        _log.error("%s: %s", getattr(source, "__name__", source), error)

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class WorkProgress:
    """Shows the client how far a run is, if it wants to know."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._token: str | None = None

    async def begin(self, folder: Path) -> None:
        """Shows that a run begins."""
        if not self._server.shows_progress:
            return
        token = f"asyncdb-lint-{uuid.uuid4()}"
        try:
            await self._server.work_done_progress.create_async(token)
        except JsonRpcException as error:
            _log.debug("no progress is shown: %s", error)
            return
        self._token = token
        begin = types.WorkDoneProgressBegin(f"asyncdb-lint: {folder.name}", cancellable=True, percentage=0)
        self._server.work_done_progress.begin(token, begin)

    def report(self, done: int, total: int) -> None:
        """Shows how far it is."""
        if self._token is not None:
            value = types.WorkDoneProgressReport(message=f"{done}/{total} files", percentage=100 * done // total)
            self._server.work_done_progress.report(self._token, value)

    def end(self, message: str) -> None:
        """Shows that it is over."""
        if self._token is not None:
            self._server.work_done_progress.end(self._token, types.WorkDoneProgressEnd(message=message))
            self._server.work_done_progress.tokens.pop(self._token, None)
            self._token = None

    @property
    def is_cancelled(self) -> bool:
        """Whether the user has stopped it."""
        future = self._server.work_done_progress.tokens.get(self._token) if self._token is not None else None
        return future is not None and future.cancelled()


def _known_code(code: Any) -> str:
    wanted = code.upper() if isinstance(code, str) else ""
    try:
        load_page(wanted)
    except (KeyError, PluginError) as error:
        raise JsonRpcInvalidParams(f"{code!r} is no rule") from error
    return wanted


def make_server() -> Server:
    """A server that knows all its methods."""
    server = Server()
    feature, command = server.feature, server.command
    pattern = types.FileOperationPattern("**/*.{py,pyi,toml}")
    files = types.FileOperationRegistrationOptions([types.FileOperationFilter(pattern)])

    @feature(types.INITIALIZE)
    def _(params: types.InitializeParams) -> None:
        server.greet(params)

    @feature(types.INITIALIZED)
    async def _(_: types.InitializedParams) -> None:
        await server.begin()

    @feature(types.SHUTDOWN)
    def _(_: Any) -> None:
        server.runs.stop()

    @feature(types.TEXT_DOCUMENT_DID_OPEN)
    def _(params: types.DidOpenTextDocumentParams) -> None:
        server.opened(params.text_document)

    @feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _(params: types.DidChangeTextDocumentParams) -> None:
        server.changed(params)

    @feature(types.TEXT_DOCUMENT_DID_SAVE, types.SaveOptions(include_text=False))
    def _(params: types.DidSaveTextDocumentParams) -> None:
        server.saved(params.text_document.uri)

    @feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _(params: types.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def _(params: types.DidChangeWatchedFilesParams) -> None:
        server.files_changed(change.uri for change in params.changes)

    @feature(types.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def _(params: types.DidChangeConfigurationParams) -> None:
        await server.configure(params.settings)

    @feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def _(params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.change_folders(params.event)

    for happening in (types.WORKSPACE_DID_CREATE_FILES, types.WORKSPACE_DID_DELETE_FILES):

        @feature(happening, files)
        def _(params: types.CreateFilesParams | types.DeleteFilesParams) -> None:
            server.files_changed(file.uri for file in params.files)

    @feature(types.WORKSPACE_DID_RENAME_FILES, files)
    def _(params: types.RenameFilesParams) -> None:
        server.files_changed(name for file in params.files for name in (file.old_uri, file.new_uri))

    @feature(
        types.TEXT_DOCUMENT_DIAGNOSTIC,
        types.DiagnosticOptions(inter_file_dependencies=True, workspace_diagnostics=False, identifier=SOURCE),
    )
    async def _(params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        return await server.pulled(params)

    @feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            [types.CodeActionKind.QuickFix, types.CodeActionKind.SourceFixAll, actions.FIX_ALL], resolve_provider=True
        ),
    )
    async def _(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await server.actions(params)

    @feature(types.CODE_ACTION_RESOLVE)
    async def _(action: types.CodeAction) -> types.CodeAction:
        return await server.resolved(action)

    @feature(types.TEXT_DOCUMENT_HOVER)
    async def _(params: types.HoverParams) -> types.Hover | None:
        return await server.hover(params)

    @feature(RULE_PAGE)
    def _(params: Any) -> dict[str, str]:
        return server.rule_page(params)

    @command(FIX_ALL_COMMAND)
    async def _(*arguments: Any) -> bool:
        return await server.apply_fix_all(list(arguments))

    @command(actions.SHOW_PAGE)
    async def _(*arguments: Any) -> bool:
        return await server.show_page(list(arguments))

    @command(DEBUG_COMMAND)
    async def _(*_arguments: Any) -> str:
        return await server.debug_information()

    return server


def run() -> int:
    """Serves over standard input and output; the exit code says whether the client said goodbye."""
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s", level=logging.WARNING)
    # pygls reads standard input itself; nothing else may write to standard output.
    output, sys.stdout = sys.stdout, sys.stderr
    server = make_server()
    try:
        server.start_io(sys.stdin.buffer, output.buffer)
    finally:
        server.runs.stop()
    return 0 if server.protocol.is_shut_down else 1
