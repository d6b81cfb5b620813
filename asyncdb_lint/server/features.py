"""Which method of the protocol leads to what, and the server's life from start to end."""

from __future__ import annotations

import logging
import sys
from typing import Any

from lsprotocol import types

from asyncdb_lint.server import actions
from asyncdb_lint.server.language_server import Server
from asyncdb_lint.server.offers import FIX_ALL_COMMAND, KINDS
from asyncdb_lint.server.rendering import SOURCE

RULE_PAGE = "asyncdb-lint/rulePage"
DEBUG_COMMAND = "asyncdb-lint.printDebugInformation"


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
        server.opened(server.documents.open(params.text_document))

    @feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def _(params: types.DidChangeTextDocumentParams) -> None:
        server.changed(params)

    @feature(types.TEXT_DOCUMENT_DID_SAVE, types.SaveOptions(include_text=False))
    def _(params: types.DidSaveTextDocumentParams) -> None:
        server.saved(params.text_document.uri)

    @feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def _(params: types.DidCloseTextDocumentParams) -> None:
        server.closed(params.text_document.uri)

    @feature(types.NOTEBOOK_DOCUMENT_DID_OPEN)
    def _(params: types.DidOpenNotebookDocumentParams) -> None:
        server.opened(server.notebooks.open(params))

    @feature(types.NOTEBOOK_DOCUMENT_DID_CHANGE)
    def _(params: types.DidChangeNotebookDocumentParams) -> None:
        server.notebook_changed(params)

    @feature(types.NOTEBOOK_DOCUMENT_DID_SAVE)
    def _(params: types.DidSaveNotebookDocumentParams) -> None:
        server.saved(params.notebook_document.uri)

    @feature(types.NOTEBOOK_DOCUMENT_DID_CLOSE)
    def _(params: types.DidCloseNotebookDocumentParams) -> None:
        server.closed(params.notebook_document.uri)

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
        return await server.delivery.pulled(server.runs, params)

    @feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(list(KINDS), resolve_provider=True),
    )
    async def _(params: types.CodeActionParams) -> list[types.CodeAction]:
        return await server.offers.at(params)

    @feature(types.CODE_ACTION_RESOLVE)
    async def _(action: types.CodeAction) -> types.CodeAction:
        return await server.offers.resolved(action)

    @feature(types.TEXT_DOCUMENT_HOVER)
    async def _(params: types.HoverParams) -> types.Hover | None:
        return await server.reading.under(params)

    @feature(RULE_PAGE)
    def _(params: Any) -> dict[str, str]:
        return server.reading.rule_page(params)

    @command(FIX_ALL_COMMAND)
    async def _(*arguments: Any) -> bool:
        return await server.offers.apply_fix_all(list(arguments))

    @command(actions.SHOW_PAGE)
    async def _(*arguments: Any) -> bool:
        return await server.reading.show_page(list(arguments))

    @command(DEBUG_COMMAND)
    def _(*_arguments: Any) -> str:
        return server.reading.debug_information()

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
