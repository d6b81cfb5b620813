"""Which files can matter at all: bytes only, no decoding, no parsing.

A project in which no file imports a driver has nothing to find. In one that does, a file matters when it imports such
a file, directly or through others, or when it mentions what drivers offer, or holds SQL or the URL of a database.

Calls that stop the event loop matter where there is one to stop: in files with an `async def` that import, directly or
through others, a library that blocks. In a project without a driver, only synchronous drivers under FastAPI or
Starlette count: a program of plain functions costs nothing, and neither does one that merely sleeps or sends requests.
"""

from __future__ import annotations

import codecs
import functools
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

_DRIVERS = Path(__file__).parent / "drivers"
_LIBRARIES = Path(__file__).parent / "libraries"
# Where Python knows it: what was read is not read again another way, if what follows does not fit.
_AT_ONCE = b"+" if sys.version_info >= (3, 11) else b""
_BLANK = rb"(?:[ \t\f]|\\\n)"
_NAMES = rb"(\([^)]*\)|[^\n#;\\]*" + _AT_ONCE + rb"(?:\\\n[^\n#;\\]*" + _AT_ONCE + rb")*)"
_IMPORT = (
    rb"[ \t\f]*" + _AT_ONCE
    + rb"(?:from" + _BLANK + rb"+([\w.]+)" + _BLANK + rb"+import" + _BLANK + rb"*|import" + _BLANK + rb"+)" + _NAMES
)  # fmt: skip
# Behind a line end, a semicolon, the colon of a block. One expression each: with a single first character, the search
# for it runs at the speed of memory.
_IMPORT_STARTS = (b"\n", b";", b":")
# Turns all that is no part of a word into blanks.
_WORDS_APART = bytes(code if re.match(rb"\w", bytes([code])) else ord(" ") for code in range(256))
# A helper that builds SQL need not import anything. For text in lower case: the word to look for first, and the whole.
_SQL = {
    b"select": rb"\bselect\s[^;]{1,400}?\sfrom\s",
    b"insert": rb"\binsert\s+into\s",
    b"update": rb"\bupdate\s+\S+\s+set\s",
    b"delete": rb"\bdelete\s+from\s",
}
# A module of settings need not import anything either.
_URL = rb"\b(?:postgres|mysql|sqlite)\w*(?:\+\w+)?://"
_URL_WORDS = (b"postgres", b"mysql", b"sqlite")
# What guards a whole application against the errors of drivers, and what declares tables.
_GUARDS_AND_TABLES = (b"exception_handler", b"add_middleware", b".middleware(", b"__tablename__")
_TABLE = rb"\bTable\("
_RUNS_A_LOOP = re.compile(rb"\basync def\b|\basyncio\.run\b|\brun_until_complete\b")
_FRAMEWORKS = frozenset({b"fastapi", b"starlette"})
# What a file has to name to get hold of anything: functions, and classes that are constructed.
_STUB_START = (
    r"(?m)^(?:def (\w+)|from (?!asyncdb_lint).* import (\w+) as (?!\2\b)(\w+)"
    r"|class (\w+).*\n(?:    .*\n)*?    def __init__)"
)
_STUB_METHOD = r"(?m)^    (?:async )?def ([a-z]\w+)"
# Methods that a stub gives a role to: what other drivers than `databases` are asked for.
_STUB_ROLE_METHOD = r"@role\.\w+\n    (?:async )?def ([a-z]\w+)"
# Members that half of all classes have say nothing by themselves.
_COMMON = {
    "keys", "values", "replace", "username", "password", "port", "database", "options", "driver", "start",
    "autocommit", "backup", "begin", "cancel", "check", "clear", "close", "connection", "delete", "exec", "explain",
    "fetch", "flush", "get", "interrupt", "invalidate", "merge", "open", "ping", "prepare", "refresh", "release",
    "remove", "reset", "resize", "stream", "wait",
}  # fmt: skip


@functools.cache
def driver_imports() -> Sequence[frozenset[bytes]]:
    """The words that an import of a driver is made of: `sqlalchemy`, `ext` and `asyncio` together."""
    # Even a run in which nothing matters asks this.
    modules = {name.removesuffix(".pyi") for name in os.listdir(_DRIVERS) if name.endswith(".pyi")} - {"roles"}  # noqa: PTH208
    outermost = [name for name in modules if not any(name.startswith(f"{other}.") for other in modules)]
    return [frozenset(name.encode().split(b".")) for name in sorted(outermost)]


@functools.cache
def _import_statements() -> Sequence[Callable[[bytes], list[tuple[bytes, bytes]]]]:
    return [re.compile(start + _IMPORT).findall for start in _IMPORT_STARTS]


@functools.cache
def driver_methods() -> re.Pattern[bytes]:
    """What drivers offer."""
    names: set[str] = set()
    for path in _DRIVERS.glob("*.pyi"):
        if path.stem != "roles":
            method = _STUB_METHOD if path.name.startswith("databases.") else _STUB_ROLE_METHOD
            names.update(re.findall(method, path.read_text(encoding="utf-8")))
    return re.compile(rb"\.(?:" + "|".join(sorted(names - _COMMON)).encode() + rb")\b")


