"""Which files can matter at all: bytes only, no decoding, no parsing.

A project in which no file imports a driver has nothing to find. In one that does, a file matters when it imports such
a file, directly or through others, or when it mentions what drivers offer, or holds SQL or the URL of a database. So
do files that import one which waits for what drivers offer: it may be given its database, and import none.

Calls that stop the event loop matter where there is one to stop: in files with an `async def` that import, directly or
through others, a library that blocks. In a project without a driver, only synchronous drivers under FastAPI or
Starlette count: a program of plain functions costs nothing, and neither does one that merely sleeps or sends requests.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .import_statements import (
    ImportStatement,
    dotted_names,
    import_statements,
    module_word,
    modules_imported,
    words_of,
)

if TYPE_CHECKING:
    from .module_paths import ModulePaths

_DRIVERS = Path(__file__).parent / "drivers"
_LIBRARIES = Path(__file__).parent / "libraries"
# A helper that builds SQL need not import anything. For text in lower case: the word to look for first, and the whole.
_SQL = {
    b"select": rb"\bselect\s(?:[^;]{1,400}?\sfrom\s|\s*\(?\w+(?:\.\w+)?\()",
    b"insert": rb"\binsert\s+into\s",
    b"update": rb"\bupdate\s+\S+\s+set\s",
    b"delete": rb"\bdelete\s+from\s",
}
# A module of settings need not import anything either.
_URL = rb"\b(?:postgres|mysql|sqlite)\w*(?:\+\w+)?://"
_URL_WORDS = (b"postgres", b"mysql", b"sqlite")
# What guards a whole application against the errors of drivers, and what declares tables.
_GUARDS_AND_TABLES = (b"exception_handler", b"add_middleware", b".middleware(", b"__tablename__", b"create_table(")
_TABLE = rb"\bTable\("
RUNS_A_LOOP = re.compile(rb"\basync def\b|\basyncio\.run\b|\brun_until_complete\b")
"""What makes a file that blocks matter."""
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
def driver_modules() -> Mapping[bytes, frozenset[bytes]]:
    """The drivers' modules, each with its words: `sqlalchemy`, `ext` and `asyncio`."""
    # Even a run in which nothing matters asks this.
    modules = {name.removesuffix(".pyi") for name in os.listdir(_DRIVERS) if name.endswith(".pyi")} - {"roles"}  # noqa: PTH208
    outermost = [name for name in modules if not any(name.startswith(f"{other}.") for other in modules)]
    return {name.encode(): frozenset(name.encode().split(b".")) for name in sorted(outermost)}


def _imports_driver(words: AbstractSet[bytes], statements: Sequence[ImportStatement]) -> bool:
    """Whether one of some import statements names a driver, and not only other things with its words."""
    starts = tuple(driver + b"." for driver, parts in driver_modules().items() if parts <= words)
    return bool(starts) and any(
        (dotted + b".").startswith(starts) for statement in statements for dotted in dotted_names(statement)
    )


@functools.cache
def driver_methods() -> re.Pattern[bytes]:
    """What drivers offer."""
    names: set[str] = set()
    for path in _DRIVERS.glob("*.pyi"):
        if path.stem != "roles":
            method = _STUB_METHOD if path.name.startswith("databases.") else _STUB_ROLE_METHOD
            names.update(re.findall(method, path.read_text(encoding="utf-8")))
    return re.compile(rb"\.(?:" + "|".join(sorted(names - _COMMON)).encode() + rb")\b")


@functools.cache
def driver_waits() -> re.Pattern[bytes]:
    """A line that waits for what drivers offer."""
    return re.compile(rb"\b(?:await|async)\b[^\n]*" + driver_methods().pattern)


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
def blocking_packages(role: str) -> Mapping[bytes, re.Pattern[bytes]]:
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
    imports_driver: bool
    mentions: bool | None = None
    modules: tuple[ModulePaths, frozenset[Path]] | None = None


class Signs:
    """What screening reads from the bytes of each file, kept as long as the bytes are the same."""

    def __init__(self) -> None:
        self._signs: dict[Path, _Sign] = {}

    def imported(self, path: Path, data: bytes) -> frozenset[bytes]:
        """Every word of a file's import statements."""
        return self._sign(path, data).imported

    def imports_driver(self, path: Path, data: bytes) -> bool:
        """Whether a file imports a driver itself."""
        return self._sign(path, data).imports_driver

    def is_known_to_import_driver(self, path: Path) -> bool:
        """Whether a file that was screened before imports a driver."""
        sign = self._signs.get(path)
        return sign is not None and sign.imports_driver

    def modules(self, path: Path, data: bytes, paths: ModulePaths) -> frozenset[Path]:
        """The files that a file imports."""
        sign = self._sign(path, data)
        if sign.modules is None or sign.modules[0] is not paths:
            sign.modules = paths, modules_imported(import_statements(data), path, paths)
        return sign.modules[1]

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
            statements = import_statements(data)
            words = frozenset(words_of(statements, path))
            known = self._signs[path] = _Sign(data, words, _imports_driver(words, statements))
        return known


