"""The documents that an editor has open, as they are there, saved or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.uris import to_fs_path, uri_scheme

from asyncdb_lint.decoding import encode_unsaved
from asyncdb_lint.files import SUFFIXES
from asyncdb_lint.server.parts import Part
from asyncdb_lint.server.text_positions import TextPositions

if TYPE_CHECKING:
    from asyncdb_lint.diagnostics import Diagnostic
    from asyncdb_lint.settings import Settings


@dataclass
class Document:
    """One version of a document."""

    uri: str
    path: Path
    version: int
    text: str
    language: str
    encoding: types.PositionEncodingKind | str | None
    delivered: str | None = None
    """The identity of the diagnostics that the client has pulled last."""

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the client knows as documents of their own, and takes edits and diagnostics of."""
        return (Part(self.uri, self.version),)

    def part(self, uri: str) -> Part:
        """The part that the client means."""
        return next((part for part in self.parts if part.uri == uri), Part(self.uri, self.version))

    def part_around(self, place: types.Range) -> Part | None:
        """The part that a range lies in."""
        return next((part for part in self.parts if part.holds(place)), None)

    def unparsable(self, settings: Settings) -> list[Diagnostic]:
        """What is wrong with parts that the linter is not shown."""
        return []

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
        return replace(self, version=version, text=changed_text(self.text, changes, self.encoding))

    def placed(self, edits: Iterable[types.TextEdit]) -> dict[Part, list[types.TextEdit]] | None:
        """Edits by the part that they are of; None if one of them is of no part."""
        found: dict[Part, list[types.TextEdit]] = {}
        for edit in edits:
            part = next((part for part in self.parts if self.takes(part, edit)), None)
            if part is None:
                return None
            found.setdefault(part, []).append(types.TextEdit(part.outwards(edit.range), edit.new_text))
        return found

    def takes(self, part: Part, edit: types.TextEdit) -> bool:
        """Whether an edit can be one of a part."""
        return part.takes(edit)


def changed_text(
    text: str,
    changes: Iterable[types.TextDocumentContentChangeEvent],
    encoding: types.PositionEncodingKind | str | None,
) -> str:
    """A text after some changes."""
    for change in changes:
        if isinstance(change, types.TextDocumentContentChangePartial):
            positions = TextPositions(text, encoding)
            start, end = positions.offset(change.range.start), positions.offset(change.range.end)
            text = text[:start] + change.text + text[max(start, end) :]
        else:
            text = change.text
    return text


class Documents:
    """All open documents, by the names the editor gives to their parts and by path."""

    def __init__(self) -> None:
        self._by_path: dict[Path, Document] = {}
        self._paths: dict[str, Path] = {}
        """Of every part that is no file."""
        self.encoding: types.PositionEncodingKind | str | None = None

    def __iter__(self) -> Iterator[Document]:
        return iter(list(self._by_path.values()))

    def open(self, item: types.TextDocumentItem) -> Document | None:
        """Takes a document; None for one that is no text file of its own, such as a notebook's cell."""
        path = path_of(item.uri)
        if path is None:
            return None
        return self.put(Document(item.uri, path, item.version, item.text, item.language_id, self.encoding))

    def put(self, document: Document) -> Document:
        """Takes a version of a document in place of the one before."""
        self._forget_parts(self._by_path.get(document.path))
        self._by_path[document.path] = document
        self._paths.update((part.uri, document.path) for part in document.parts if part.uri != document.uri)
        return document

    def change(self, params: types.DidChangeTextDocumentParams) -> Document | None:
        """Takes changes; those of a document that is not open, or of a version that is past, are none."""
        document = self.at(params.text_document.uri)
        if document is None or params.text_document.version < document.version:
            return None
        return self.put(document.changed(params.text_document.version, params.content_changes))

    def close(self, uri: str) -> Document | None:
        """Lets go of a document."""
        path = path_of(uri)
        document = self._by_path.pop(path, None) if path is not None else None
        self._forget_parts(document)
        return document

    def at(self, uri: str) -> Document | None:
        """The document that this is the name of, or of a part of it, if it is open."""
        path = self._paths.get(uri) or path_of(uri)
        return self._by_path.get(path) if path is not None else None

    def of(self, path: Path) -> Document | None:
        """The document of this path, if it is open."""
        return self._by_path.get(path)

    def unsaved(self) -> dict[Path, bytes]:
        """The contents that count instead of what is on disk."""
        return {path: document.data for path, document in self._by_path.items() if document.is_python}

    def _forget_parts(self, document: Document | None) -> None:
        for part in document.parts if document is not None else ():
            self._paths.pop(part.uri, None)


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
