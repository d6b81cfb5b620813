"""The documents that an editor has open, as they are there, saved or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from lsprotocol import types
from pygls.uris import to_fs_path, uri_scheme

from asyncdb_lint.files import SUFFIXES
from asyncdb_lint.parsing import encode_unsaved
from asyncdb_lint.server.text_positions import TextPositions


@dataclass
class Document:
    """One version of a document."""

    uri: str
    path: Path
    version: int
    text: str
    language: str
    encoding: types.PositionEncodingKind | str | None
    delivered: str | None = field(default=None)
    """The identity of the diagnostics that the client has pulled last."""

    @property
    def is_python(self) -> bool:
        """Whether it is Python, by what the editor says or by its name."""
        return self.language == "python" or self.path.suffix in SUFFIXES

    @cached_property
    def positions(self) -> TextPositions:
        """Positions in this version."""
        return TextPositions(self.text, self.encoding)

    @cached_property
    def data(self) -> bytes:
        """What would be in the file if it were saved."""
        return encode_unsaved(self.text)

    def changed(self, version: int, changes: Iterable[types.TextDocumentContentChangeEvent]) -> Document:
        """The version after some changes."""
        text = self.text
        for change in changes:
            if isinstance(change, types.TextDocumentContentChangePartial):
                positions = TextPositions(text, self.encoding)
                start, end = positions.offset(change.range.start), positions.offset(change.range.end)
                text = text[:start] + change.text + text[max(start, end) :]
            else:
                text = change.text
        return Document(self.uri, self.path, version, text, self.language, self.encoding, self.delivered)


class Documents:
    """All open documents, by the name the editor gives them and by path."""

    def __init__(self) -> None:
        self._by_path: dict[Path, Document] = {}
        self.encoding: types.PositionEncodingKind | str | None = None

    def __iter__(self) -> Iterator[Document]:
        return iter(list(self._by_path.values()))

    def open(self, item: types.TextDocumentItem) -> Document | None:
        """Takes a document; None for one that is no text file of its own, such as a notebook's cell."""
        path = path_of(item.uri)
        if path is None:
            return None
        document = Document(item.uri, path, item.version, item.text, item.language_id, self.encoding)
        self._by_path[path] = document
        return document

    def change(self, params: types.DidChangeTextDocumentParams) -> Document | None:
        """Takes changes; those of a document that is not open, or of a version that is past, are none."""
        document = self.at(params.text_document.uri)
        if document is None or params.text_document.version < document.version:
            return None
        changed = document.changed(params.text_document.version, params.content_changes)
        self._by_path[document.path] = changed
        return changed

    def close(self, uri: str) -> Document | None:
        """Lets go of a document."""
        path = path_of(uri)
        return self._by_path.pop(path, None) if path is not None else None

    def at(self, uri: str) -> Document | None:
        """The document of this name, if it is open."""
        path = path_of(uri)
        return self._by_path.get(path) if path is not None else None

    def of(self, path: Path) -> Document | None:
        """The document of this path, if it is open."""
        return self._by_path.get(path)

    def unsaved(self) -> dict[Path, bytes]:
        """The contents that count instead of what is on disk."""
        return {path: document.data for path, document in self._by_path.items() if document.is_python}


def path_of(uri: str) -> Path | None:
    """The path that a name stands for; a document without a file has one in no project."""
    scheme = uri_scheme(uri)
    if scheme == "untitled":
        # Its folder does not exist, so nothing around it is read.
        return Path(Path.cwd().anchor, ".untitled", uri.partition(":")[2].lstrip("/") or "untitled")
    if scheme != "file":
        return None
    name = to_fs_path(uri)
    return Path(name) if name else None
