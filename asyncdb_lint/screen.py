"""Which files can matter at all: bytes only, no decoding, no parsing.

A project in which no file imports a driver has nothing to find. In one that does, a file matters when it imports such
a file,
directly or through others, or when it mentions what drivers offer, or holds SQL or the URL of a database.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path

_DRIVERS = Path(__file__).parent / "drivers"
_IMPORTS = re.compile(
    rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n#;]*)|import[ \t]+([^\n#;]+))", re.MULTILINE
)
_WORDS = re.compile(rb"\w+")
# A helper that builds SQL need not import anything.
_SQL = re.compile(rb"\b(?:select\s[^;]{1,400}?\sfrom|insert\s+into|update\s+\S+\s+set|delete\s+from)\s", re.IGNORECASE)
# A module of settings need not import anything either.
_URL = re.compile(rb"\b(?:postgres|mysql|sqlite)\w*(?:\+\w+)?://")
_STUB_METHOD = re.compile(r"^    (?:async )?def ([a-z]\w+)", re.MULTILINE)
# Members that half of all classes have say nothing by themselves.
_COMMON = {"keys", "values", "replace", "username", "password", "port", "database", "options", "driver", "start"}


@functools.cache
def _driver_packages() -> frozenset[bytes]:
    return frozenset(path.name.split(".")[0].encode() for path in _DRIVERS.glob("*.pyi") if path.stem != "roles")


@functools.cache
def _driver_words() -> re.Pattern[bytes]:
    """What drivers offer, what guards a whole application against their errors, and what declares tables."""
    names: set[str] = set()
    for path in _DRIVERS.glob("*.pyi"):
        if path.stem != "roles":
            names.update(_STUB_METHOD.findall(path.read_text(encoding="utf-8")))
    return re.compile(
        rb"\.(?:"
        + "|".join(sorted(names - _COMMON)).encode()
        + rb")\b|exception_handler|add_middleware|\.middleware\(|\bTable\(|__tablename__"
    )


def relevant(contents: Mapping[Path, bytes]) -> set[Path]:
    """The files among `contents` that rules may have something to say about, or that link those together."""
    imported = {path: _imported_words(path, data) for path, data in contents.items()}
    drivers = _driver_packages()
    found = {path for path, words in imported.items() if words & drivers}
    if not found:
        return set()
    by_word: dict[bytes, list[Path]] = {}
    for path, words in imported.items():
        for word in words:
            by_word.setdefault(word, []).append(path)
    pending = list(found)
    while pending:
        for importer in by_word.get(_module_word(pending.pop()), ()):
            if importer not in found:
                found.add(importer)
                pending.append(importer)
    mentions = _driver_words()
    rest = [path for path in contents if path not in found]
    found.update(path for path in rest if any(needle.search(contents[path]) for needle in (mentions, _SQL, _URL)))
    return found


def _module_word(path: Path) -> bytes:
    return (path.parent.name if path.stem == "__init__" else path.stem).encode()


def _imported_words(path: Path, data: bytes) -> set[bytes]:
    """Every word of a file's import statements; a relative import also names its own package."""
    if b"import" not in data:
        return set()
    words: set[bytes] = set()
    for source, names, plain in _IMPORTS.findall(data):
        words.update(_WORDS.findall(source))
        words.update(_WORDS.findall(names))
        words.update(_WORDS.findall(plain))
        if source.startswith(b"."):
            words.add(path.parent.name.encode())
    return words
