"""The client: what it can do, and how it names things."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from lsprotocol import types

from asyncdb_lint.pages import page_file, rule_names
from asyncdb_lint.server import actions
from asyncdb_lint.server.client_settings import plain
from asyncdb_lint.server.documents import Documents
from asyncdb_lint.server.rendering import Rendering, plain_uri


class Client:
    """One client, known from its greeting."""

    def __init__(self, greeting: types.InitializeParams, documents: Documents) -> None:
        self.capabilities = greeting.capabilities
        self.workspace = self.capabilities.workspace or types.WorkspaceClientCapabilities()
        self.window = self.capabilities.window or types.WindowClientCapabilities()
        self._documents = documents
        options = plain(greeting.initialization_options)
        names = options if isinstance(options, Mapping) else {}
        command, page = names.get("rulePageCommand"), names.get("rulePageUri")
        self.page_command = command if isinstance(command, str) else actions.SHOW_PAGE
        self._page_uri = page if isinstance(page, str) else ""
        """How the client names the page of the rule `{code}`, if it shows them itself."""
        self.rendering = Rendering.for_client(self.capabilities, documents.encoding, self.located, self.page_of)
        edit = self.workspace.workspace_edit
        self.edits = actions.Workspace(documents, bool(edit and edit.document_changes), self.uri_of)

    @property
    def pulls(self) -> bool:
        """Whether the client asks for the diagnostics of open documents, instead of being sent them."""
        document = self.capabilities.text_document
        return bool(document and document.diagnostic)

    @property
    def asks_again(self) -> bool:
        """Whether a client that pulls can be told to do so again."""
        ability = self.workspace.diagnostics
        return bool(self.pulls and ability and ability.refresh_support)

    @property
    def shows_progress(self) -> bool:
        """Whether the client shows how far long work is."""
        return bool(self.window.work_done_progress)

    @property
    def shows_documents(self) -> bool:
        """Whether the client opens a document that the server names."""
        return bool(self.window.show_document and self.window.show_document.support)

    @property
    def markup(self) -> types.MarkupKind:
        """What texts under the pointer are written in."""
        document = self.capabilities.text_document
        formats = (document.hover.content_format if document and document.hover else None) or []
        is_plain = bool(formats) and types.MarkupKind.Markdown not in formats
        return types.MarkupKind.PlainText if is_plain else types.MarkupKind.Markdown

    def can_resolve(self, name: str) -> bool:
        """Whether the client asks again for a part of an action before it uses it."""
        document = self.capabilities.text_document
        action = document.code_action if document else None
        return bool(action and action.resolve_support and name in action.resolve_support.properties)

    def uri_of(self, path: Path) -> str:
        """The name of a file, as the client writes it if it is open."""
        document = self._documents.of(path)
        return document.uri if document is not None else plain_uri(path)

    def located(self, path: Path, place: types.Range) -> types.Location:
        """A place in a file, or in the cell of a notebook."""
        document = self._documents.of(path)
        part = document.part_around(place) if document is not None else None
        if part is None:
            return types.Location(self.uri_of(path), place)
        return types.Location(part.uri, part.outwards(place))

    def page_of(self, code: str) -> str | None:
        """The name of the page of a rule."""
        if code not in rule_names():
            return None
        return self._page_uri.replace("{code}", code) if self._page_uri else plain_uri(page_file(code))