def _mentions(data: bytes) -> bool:
    """Whether a file names what drivers offer, or holds SQL or the URL of a database.

    Most files have none of the words, and to know that takes a plain search, not an expression.
    """
    if any(word in data for word in _GUARDS_AND_TABLES) or driver_methods().search(data):
        return True
    if b"Table(" in data and re.search(_TABLE, data):
        return True
    if b"://" in data and any(word in data for word in _URL_WORDS) and re.search(_URL, data):
        return True
    lower = data.lower()
    return any(word in lower and re.search(sql, lower) for word, sql in _SQL.items())


@functools.cache
def _blocking_packages(role: str) -> Mapping[bytes, re.Pattern[bytes]]:
    """The packages whose stubs give a role, each with the names by which a file shows that it uses that."""
    texts: dict[bytes, str] = {}
    for path in sorted(_LIBRARIES.glob("*.pyi")):
        package = path.stem.split(".")[0].encode()
        texts[package] = texts.get(package, "") + path.read_text(encoding="utf-8")
    names = {
        package: {name for found in re.findall(_STUB_START, text) for name in found if name}
        for package, text in texts.items()
        if f"@role.{role}" in text
    }
    return {
        package: re.compile(rb"\b(?:" + "|".join(sorted(offered)).encode() + rb")\b")
        for package, offered in names.items()
    }


@dataclass(slots=True)
class _Sign:
    data: bytes
    imported: frozenset[bytes]
    mentions: bool | None = None


class Signs:
    """What screening reads from the bytes of each file, kept as long as the bytes are the same."""

    def __init__(self) -> None:
        self._signs: dict[Path, _Sign] = {}

    def imported(self, path: Path, data: bytes) -> frozenset[bytes]:
        """Every word of a file's import statements."""
        return self._sign(path, data).imported

    def known_words(self, path: Path) -> frozenset[bytes]:
        """Every word of the import statements of a file that was screened before."""
        sign = self._signs.get(path)
        return sign.imported if sign is not None else frozenset()

    def mentions(self, path: Path, data: bytes) -> bool:
        """Whether a file names what drivers offer, or holds SQL or the URL of a database."""
        sign = self._sign(path, data)
        if sign.mentions is None:
            sign.mentions = _mentions(data)
        return sign.mentions

    def forget_all_but(self, files: AbstractSet[Path]) -> None:
        """Lets go of what is known of other files."""
        for path in self._signs.keys() - files:
            del self._signs[path]

    def _sign(self, path: Path, data: bytes) -> _Sign:
        known = self._signs.get(path)
        if known is None or known.data != data:
            known = self._signs[path] = _Sign(data, frozenset(_imported_words(path, data)))
        return known


def relevant(
    contents: Mapping[Path, bytes], database_types: Sequence[str] = (), signs: Signs | None = None
) -> set[Path]:
    """The files among `contents` that rules may have something to say about, or that link those together.

    `database_types` are dotted names of classes that count as databases, besides the drivers' own. `signs` are kept
    from run to run.
    """
    signs = signs or Signs()
    imported = {path: signs.imported(path, data) for path, data in contents.items()}
    drivers = driver_imports()
    found = {path for path, words in imported.items() if any(driver <= words for driver in drivers)}
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
    rest = [path for path in contents if path not in found]
    found.update(path for path in rest if signs.mentions(path, contents[path]))
    return found


def shows_database(words: AbstractSet[bytes]) -> bool:
    """Whether a file with these words in its imports may make any file of its project matter."""
    return not words.isdisjoint(_FRAMEWORKS) or any(driver <= words for driver in driver_imports())


def imports_driver(files: Iterable[Path], signs: Signs) -> bool:
    """Whether one of some files, which have been screened, imports a driver."""
    return any(driver <= words for words in map(signs.known_words, files) for driver in driver_imports())


def stays_out(path: Path, data: bytes, matters: AbstractSet[Path], database_types: Sequence[str] = ()) -> bool:
    """Whether a file that did not matter certainly does not matter with another content either.

    `matters` are the files that do, in a project that imports a driver: then nobody hangs on the others.
    """
    signs = Signs()
    words = signs.imported(path, data)
    if words & {_module_word(other) for other in matters} or words & _blocking_packages("blocks").keys():
        return False
    is_driver = any(driver <= words for driver in driver_imports())
    return not is_driver and not database_types and not signs.mentions(path, data)


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
    data = b"\n" + data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    found = [statement for find in _import_statements() for statement in find(data)]
    words = set(b" ".join([b" ".join(statement) for statement in found]).translate(_WORDS_APART).split())
    if any(source.startswith(b".") for source, _ in found):
        words.add(path.parent.name.encode())
    return words
