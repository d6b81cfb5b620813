"""Which files can matter at all: bytes only, no decoding, no parsing.

A project in which no file imports a driver has nothing to find. In one that does, a file matters when it imports such
a file, directly or through others, or when it mentions what drivers offer, or holds SQL or the URL of a database.

Calls that stop the event loop matter where there is one to stop: in files with an `async def` that import, directly or
through others, a library that blocks. In a project without a driver, only synchronous drivers under FastAPI or
Starlette count: a program of plain functions costs nothing, and neither does one that merely sleeps or sends requests.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

_DRIVERS = Path(__file__).parent / "drivers"
_LIBRARIES = Path(__file__).parent / "libraries"
_BLANK = rb"(?:[ \t\f]|\\\r?\n)"
# Behind a line end, a semicolon, the colon of a block or a UTF-8 mark; never at the very start of what is searched.
_IMPORTS = re.compile(
    rb"[\r\n;:\xbf][ \t\f]*(?:from" + _BLANK + rb"+([\w.]+)" + _BLANK + rb"+import"
    + _BLANK + rb"*(\([^)]*\)|(?:[^\r\n#;\\]|\\\r?\n)*)|import" + _BLANK + rb"+((?:[^\r\n#;\\]|\\\r?\n)+))"
)  # fmt: skip
_WORDS = re.compile(rb"\w+")
# A helper that builds SQL need not import anything.
_SQL = re.compile(rb"\b(?:select\s[^;]{1,400}?\sfrom|insert\s+into|update\s+\S+\s+set|delete\s+from)\s", re.IGNORECASE)
# A module of settings need not import anything either.
_URL = re.compile(rb"\b(?:postgres|mysql|sqlite)\w*(?:\+\w+)?://")
_RUNS_A_LOOP = re.compile(rb"\basync def\b|\basyncio\.run\b|\brun_until_complete\b")
_FRAMEWORKS = frozenset({b"fastapi", b"starlette"})
# What a file has to name to get hold of anything: functions, and classes that are constructed.
_STUB_START = re.compile(
    r"^(?:def (\w+)|from (?!asyncdb_lint).* import (\w+) as (?!\2\b)(\w+)"
    r"|class (\w+).*\n(?:    .*\n)*?    def __init__)",
    re.MULTILINE,
)
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


@functools.cache
def _blocking_packages(role: str) -> Mapping[bytes, re.Pattern[bytes]]:
    """The packages whose stubs give a role, each with the names by which a file shows that it uses that."""
    texts: dict[bytes, str] = {}
    for path in sorted(_LIBRARIES.glob("*.pyi")):
        package = path.stem.split(".")[0].encode()
        texts[package] = texts.get(package, "") + path.read_text(encoding="utf-8")
    names = {
        package: {name for found in _STUB_START.findall(text) for name in found if name}
        for package, text in texts.items()
        if f"@role.{role}" in text
    }
    return {
        package: re.compile(rb"\b(?:" + "|".join(sorted(offered)).encode() + rb")\b")
        for package, offered in names.items()
    }


def relevant(contents: Mapping[Path, bytes], database_types: Sequence[str] = ()) -> set[Path]:
    """The files among `contents` that rules may have something to say about, or that link those together.

    `database_types` are dotted names of classes that count as databases, besides the drivers' own.
    """
    imported = {path: _imported_words(path, data) for path, data in contents.items()}
    drivers = _driver_packages()
    found = {path for path, words in imported.items() if words & drivers}
    for dotted in database_types:
        *_, module, name = (part.encode() for part in dotted.split("."))
        defines = re.compile(rb"^[ \t]*class[ \t]+" + re.escape(name) + rb"\b", re.MULTILINE)
        found.update(path for path, words in imported.items() if words & {module, name})
        found.update(path for path, data in contents.items() if defines.search(data))
    serves = any(words & _FRAMEWORKS for words in imported.values())
    if not found and not serves:
        return set()
    packages = _blocking_packages("blocks" if found else "sync_database")
    blocking = {
        path
        for path, words in imported.items()
        if any(packages[word].search(contents[path]) for word in words & packages.keys())
    }
    by_word: dict[bytes, list[Path]] = {}
    for path, words in imported.items():
        for word in words:
            by_word.setdefault(word, []).append(path)
    loops = {path for path in _with_importers(blocking, by_word) if _RUNS_A_LOOP.search(contents[path])}
    if not found:
        return loops
    found = _with_importers(found, by_word) | loops
    mentions = _driver_words()
    rest = [path for path in contents if path not in found]
    found.update(path for path in rest if any(needle.search(contents[path]) for needle in (mentions, _SQL, _URL)))
    return found


def _with_importers(files: set[Path], by_word: Mapping[bytes, list[Path]]) -> set[Path]:
    """Files and all that import them, directly or through others."""
    found, pending = set(files), list(files)
    while pending:
        for importer in by_word.get(_module_word(pending.pop()), ()):
            if importer not in found:
                found.add(importer)
                pending.append(importer)
    return found


def _module_word(path: Path) -> bytes:
    return (path.parent.name if path.stem == "__init__" else path.stem).encode()


def _imported_words(path: Path, data: bytes) -> set[bytes]:
    """Every word of a file's import statements; a relative import also names its own package."""
    if b"import" not in data:
        return set()
    words: set[bytes] = set()
    for source, names, plain in _IMPORTS.findall(b"\n" + data):
        words.update(_WORDS.findall(source))
        words.update(_WORDS.findall(names))
        words.update(_WORDS.findall(plain))
        if source.startswith(b"."):
            words.add(path.parent.name.encode())
    return words
