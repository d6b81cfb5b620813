"""URLs of database files that lead to another file, or to none at all."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from .options import Driver, Options
from .records import CallRecord, ModuleRecord
from .terms import Constant
from .urls import Urls
from .written_urls import Piece, WrittenUrl


class FileUrlKind(enum.Enum):
    """What is wrong with the URL of a file."""

    QUERY = "the query becomes part of the file's name"
    HOST = "the file's name stands where a host belongs"
    MEMORY = "every query gets an empty database of its own"


class FileUrl(NamedTuple):
    """A URL that does not lead where it seems to."""

    kind: FileUrlKind
    url: WrittenUrl
    driver: Driver

    @property
    def place(self) -> Piece:
        """Where it goes wrong."""
        return self.url.options[0].piece if self.kind is FileUrlKind.QUERY else self.url.pieces[0]


class FileUrls:
    """Finds them in one project."""

    def __init__(self, urls: Urls, options: Options) -> None:
        self.urls = urls
        self.options = options

    def in_module(self, module: ModuleRecord) -> Sequence[FileUrl]:
        """Those that are written in a module, each literal once."""
        return list({id(found.place.node): found for found in self._all if found.place.module is module}.values())

    @cached_property
    def _all(self) -> tuple[FileUrl, ...]:
        found: list[FileUrl] = []
        for url in self.urls.all:
            driver = self.options.behind(url)
            kind = _kind(url) if driver is not None and driver.in_url.is_file_name else None
            if kind is not None and driver is not None:
                found.append(FileUrl(kind, url, driver))
        return tuple(found)


def _kind(url: WrittenUrl) -> FileUrlKind | None:
    name = url.path.removeprefix("/")
    if any(argument.star for argument in url.construction.arguments):
        return None
    if _is_on(url.construction, "uri") and name.startswith("file:"):
        # SQLite reads such a name as a URI of its own, query and all.
        options = {option.name: option.value for option in url.options}
        is_in_memory = name.startswith("file::memory:") or options.get("mode") == "memory"
        return FileUrlKind.MEMORY if is_in_memory and "cache" not in options and "\0" not in url.written else None
    if any("\0" not in option.name for option in url.options):
        return FileUrlKind.QUERY
    if "\0" in url.authority or "\0" in url.path:
        return None
    if url.has_authority and url.authority not in ("", ":memory:"):
        return FileUrlKind.HOST
    if name in ("", ":memory:") and url.has_authority and not _is_on(url.construction, "force_rollback"):
        return FileUrlKind.MEMORY
    return None


def _is_on(construction: CallRecord, keyword: str) -> bool:
    """Whether a keyword is given, and not as False."""
    return any(
        argument.keyword == keyword and not (isinstance(argument.term, Constant) and not argument.term.value)
        for argument in construction.arguments
    )
