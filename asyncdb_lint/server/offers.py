"""What the client can do about findings: quick fixes, and all safe fixes at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from asyncdb_lint.server import actions
from asyncdb_lint.server.client import Client
from asyncdb_lint.server.client_settings import plain
from asyncdb_lint.server.documents import Document, Documents
from asyncdb_lint.server.folders import Folders
from asyncdb_lint.server.notebooks import Notebook
from asyncdb_lint.server.runs import Runs

FIX_ALL_COMMAND = "asyncdb-lint.applyFixAll"
KINDS = (
    types.CodeActionKind.QuickFix,
    types.CodeActionKind.SourceFixAll,
    actions.FIX_ALL,
    actions.NOTEBOOK_FIX_ALL,
)
_TITLE = "Fix all safe fixes of asyncdb-lint"


class Offers:
    """Offers actions, and works out those that were offered without their edits."""

    def __init__(
        self, server: LanguageServer, client: Client, documents: Documents, folders: Folders, runs: Runs
    ) -> None:
        self._server = server
        self._client = client
        self._documents = documents
        self._folders = folders
        self._runs = runs

    async def at(self, params: types.CodeActionParams) -> list[types.CodeAction]:
        """Offers what can be done at a place."""
        document = self._documents.at(params.text_document.uri)
        if document is None:
            return []
        only = params.context.only
        found: list[types.CodeAction] = []
        folder = self._folders.around(document.path)
        if actions.is_asked(types.CodeActionKind.QuickFix, only):
            report = await self._runs.report(document)
            newest = self._documents.of(document.path)
            if report is not None and newest is not None and newest.version == document.version:
                client = self._client
                offers = actions.Actions(newest, folder, report, client.edits, client.page_command, params)
                found.extend(offers.quick())
        # A cell by itself has no `source.fixAll`: a fix may change several cells, and each would be asked.
        kind = actions.NOTEBOOK_FIX_ALL if isinstance(document, Notebook) else actions.FIX_ALL
        if folder.client.fix_all and actions.is_asked(kind, only):
            action = types.CodeAction(_TITLE, kind, data={"uri": document.uri})
            if self._client.can_resolve("edit"):
                found.append(action)
            elif only is not None:
                edit = await self.fix_all(document)
                found.extend([types.CodeAction(action.title, action.kind, edit=edit)] if edit else [])
        return found

    async def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """Works out the edit of an action that was offered without."""
        data = plain(action.data)
        document = self._documents.at(str(data.get("uri"))) if isinstance(data, Mapping) else None
        if document is not None and action.edit is None:
            action.edit = await self.fix_all(document) or types.WorkspaceEdit()
        return action

    async def fix_all(self, document: Document) -> types.WorkspaceEdit | None:
        """All safe fixes in one document, until nothing more can be fixed; None if there are none."""
        folder = self._folders.around(document.path)
        settings = folder.settings_of(document)
        if settings is None:
            return None
        unsaved = self._documents.unsaved()
        text = await self._runs.work(lambda: self._runs.fix(folder, document, settings, unsaved))
        # Linting what the fixes made has put that into the session; the document is as it was until the client applies.
        if self._documents.of(document.path) is not document:
            return None
        edits = document.positions.replacing(text)
        return self._client.edits.edit({document.path: edits}) if edits else None

    async def apply_fix_all(self, arguments: list[Any]) -> bool:
        """Applies all safe fixes to documents; says whether there was anything to apply."""
        applied = False
        for argument in map(plain, arguments):
            name = argument.get("uri") if isinstance(argument, Mapping) else argument
            document = self._documents.at(name) if isinstance(name, str) else None
            if document is None:
                raise JsonRpcInvalidParams(f"{FIX_ALL_COMMAND}: {name!r} is not open")
            edit = await self.fix_all(document)
            if edit is not None:
                params = types.ApplyWorkspaceEditParams(edit, _TITLE)
                applied = (await self._server.workspace_apply_edit_async(params)).applied or applied
        return applied
