"""What the client shows to be read: pages of rules, what a driver's method is, what the server knows of itself."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from typing import Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from asyncdb_lint import __version__
from asyncdb_lint.installed_plugins import PluginError
from asyncdb_lint.pages import load_page, page_file, rule_names
from asyncdb_lint.server import hover
from asyncdb_lint.server.client import Client
from asyncdb_lint.server.client_settings import plain
from asyncdb_lint.server.documents import Documents
from asyncdb_lint.server.folders import Folder, Folders
from asyncdb_lint.server.rendering import plain_uri
from asyncdb_lint.server.runs import Runs


class Reading:
    """Answers those who want to read."""

    def __init__(
        self, server: LanguageServer, client: Client, documents: Documents, folders: Folders, runs: Runs
    ) -> None:
        self._server = server
        self._client = client
        self._documents = documents
        self._folders = folders
        self._runs = runs

    async def under(self, params: types.HoverParams) -> types.Hover | None:
        """Shows the page of a rule, or what a driver's method is."""
        uri = params.text_document.uri
        document = self._documents.at(uri)
        if document is None:
            return None
        folder = self._folders.around(document.path)
        if folder.settings_of(document) is None:
            return None
        report = await self._runs.report(document)
        if report is None or self._documents.of(document.path) is not document:
            return None
        part = document.part(uri)
        here = part.inwards(params.position)
        found = hover.of_findings(document, report.findings, here) or hover.of_suppression(document, here)
        if found is None:
            found = await self._runs.work(lambda: hover.of_path(folder.session, document, here))
        if found is None or not part.holds(found[1]):
            return None
        text, place = found
        return types.Hover(types.MarkupContent(self._client.markup, text), part.outwards(place))

    def rule_page(self, params: Any) -> dict[str, str]:
        """The page of a rule."""
        given = plain(params)
        code = given.get("code") if isinstance(given, Mapping) else getattr(params, "code", None)
        return {"markdown": load_page(_known_code(code)).text}

    async def show_page(self, arguments: list[Any]) -> bool:
        """Opens the page of a rule in the editor, or shows what it is about."""
        code = _known_code(arguments[0] if arguments else None)
        # The page of a plugin's rule is no file.
        if self._client.shows_documents and code in rule_names():
            params = types.ShowDocumentParams(plain_uri(page_file(code)), take_focus=True)
            return (await self._server.window_show_document_async(params)).success
        page = load_page(code)
        message = f"{code} {page.name}: {page.summary}"
        self._server.window_show_message(types.ShowMessageParams(types.MessageType.Info, message))
        return True

    def debug_information(self) -> str:
        """What somebody who looks into a problem wants to know."""
        lines = [
            f"asyncdb-lint {__version__}",
            f"Python {platform.python_version()} ({sys.executable}) on {sys.platform}",
            f"process {os.getpid()}, positions in {self._documents.encoding}, "
            + ("diagnostics pulled" if self._client.pulls else "diagnostics pushed"),
            f"open documents: {sum(1 for _ in self._documents)}",
            *(line for folder in self._folders.all() for line in _about(folder)),
        ]
        text = "\n".join(lines)
        self._server.window_log_message(types.LogMessageParams(types.MessageType.Info, text))
        return text


def _about(folder: Folder) -> list[str]:
    sizes = ", ".join(f"{count} {what}" for what, count in folder.session.sizes().items())
    is_whole = folder.whole_at == folder.generation
    return [
        f"folder {folder.path}" + ("" if folder.is_own else " (for open files only)"),
        f"  settings: {folder.client}",
        f"  kept: {sizes}; run {folder.generation}" + (", all files linted" if is_whole else ""),
        *([f"  problem: {folder.problem}"] if folder.problem else []),
    ]


def _known_code(code: Any) -> str:
    wanted = code.upper() if isinstance(code, str) else ""
    try:
        load_page(wanted)
    except (KeyError, PluginError) as error:
        raise JsonRpcInvalidParams(f"{code!r} is no rule") from error
    return wanted