class Screened(NamedTuple):
    """Which files of a project are worth parsing."""

    matters: set[Path]
    """Those that rules may have something to say about, or that link those together."""
    blocking: set[Path]
    """Those from which imports lead to calls that block: they matter as soon as they run an event loop."""


def screened(
    contents: Mapping[Path, bytes],
    database_types: Sequence[str] = (),
    signs: Signs | None = None,
    paths: Callable[[], ModulePaths] | None = None,
) -> Screened:
    """Which of the files in `contents` are worth parsing.

    `database_types` are dotted names of classes that count as databases, besides the drivers' own. `signs` are kept
    from run to run. `paths` says what imports lead to, if anybody has to know.
    """
    signs = signs or Signs()
    imported = {path: signs.imported(path, data) for path, data in contents.items()}
    found = {path for path, data in contents.items() if signs.imports_driver(path, data)}
    for dotted in database_types:
        *_, module, name = (part.encode() for part in dotted.split("."))
        found.update(path for path, words in imported.items() if words & {module, name})
        found.update(path for path, data in contents.items() if defining(dotted).search(data))
    serves = any(words & _FRAMEWORKS for words in imported.values())
    if not found and not serves:
        return Screened(set(), set())
    packages = blocking_packages("blocks" if found else "sync_database")
    blocking = {
        path
        for path, words in imported.items()
        if any(packages[word].search(contents[path]) for word in words & packages.keys())
    }
    importers = _Importers(contents, imported, signs, paths)
    blocking = importers.with_them(blocking)
    loops = {path for path in blocking if RUNS_A_LOOP.search(contents[path])}
    if not found:
        return Screened(loops, blocking)
    found = importers.with_them(found) | loops
    mentioning = {path for path in contents if path not in found and signs.mentions(path, contents[path])}
    given = {path for path in mentioning if driver_waits().search(contents[path])}
    return Screened(found | mentioning | importers.with_them(given), blocking)


@functools.cache
def defining(dotted: str) -> re.Pattern[bytes]:
    """What defines a class of the settings."""
    name = dotted.rpartition(".")[2].encode()
    return re.compile(rb"^[ \t]*class[ \t]+" + re.escape(name) + rb"\b", re.MULTILINE)


class _Importers:
    """Which files import which: found by a word first, and for certain only where that fits."""

    def __init__(
        self,
        contents: Mapping[Path, bytes],
        imported: Mapping[Path, AbstractSet[bytes]],
        signs: Signs,
        paths: Callable[[], ModulePaths] | None,
    ) -> None:
        """Takes the contents of all files, and the words of their import statements."""
        self._contents = contents
        self._signs = signs
        self._given_paths = paths
        self._by_word: dict[bytes, list[Path]] = {}
        for path, words in imported.items():
            for word in words:
                self._by_word.setdefault(word, []).append(path)

    def with_them(self, files: set[Path]) -> set[Path]:
        """Files and all that import them, directly or through others."""
        found, pending = set(files), list(files)
        while pending:
            module = pending.pop()
            for importer in self._by_word.get(module_word(module), ()):
                if importer not in found and module in self._modules(importer):
                    found.add(importer)
                    pending.append(importer)
        return found

    def _modules(self, path: Path) -> frozenset[Path]:
        return self._signs.modules(path, self._contents[path], self._paths)

    @functools.cached_property
    def _paths(self) -> ModulePaths:
        from .module_paths import ModulePaths

        return self._given_paths() if self._given_paths is not None else ModulePaths(self._contents)


def shows_database(words: AbstractSet[bytes]) -> bool:
    """Whether a file with these words in its imports may make any file of its project matter."""
    return not words.isdisjoint(_FRAMEWORKS) or any(driver <= words for driver in driver_modules().values())


def imports_driver(files: Iterable[Path], signs: Signs) -> bool:
    """Whether one of some files, which have been screened, imports a driver."""
    return any(map(signs.is_known_to_import_driver, files))


def stays_out(
    path: Path,
    data: bytes,
    others: Screened,
    paths: Callable[[], ModulePaths],
    database_types: Sequence[str] = (),
) -> bool:
    """Whether a file that did not matter certainly does not matter with another content either.

    `others` are known of a project that imports a driver.
    """
    signs = Signs()
    words = signs.imported(path, data)
    if database_types or signs.imports_driver(path, data) or words & blocking_packages("blocks").keys():
        return False
    blocks_already = path in others.blocking
    if blocks_already and RUNS_A_LOOP.search(data):
        return False
    # Who leads to what blocks now may be imported where a loop runs.
    ties = others.matters if blocks_already else others.matters | others.blocking
    if words & {module_word(other) for other in ties} and signs.modules(path, data, paths()) & ties:
        return False
    return not signs.mentions(path, data)
