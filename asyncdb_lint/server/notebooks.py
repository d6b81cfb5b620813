"""Notebooks: their cells, one below the other, are a module whose `await` needs no function around it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from lsprotocol import types

from asyncdb_lint.decoding import UnparsableFile, line_starts
from asyncdb_lint.diagnostics import Diagnostic, Position
from asyncdb_lint.engine import syntax_diagnostic
from asyncdb_lint.parsing import check_text
from asyncdb_lint.server.cells import as_comments, as_python, is_indented
from asyncdb_lint.server.documents import Document, Documents, changed_text, path_of
from asyncdb_lint.server.parts import Part
from asyncdb_lint.server.text_positions import TextPositions
from asyncdb_lint.settings import Settings

_ABOUT_SYNTAX = "ADB001"
_BLOCK = "if True:\n"
"""Stands above a cell that is indented: IPython takes the indentation back."""


@dataclass
class Cell:
    """One version of a cell."""

    uri: str
    version: int
    text: str
    is_python: bool
    encoding: types.PositionEncodingKind | str | None

    def changed(self, version: int, changes: Iterable[types.TextDocumentContentChangeEvent]) -> Cell:
        """The version after some changes."""
        return replace(self, version=version, text=changed_text(self.text, changes, self.encoding))

    @cached_property
    def is_sealed(self) -> bool:
        """Whether it begins with a magic of the whole cell, which must stay its first line."""
        return self.text.lstrip().startswith("%%")

    @cached_property
    def lead(self) -> str:
        """What stands above it in the module."""
        return _BLOCK if is_indented(self.text) and self.problem is None else ""

    @cached_property
    def problem(self) -> UnparsableFile | None:
        """Why it cannot be parsed, whatever the other cells are."""
        block = _BLOCK if is_indented(self.text) else ""
        problem = check_text(block + self._python)
        if problem is None or not block:
            return problem
        return UnparsableFile(problem.reason, Position(max(problem.position.line - 1, 1), problem.position.column))

    @cached_property
    def code(self) -> str:
        """What it is in the module: no code where it cannot be parsed."""
        return as_comments(self._python) if self.problem is not None else self._python

    @cached_property
    def _python(self) -> str:
        python = as_python(self.text)
        return python if python.endswith("\n") else python + "\n"


@dataclass
class Notebook(Document):
    """One version of a notebook; its text is that of the module."""

    cells: tuple[Cell, ...] = ()
    shown: dict[str, tuple[int, str]] = field(default_factory=dict)
    """The version of each cell, and the identity of the diagnostics, that the client has been sent last."""

    def with_cells(self, cells: Sequence[Cell]) -> Notebook:
        """The version with other cells; notebooks count versions, but not of every change."""
        text = "".join(cell.lead + cell.code for cell in cells if cell.is_python)
        return replace(self, version=self.version + 1, text=text, cells=tuple(cells))

    @cached_property
    def _numbered(self) -> tuple[tuple[Cell, Part], ...]:
        """The cells of Python, each with its lines in the module."""
        found: list[tuple[Cell, Part]] = []
        line = 0
        for cell in self.cells:
            if cell.is_python:
                line += len(line_starts(cell.lead)) - 1
                lines = len(line_starts(cell.code)) - 1
                end = TextPositions(cell.text, cell.encoding).at(len(cell.text))
                found.append((cell, Part(cell.uri, cell.version, line, lines, end, cell.is_sealed)))
                line += lines
        return tuple(found)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The cells of Python."""
        return tuple(part for _, part in self._numbered)

    def unparsable(self, settings: Settings) -> list[Diagnostic]:
        """The cells that cannot be parsed."""
        if not settings.enables(_ABOUT_SYNTAX) or settings.ignores_in(self.path, _ABOUT_SYNTAX):
            return []
        return [
            settings.judged(syntax_diagnostic(self.path, _moved(cell.problem, part.first)))
            for cell, part in self._numbered
            if cell.problem is not None
        ]

    def takes(self, part: Part, edit: types.TextEdit) -> bool:
        """Whether an edit can be one of a cell, and leaves alone what is covered there."""
        if not part.takes(edit):
            return False
        cell = next(cell for cell, other in self._numbered if other is part)
        own, place = TextPositions(cell.text, cell.encoding), part.outwards(edit.range)
        written = cell.text[own.offset(place.start) : own.offset(place.end)]
        read = self.text[self.positions.offset(edit.range.start) : self.positions.offset(edit.range.end)]
        # The module has a line end behind every cell.
        return written in (read, read.removesuffix("\n"))


def _moved(problem: UnparsableFile, lines: int) -> UnparsableFile:
    return UnparsableFile(problem.reason, Position(problem.position.line + lines, problem.position.column))


class Notebooks:
    """Takes what the client says of notebooks."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def open(self, params: types.DidOpenNotebookDocumentParams) -> Notebook | None:
        """Takes a notebook; None for one without a name among files."""
        given = params.notebook_document
        path = path_of(given.uri)
        if path is None:
            return None
        texts = {item.uri: item for item in params.cell_text_documents}
        empty = Notebook(given.uri, path, given.version, "", "python", self._documents.encoding)
        notebook = empty.with_cells(self._cells(given.cells, texts, {}))
        self._documents.put(notebook)
        return notebook

    def change(self, params: types.DidChangeNotebookDocumentParams) -> tuple[Notebook, Notebook] | None:
        """Takes changes; returns the notebook before and after, or None for one that is not open."""
        notebook = self._documents.at(params.notebook_document.uri)
        change = params.change.cells
        if not isinstance(notebook, Notebook):
            return None
        cells = list(notebook.cells)
        if change is not None and change.structure is not None:
            texts = {item.uri: item for item in change.structure.did_open or []}
            known = {cell.uri: cell for cell in cells}
            array = change.structure.array
            cells[array.start : array.start + array.delete_count] = self._cells(array.cells or [], texts, known)
        for content in (change.text_content if change is not None else None) or []:
            document = content.document
            for number, cell in enumerate(cells):
                if cell.uri == document.uri and document.version >= cell.version:
                    cells[number] = cell.changed(document.version, content.changes)
        after = notebook.with_cells(cells)
        self._documents.put(after)
        return notebook, after

    def _cells(
        self,
        given: Iterable[types.NotebookCell],
        texts: Mapping[str, types.TextDocumentItem],
        known: Mapping[str, Cell],
    ) -> list[Cell]:
        """Cells that are opened, or moved."""
        found: list[Cell] = []
        for cell in given:
            item = texts.get(cell.document)
            if item is None:
                # A cell whose text nobody has told is empty, so that the numbers of the others are right.
                found.append(known.get(cell.document) or Cell(cell.document, 0, "", False, self._documents.encoding))
                continue
            is_python = cell.kind == types.NotebookCellKind.Code and item.language_id == "python"
            found.append(Cell(item.uri, item.version, item.text, is_python, self._documents.encoding))
        return found
