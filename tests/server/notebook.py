"""A notebook that a test client has open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from lsprotocol import types

from tests.server.editor import Editor, changed


@dataclass(eq=False)
class OpenNotebook:
    """Its cells, as the client has them; the texts and versions of cells are the editor's."""

    editor: Editor
    name: str
    cells: list[str] = field(default_factory=list)
    version: int = 1
    _made: int = 0

    @property
    def identifier(self) -> types.VersionedNotebookDocumentIdentifier:
        return types.VersionedNotebookDocumentIdentifier(self.version, self.editor.uri(self.name))

    def open(self, *texts: str) -> None:
        """Opens it with cells of Python; those that begin with `#md ` are text."""
        cells, items = self._new(texts)
        self.cells = [cell.document for cell in cells]
        notebook = types.NotebookDocument(self.editor.uri(self.name), "jupyter-notebook", 1, cells)
        self.editor.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(notebook, items))

    def edit(self, number: int, old: str, new: str) -> None:
        """Replaces the only place of some text in a cell."""
        uri = self.cells[number]
        text = self.editor.texts[uri]
        assert text.count(old) == 1
        start = text.index(old)
        place = types.Range(self.editor.position(uri, start), self.editor.position(uri, start + len(old)))
        self.editor.texts[uri] = text.replace(old, new)
        self.editor.versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(version=self.editor.versions[uri], uri=uri)
        changes = [types.TextDocumentContentChangePartial(place, new)]
        self._change(text_content=[types.NotebookDocumentCellContentChanges(document, changes)])

    def put(self, start: int, deleted: int, *texts: str) -> None:
        """Puts cells in place of others."""
        cells, items = self._new(texts)
        gone = [types.TextDocumentIdentifier(uri) for uri in self.cells[start : start + deleted]]
        self.cells[start : start + deleted] = [cell.document for cell in cells]
        self._restructure(types.NotebookCellArrayChange(start, deleted, cells), items, gone)

    def move_to_end(self, number: int) -> None:
        """Moves a cell: it goes and comes again, and its text is not told anew."""
        uri = self.cells.pop(number)
        self._restructure(types.NotebookCellArrayChange(number, 1), [], [])
        self.cells.append(uri)
        cell = types.NotebookCell(types.NotebookCellKind.Code, uri)
        self._restructure(types.NotebookCellArrayChange(len(self.cells) - 1, 0, [cell]), [self._item(uri)], [])

    def close(self) -> None:
        """Closes it and its cells."""
        gone = [types.TextDocumentIdentifier(uri) for uri in self.cells]
        identifier = types.NotebookDocumentIdentifier(self.editor.uri(self.name))
        self.editor.client.notebook_document_did_close(types.DidCloseNotebookDocumentParams(identifier, gone))

    def after(self, edit: types.WorkspaceEdit | None) -> list[str]:
        """The texts of the cells after an edit, which names versions."""
        assert edit is not None
        texts = {uri: self.editor.texts[uri] for uri in self.cells}
        for change in edit.document_changes or []:
            assert isinstance(change, types.TextDocumentEdit)
            assert change.text_document.version == self.editor.versions[change.text_document.uri]
            texts[change.text_document.uri] = changed(texts[change.text_document.uri], list(change.edits))  # type: ignore[arg-type]
        return list(texts.values())

    def _new(self, texts: Sequence[str]) -> tuple[list[types.NotebookCell], list[types.TextDocumentItem]]:
        cells: list[types.NotebookCell] = []
        for text in texts:
            self._made += 1
            uri = f"vscode-notebook-cell:{self.editor.root.as_posix()}/{self.name}#W{self._made}"
            self.editor.texts[uri], self.editor.versions[uri] = text, 1
            is_text = text.startswith("#md ")
            cells.append(
                types.NotebookCell(types.NotebookCellKind.Markup if is_text else types.NotebookCellKind.Code, uri)
            )
        return cells, [self._item(cell.document) for cell in cells]

    def _item(self, uri: str) -> types.TextDocumentItem:
        text = self.editor.texts[uri]
        return types.TextDocumentItem(
            uri, "markdown" if text.startswith("#md ") else "python", self.editor.versions[uri], text
        )

    def _restructure(
        self,
        array: types.NotebookCellArrayChange,
        opened: list[types.TextDocumentItem],
        closed: list[types.TextDocumentIdentifier],
    ) -> None:
        self._change(structure=types.NotebookDocumentCellChangeStructure(array, opened, closed))

    def _change(
        self,
        structure: types.NotebookDocumentCellChangeStructure | None = None,
        text_content: list[types.NotebookDocumentCellContentChanges] | None = None,
    ) -> None:
        self.version += 1
        cells = types.NotebookDocumentCellChanges(structure=structure, text_content=text_content)
        event = types.NotebookDocumentChangeEvent(cells=cells)
        self.editor.client.notebook_document_did_change(types.DidChangeNotebookDocumentParams(self.identifier, event))
