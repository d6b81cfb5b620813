"""An editor that tests can drive: pytest-lsp's client with the abilities of real ones, and its open documents."""

from __future__ import annotations

import ast
import asyncio
import functools
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lsprotocol import types
from pygls.protocol import default_converter
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
MOST_SECONDS = 100
VSCODE = client_capabilities("visual-studio-code")
"""Takes what it is sent; shows related places and tags, takes edits of versions, resolves actions."""
NEOVIM = client_capabilities("neovim")
"""Asks for diagnostics."""


def scenario(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """A test that waits for a server, but not for ever."""

    @functools.wraps(test)
    def run(**fixtures: Any) -> None:
        asyncio.run(asyncio.wait_for(test(**fixtures), MOST_SECONDS))

    return run


def changed(text: str, edits: list[types.TextEdit], encoding: str = "utf-16") -> str:
    """A text with edits, applied as the protocol says."""
    spans = [(offset(text, edit.range.start, encoding), offset(text, edit.range.end, encoding), edit) for edit in edits]
    for start, end, edit in sorted(spans, key=lambda span: span[0], reverse=True):
        text = text[:start] + edit.new_text + text[end:]
    return text


def offset(text: str, position: types.Position, encoding: str = "utf-16") -> int:
    """The index into a text of a position."""
    codec, size = CODECS[encoding]
    lines = LINE.findall(text)
    before = sum(map(len, lines[: position.line]))
    if position.line >= len(lines):
        return before
    return before + len(lines[position.line].encode(codec)[: position.character * size].decode(codec))


def codes(diagnostics: list[types.Diagnostic]) -> list[str]:
    """What is found, in order."""
    return [str(diagnostic.code) for diagnostic in diagnostics]


@dataclass(eq=False)
class Editor:
    """A client with a server of its own."""

    client: LanguageClient
    root: Path
    encoding: str = "utf-16"
    texts: dict[str, str] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    published: list[types.PublishDiagnosticsParams] = field(default_factory=list)
    applied: list[types.ApplyWorkspaceEditParams] = field(default_factory=list)
    watched: list[str] = field(default_factory=list)
    happened: asyncio.Event = field(default_factory=asyncio.Event)

    def uri(self, name: str) -> str:
        return name if ":" in name else (self.root / name).as_uri()

    def open(self, name: str, text: str | None = None, *, language: str = "python") -> None:
        uri = self.uri(name)
        self.texts[uri] = (self.root / name).read_bytes().decode() if text is None else text
        self.versions[uri] = 1
        item = types.TextDocumentItem(uri, language, 1, self.texts[uri])
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, name: str, text: str) -> None:
        """Sends the new text as a whole."""
        self._send(name, text, [types.TextDocumentContentChangeWholeDocument(text)])

    def edit(self, name: str, old: str, new: str) -> None:
        """Replaces the only place of some text, and sends no more than that."""
        uri = self.uri(name)
        text = self.texts[uri]
        assert text.count(old) == 1
        start = text.index(old)
        place = types.Range(self.position(name, start), self.position(name, start + len(old)))
        self._send(name, text.replace(old, new), [types.TextDocumentContentChangePartial(place, new)])

    def _send(self, name: str, text: str, changes: list[types.TextDocumentContentChangeEvent]) -> None:
        uri = self.uri(name)
        self.texts[uri] = text
        self.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(uri=uri, version=self.versions[uri])
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, changes))

    def close(self, name: str) -> None:
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self.document(name)))
        self.versions.pop(self.uri(name))

    def touched(self, *names: str, kind: types.FileChangeType = types.FileChangeType.Changed) -> None:
        """Tells that files have changed on disk."""
        events = [types.FileEvent(self.uri(name), kind) for name in names]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))

    def document(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def position(self, name: str, index: int) -> types.Position:
        codec, size = CODECS[self.encoding]
        lines = LINE.findall(self.texts[self.uri(name)][:index])
        if lines and not lines[-1].endswith(("\r", "\n")):
            return types.Position(len(lines) - 1, len(lines[-1].encode(codec)) // size)
        return types.Position(len(lines), 0)

    def at(self, name: str, needle: str) -> types.Position:
        """The position of the first place of some text."""
        return self.position(name, self.texts[self.uri(name)].index(needle))

    def covered(self, name: str, diagnostic: types.Diagnostic) -> str:
        """The text that a diagnostic is about."""
        text = self.texts[self.uri(name)]
        place = diagnostic.range
        return text[offset(text, place.start, self.encoding) : offset(text, place.end, self.encoding)]

    async def pushed(self, name: str) -> list[types.Diagnostic]:
        """What is pushed for a document as it is now; for one that is not open, what is pushed next."""
        uri = self.uri(name)
        version = self.versions.get(uri)
        while True:
            for index, params in enumerate(self.published):
                if params.uri == uri and params.version == version:
                    if version is None:
                        del self.published[: index + 1]
                    return list(params.diagnostics)
            await self.next_message()

    async def shows(self, name: str, *expected: str) -> None:
        """Waits until what is shown for a document is this."""
        uri = self.uri(name)
        while True:
            shown = next((params for params in reversed(self.published) if params.uri == uri), None)
            if shown is not None and codes(list(shown.diagnostics)) == list(expected):
                return
            await self.next_message()

    async def until(self, is_so: Callable[[], object]) -> None:
        """Waits for what no message of its own tells."""
        while not is_so():  # noqa: ASYNC110 - the client has no event for it
            await asyncio.sleep(0.01)

    async def next_message(self) -> None:
        self.happened.clear()
        await self.happened.wait()

    async def pulled(self, name: str, previous: str | None = None) -> types.DocumentDiagnosticReport:
        params = types.DocumentDiagnosticParams(self.document(name), previous_result_id=previous)
        return await self.client.text_document_diagnostic_async(params)

    async def found(self, name: str) -> list[types.Diagnostic]:
        """What an editor that asks is told."""
        report = await self.pulled(name)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return list(report.items)

    async def actions(
        self,
        name: str,
        needle: str,
        *,
        only: list[str] | None = None,
        diagnostics: list[types.Diagnostic] | None = None,
    ) -> dict[str, types.CodeAction]:
        """What is offered at a place, by title."""
        here = types.Range(self.at(name, needle), self.at(name, needle))
        context = types.CodeActionContext(diagnostics or [], only=only)
        params = types.CodeActionParams(self.document(name), here, context)
        offered = await self.client.text_document_code_action_async(params)
        return {action.title: _as_action(action) for action in offered or []}

    def after(self, edit: types.WorkspaceEdit | None) -> dict[str, str]:
        """The open documents, and files, after an edit, by name."""
        assert edit is not None
        by_uri: dict[str, list[types.TextEdit]] = dict(edit.changes or {})  # type: ignore[arg-type]
        for change in edit.document_changes or []:
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.version == self.versions.get(change.text_document.uri)
            by_uri[change.text_document.uri] = list(change.edits)  # type: ignore[arg-type]
        result = {}
        for uri, edits in by_uri.items():
            path = self.root / uri.removeprefix(self.root.as_uri() + "/")
            text = self.texts[uri] if uri in self.texts else path.read_bytes().decode()
            result[path.relative_to(self.root).as_posix()] = changed(text, edits, self.encoding)
        return result

    async def hover(self, name: str, needle: str) -> str:
        shown = await self.client.text_document_hover_async(
            types.HoverParams(self.document(name), self.at(name, needle))
        )
        assert shown is None or isinstance(shown.contents, types.MarkupContent)
        return shown.contents.value if shown else ""

    async def command(self, name: str, *arguments: Any) -> Any:
        params = types.ExecuteCommandParams(command=f"asyncdb-lint.{name}", arguments=list(arguments))
        return await self.client.workspace_execute_command_async(params)


def _as_action(offered: types.Command | types.CodeAction) -> types.CodeAction:
    """An action; the client's library takes one that has a command for that command, and the command for its name."""
    if isinstance(offered, types.CodeAction):
        return offered
    command = ast.literal_eval(offered.command)
    return types.CodeAction(offered.title, types.CodeActionKind.QuickFix, command=types.Command(**command))


@asynccontextmanager
async def editing(
    *roots: Path,
    client: types.ClientCapabilities = VSCODE,
    settings: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    configuration: dict[str, Any] | None = None,
    encodings: list[types.PositionEncodingKind] | None = None,
) -> AsyncIterator[Editor]:
    """An editor that has some folders open, with a server that leaves with it."""
    editor = Editor(LanguageClient(converter_factory=default_converter, configuration=configuration), roots[0])

    def publish(_: LanguageClient, params: types.PublishDiagnosticsParams) -> None:
        editor.published.append(params)
        editor.happened.set()

    def apply(_: LanguageClient, params: types.ApplyWorkspaceEditParams) -> types.ApplyWorkspaceEditResult:
        editor.applied.append(params)
        return types.ApplyWorkspaceEditResult(applied=True)

    def register(_: LanguageClient, params: types.RegistrationParams) -> None:
        editor.watched.extend(registration.method for registration in params.registrations)

    features = {
        types.CLIENT_REGISTER_CAPABILITY: register,
        types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: publish,
        types.WORKSPACE_APPLY_EDIT: apply,
    }
    register_lsp_features(editor.client, {**DEFAULT_CLIENT_FEATURES, **features})
    await editor.client.start_io(sys.executable, "-m", "asyncdb_lint", "server")
    if encodings is not None:
        client.general = types.GeneralClientCapabilities(position_encodings=encodings)
    greeting = types.InitializeParams(
        capabilities=client,
        workspace_folders=[types.WorkspaceFolder(root.as_uri(), root.name) for root in roots],
        initialization_options={"settings": dict(settings or {}), **(options or {})},
    )
    try:
        answer = await editor.client.initialize_session(greeting)
        editor.encoding = types.PositionEncodingKind(answer.capabilities.position_encoding or "utf-16").value
        yield editor
        await editor.client.shutdown_session()
    finally:
        process = editor.client._server
        if process is not None and process.returncode is None:
            process.kill()
        await editor.client.stop()
