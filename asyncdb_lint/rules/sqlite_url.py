"""ADB803 sqlite-url: the URL of a database file that leads elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from ..diagnostics import Severity
from ..fixes import cures
from ..semantics.file_urls import FileUrlKind
from .rule import Finding, Rule

if TYPE_CHECKING:
    from ..semantics.facts import FileUrl, ModuleFacts


class SqliteUrl(Rule):
    """A URL of a database file that does not name the file it seems to name."""

    code, name = "ADB803", "sqlite-url"
    severity, since = Severity.ERROR, "0.1.0"
    fix_availability = "safe"

    def check(self, module: ModuleFacts) -> Iterator[Finding]:
        """One finding for each literal."""
        for found in module.file_urls:
            url = found.url
            query = "?" + url.written.partition("?")[2].replace("\0", "...")
            match found.kind:
                case FileUrlKind.QUERY:
                    yield Finding(
                        found.place.node,
                        f"`{query}` becomes part of the file's name: the database that is opened is another, empty one",
                        help=_keywords(found),
                        fix=partial(cures.urls.pass_as_keywords, found),
                    )
                case FileUrlKind.HOST:
                    yield Finding(
                        found.place.node,
                        f"behind two slashes `{url.authority}` is a host, not a file: "
                        "every query gets an empty database of its own, and nothing is kept",
                        help=f"write three slashes: `{url.scheme}:///{url.authority}{url.path}`",
                        fix=partial(cures.urls.name_the_file, found),
                    )
                case FileUrlKind.MEMORY:
                    yield Finding(
                        found.place.node,
                        "every query gets an empty database in memory of its own: no table outlives the query that "
                        "creates it",
                        help="name a database that connections share: "
                        f"`{url.scheme}:///file:app?mode=memory&cache=shared` with `uri=True`",
                    )


def _keywords(found: FileUrl) -> str:
    options = ", ".join(f"{option.name}={option.value or '...'}" for option in found.url.options)
    if found.url.path.removeprefix("/").startswith("file:"):
        return "pass `uri=True`, so that SQLite reads the name as a URI"
    if all(option.name in found.driver.as_keywords.defaults for option in found.url.options):
        return f"pass it by keyword: `Database(url, {options})`"
    return f"leave it out, or name the file by a URI: `{found.url.scheme}:///file:app.db?...` with `uri=True`"
