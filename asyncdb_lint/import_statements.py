"""The import statements of a file, read from its bytes: no decoding, no parsing."""

from __future__ import annotations

import codecs
import functools
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from .module_paths import ModulePaths

# Where Python knows it: what was read is not read again another way, if what follows does not fit.
_AT_ONCE = b"+" if sys.version_info >= (3, 11) else b""
_BLANK = rb"(?:[ \t\f]|\\\n)"
_NAMES = rb"(\([^)]*\)|[^\n#;\\]*" + _AT_ONCE + rb"(?:\\\n[^\n#;\\]*" + _AT_ONCE + rb")*)"
_IMPORT = (
    rb"[ \t\f]*" + _AT_ONCE + rb"(?:lazy" + _BLANK + rb"+)?"
    + rb"(?:from" + _BLANK + rb"+([\w.]+)" + _BLANK + rb"+import" + _BLANK + rb"*|import" + _BLANK + rb"+)" + _NAMES
)  # fmt: skip
# Behind a line end, a semicolon, the colon of a block. One expression each: with a single first character, the search
# for it runs at the speed of memory.
_STARTS = (b"\n", b";", b":")
# Turns all that is no part of a word into blanks.
_WORDS_APART = bytes(code if re.match(rb"\w", bytes([code])) else ord(" ") for code in range(256))


ImportStatement: TypeAlias = tuple[bytes, bytes]
"""What stands behind `from`, with leading dots, or nothing in a plain `import`; and what is imported, as it is written.

Strings and comments may hold what looks like one.
"""


def import_statements(data: bytes) -> list[ImportStatement]:
    """The import statements of a file, wherever in it they stand."""
    if b"import" not in data:
        return []
    data = b"\n" + data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return [found for find in _searches() for found in find(data)]


def dotted_names(statement: ImportStatement) -> Iterator[bytes]:
    """The full names of what is imported; those of a relative import begin with dots."""
    source, names = statement
    start = source if not source or source.endswith(b".") else source + b"."
    for name in _names(names):
        yield start + name


def words_of(statements: Sequence[ImportStatement], path: Path) -> set[bytes]:
    """Every word of a file's import statements; a relative import also names its own package."""
    words = set(b" ".join([b" ".join(statement) for statement in statements]).translate(_WORDS_APART).split())
    if any(source.startswith(b".") for source, _ in statements):
        words.add(path.parent.name.encode())
    return words


def modules_imported(statements: Sequence[ImportStatement], path: Path, paths: ModulePaths) -> frozenset[Path]:
    """The files that a file's import statements lead to, the stubs among them included."""
    return frozenset(file for statement in statements for file in _modules(statement, path, paths))


def _modules(statement: ImportStatement, path: Path, paths: ModulePaths) -> Iterator[Path]:
    source, written = statement
    names = [name.decode("utf-8", "replace") for name in _names(written)]
    if not source:
        for dotted in names:
            parts = dotted.split(".")
            # `import a.b` binds `a`, whose `__init__` may hand on what is used.
            for length in range(1, len(parts) + 1):
                found = paths.find(path, 0, ".".join(parts[:length]))
                if isinstance(found, Path):
                    yield found
        return
    dotted = source.lstrip(b".").decode("utf-8", "replace")
    found = paths.find(path, len(source) - len(dotted.encode()), dotted)
    if found is None:
        return
    if isinstance(found, Path):
        yield found
        if found.stem != "__init__":
            return
    folder = found.parent if isinstance(found, Path) else found.folder
    for name in names:
        child = paths.child(folder, name)
        if isinstance(child, Path):
            yield child


def _names(text: bytes) -> Iterator[bytes]:
    """The names in `a.b as c, d`."""
    without_comments = re.sub(rb"#[^\n]*", b"", text) if b"#" in text else text
    for part in without_comments.replace(b"\\\n", b" ").strip(b" \t\f()").split(b","):
        words = part.split(None, 1)
        if words:
            yield words[0]


@functools.cache
def _searches() -> Sequence[Callable[[bytes], list[tuple[bytes, bytes]]]]:
    return [re.compile(start + _IMPORT).findall for start in _STARTS]


def module_word(path: Path) -> bytes:
    """The word by which an import has to name a module."""
    return (path.parent.name if path.stem == "__init__" else path.stem).encode()
