"""Brings findings to the client: sent to it, or handed out when it asks."""

from __future__ import annotations

import copy
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from asyncdb_lint.server.client import Client
from asyncdb_lint.server.documents import Document, Documents
from asyncdb_lint.server.folders import Folder, Folders, Report
from asyncdb_lint.server.notebooks import Notebook
from asyncdb_lint.server.parts import Part
from asyncdb_lint.server.rendering import identity
from asyncdb_lint.server.runs import Runs


class Delivery:
    """What the client has been told, and what it is to be told."""

    def __init__(self, server: LanguageServer, client: Client, documents: Documents, folders: Folders) -> None:
        self._server = server
        self._client = client
        self._documents = documents
        self._folders = folders

    async def pulled(self, runs: Runs, params: types.DocumentDiagnosticParams) -> types.DocumentDiagnosticReport:
        """Answers with the diagnostics of a document as it is now."""
        uri = params.text_document.uri
        document = self._documents.at(uri)
        if isinstance(document, Notebook):
            return types.RelatedFullDocumentDiagnosticReport([])
        report = await runs.report(document) if document is not None else None
        items = self._rendered(document.path, report) if document is not None and report else []
        found = identity(items)
        newest = self._documents.at(uri)
        if newest is not None:
            newest.delivered = found
        if params.previous_result_id == found:
            return types.RelatedUnchangedDocumentDiagnosticReport(found)
        return types.RelatedFullDocumentDiagnosticReport(items, result_id=found)

    def take(self, path: Path, report: Report) -> None:
        """Sends what a run has found in a file, unless the client will ask for it."""
        folder = self._folders.of(path)
        document = self._documents.of(path)
        if folder is None or self._is_pulled(document):
            return
        if report.findings or path in folder.pushed or document is not None:
            self.push(folder, path, report)

    def push(self, folder: Folder, path: Path, report: Report | None) -> None:
        """Sends the diagnostics of a file; without a report there are none."""
        if report is not None and report.findings:
            folder.pushed.add(path)
        else:
            folder.pushed.discard(path)
        document = self._documents.of(path)
        if isinstance(document, Notebook):
            self._push_cells(document, report)
        else:
            items = self._rendered(path, report) if report is not None else []
            version = report.version if report is not None else None
            self._send(self._client.uri_of(path), items, version)

    def _push_cells(self, notebook: Notebook, report: Report | None) -> None:
        """Sends the diagnostics of the cells in which anything is new."""
        items = self._rendered(notebook.path, report) if report is not None else []
        for part in notebook.parts:
            own = _of(part, items)
            state = part.version or 0, identity(own)
            if notebook.shown.get(part.uri) != state:
                notebook.shown[part.uri] = state
                self._send(part.uri, own, part.version)

    def take_back(self, document: Document, parts: tuple[Part, ...]) -> None:
        """Takes back what the client has been sent of parts that are gone."""
        if not self._is_pulled(document):
            for part in parts:
                self._send(part.uri, [], None)
        if isinstance(document, Notebook):
            for part in parts:
                document.shown.pop(part.uri, None)

    def take_back_all(self, folder: Folder) -> None:
        """Takes back all that the client has been sent of a folder."""
        for path in sorted(folder.pushed):
            self.push(folder, path, None)

    def take_back_what_is_not_linted(self) -> None:
        """Takes back what was sent of files that are not linted any more unless they are open."""
        for folder in self._folders.all():
            if not folder.lints_everything:
                for path in sorted(folder.pushed):
                    if self._documents.of(path) is None:
                        self.push(folder, path, None)

    def ask_again(self, folder: Folder) -> None:
        """Makes a client that pulls ask again for documents that depend on what has changed."""
        if not self._client.asks_again:
            return
        for path, report in folder.reports.items():
            document = self._documents.of(path)
            if document is None or document.delivered is None:
                continue
            if identity(self._rendered(path, report)) != document.delivered:
                # It is told once, and asks or does not.
                document.delivered = None
                self._server.workspace_diagnostic_refresh(None)
                return

    def _is_pulled(self, document: Document | None) -> bool:
        """Whether the client asks for the diagnostics of a document; VS Code, for one, does not for cells."""
        return self._client.pulls and document is not None and not isinstance(document, Notebook)

    def _rendered(self, path: Path, report: Report) -> list[types.Diagnostic]:
        opened = {other: document.text for other in report.texts if (document := self._documents.of(other)) is not None}
        return self._client.rendering.diagnostics(path, report.findings, {**report.texts, **opened})

    def _send(self, uri: str, items: list[types.Diagnostic], version: int | None) -> None:
        self._server.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, items, version))


def _of(part: Part, items: list[types.Diagnostic]) -> list[types.Diagnostic]:
    """The diagnostics that lie in a part, as the client counts there."""
    own = [copy.copy(item) for item in items if part.holds(item.range)]
    for item in own:
        item.range = part.outwards(item.range)
    return own
