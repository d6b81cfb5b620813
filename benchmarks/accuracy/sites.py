"""Where a repository queries its database, by syntax, imports and what a reader excluded.

A *query site* is `<receiver>.fetch_all(...)` and its like. It does not count when the receiver is imported from
something that is neither the project nor `databases`, is annotated with such a thing, is a project module that
defines a function of this name (a *wrapper site*, counted apart), or stands in the exclusion table a reader made.
A *wrapper* is a project function that queries, itself or through others.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import libcst as cst

from .code import Code, expand
from .corpus import Repository
from .exclusions import Exclusion
from .source import Function, Source, dotted

QUERY_METHODS = frozenset({"fetch_all", "fetch_one", "fetch_val", "execute", "execute_many", "iterate"})
DRIVERS = ("asyncpg", "aiosqlite", "aiomysql", "psycopg", "sqlalchemy.ext.asyncio", "sqlmodel.ext.asyncio")
DRIVER_QUERY_METHODS = frozenset(
    {"execute", "executemany", "fetch", "fetchrow", "fetchval", "scalar", "scalars", "get", "flush", "refresh", "exec"}
)
LIFECYCLE_METHODS = frozenset({"connect", "disconnect", "start", "commit", "rollback"})


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """One call of a query method or of a wrapper."""

    source: Source
    call: cst.Call
    function: Function | None
    receiver: str
    method: str


@dataclass(eq=False)
class Project:
    """The modules of one repository that could be read, with their sites."""

    repository: Repository
    sources: Mapping[Path, Source]
    unread: tuple[Path, ...] = ()
    exclusions: list[Exclusion] = field(default_factory=list)

    @cached_property
    def code(self) -> Code:
        """What names and calls mean."""
        return Code(self.repository.root, self.sources)

    # -- queries ----------------------------------------------------------------------------------------------------

    @cached_property
    def query_sites(self) -> list[Site]:
        """Every call of a query method on what is, as far as can be seen, the library's object."""
        return list(self._sites(QUERY_METHODS))

    @cached_property
    def lifecycle_sites(self) -> list[Site]:
        """Every awaited call that opens, closes, starts, commits or rolls back on such an object."""
        return list(self._sites(LIFECYCLE_METHODS))

    @cached_property
    def driver_sites(self) -> list[Site]:
        """Every query method on a parameter that is annotated with a type of another asynchronous driver.

        An attribute counts that the class's `__init__` sets to such a parameter.
        """
        found: list[Site] = []
        for source in self.sources.values():
            if not any(driver in source.text for driver in DRIVERS):
                continue
            for call in source.nodes(cst.Call):
                if isinstance(call.func, cst.Attribute) and call.func.attr.value in DRIVER_QUERY_METHODS:
                    receiver = " ".join(source.text_of(call.func.value).split())
                    site = Site(source, call, source.function_of(call), receiver, call.func.attr.value)
                    if self._is_of_driver(site):
                        found.append(site)
        return found

    def _is_of_driver(self, site: Site) -> bool:
        function, name = site.function, site.receiver
        if name.startswith("self.") and function is not None and function.owner is not None:
            made = [item for item in site.source.functions.values() if item.owner is function.owner]
            function = next((item for item in made if item.name == "__init__"), None)
            body = site.source.text_of(function.node) if function is not None else ""
            set_to = re.search(rf"{re.escape(name)}(?:: [^=\n]+)? = (\w+)$", body, re.MULTILINE)
            name = set_to.group(1) if set_to else ""
        while function is not None:
            parameter = function.parameters().get(name)
            if parameter is not None:
                written = site.source.text_of(parameter.annotation.annotation) if parameter.annotation else ""
                paths = [expand(site.source.imports, item) or "" for item in re.findall(r"[\w.]+", written)]
                return any(path.startswith(DRIVERS) for path in paths)
            function = function.parent
        return False

    def is_harmless(self, kind: str, site: Site, name: str) -> bool:
        """Whether a reader found that a mutation makes no pitfall for one name of one function."""
        path = self.repository.relative(site.source.path)
        what = f"{site.function.name}.{name}" if site.function else name
        return any(
            item.method == kind and item.covers(self.repository.name, path, what, kind) for item in self.exclusions
        )

    def _sites(self, methods: Iterable[str]) -> Iterable[Site]:
        for source in self.sources.values():
            for call in source.nodes(cst.Call):
                if not isinstance(call.func, cst.Attribute) or call.func.attr.value not in methods:
                    continue
                receiver = " ".join(source.text_of(call.func.value).split())
                site = Site(source, call, source.function_of(call), receiver, call.func.attr.value)
                if self._may_be_database(site, call.func.value):
                    yield site

    def _may_be_database(self, site: Site, receiver: cst.BaseExpression) -> bool:
        path = self.repository.relative(site.source.path)
        if any(item.covers(self.repository.name, path, site.receiver, site.method) for item in self.exclusions):
            return False
        root = site.receiver.split(".", maxsplit=1)[0]
        if root in site.source.imports and self._is_foreign(site.source, site.source.imports[root]):
            return False
        annotated = self._annotation_of(site, root)
        if annotated is not None and self._is_foreign(site.source, annotated):
            return False
        return not self.code.functions_called(site.source, site.function, site.call)

    def _annotation_of(self, site: Site, name: str) -> str | None:
        """What a parameter is annotated with, as an imported dotted path."""
        function = site.function
        while function is not None:
            parameter = function.parameters().get(name)
            if parameter is not None:
                written = dotted(parameter.annotation.annotation) if parameter.annotation else None
                return expand(site.source.imports, written) if written else None
            function = function.parent
        return None

    def _is_foreign(self, source: Source, path: str) -> bool:
        """Whether a dotted path leads out of the project, and not to the library."""
        if path.startswith("."):
            return False
        top = path.split(".", maxsplit=1)[0]
        return top != "databases" and top not in self._own_names and self.code.module(source, path) is None

    @cached_property
    def _own_names(self) -> set[str]:
        """Every folder and module name of the project: what an absolute import of its own code can start with."""
        names = {path.stem for path in self.sources}
        for path in self.repository.files():
            relative = path.relative_to(self.repository.root)
            names.update(relative.parts[:-1])
            names.add(path.stem)
        return names

    # -- wrappers ---------------------------------------------------------------------------------------------------

    @cached_property
    def wrapper_sites(self) -> list[Site]:
        """Every awaited call of a project function that queries."""
        querying = self.querying
        direct = {id(site.call) for site in self.query_sites}
        found: list[Site] = []
        for source in self.sources.values():
            for node in source.nodes(cst.Await):
                call = node.expression
                if not isinstance(call, cst.Call) or id(call) in direct:
                    continue
                function = source.function_of(call)
                called = self.code.functions_called(source, function, call)
                if called and all(item in querying for item in called):
                    method = called[0].name
                    receiver = source.text_of(call.func.value) if isinstance(call.func, cst.Attribute) else ""
                    path = self.repository.relative(source.path)
                    if not any(e.covers(self.repository.name, path, receiver, method) for e in self.exclusions):
                        found.append(Site(source, call, function, receiver, method))
        return found

    @cached_property
    def querying(self) -> set[Function]:
        """Every project function that queries: its own body does, or awaits or returns the call of one that does."""
        found = {site.function for site in self.query_sites if site.function is not None}
        calls: list[tuple[Function, Source, cst.Call]] = []
        for source in self.sources.values():
            for call in source.nodes(cst.Call):
                parent = source.parent(call)
                caller = source.function_of(call)
                if caller is not None and isinstance(parent, cst.Await | cst.Return):
                    calls.append((caller, source, call))
        while True:
            more = {
                caller
                for caller, source, call in calls
                if caller not in found and not found.isdisjoint(self.code.functions_called(source, caller, call))
            }
            if not more:
                return {function for function in found if function.is_async or self._hands_on(function)}
            found |= more

    def _hands_on(self, function: Function) -> bool:
        """Whether a plain `def` returns a call, and so perhaps a coroutine."""
        source = function.source
        return any(
            isinstance(node.value, cst.Call | cst.Name) and source.function_of(node) is function
            for node in source.nodes(cst.Return)
        )


def read_project(repository: Repository, exclusions: list[Exclusion]) -> Project:
    """Reads every module that may matter: all those of a repository whose text mentions a coroutine or a query."""
    sources: dict[Path, Source] = {}
    unread: list[Path] = []
    for path in repository.files():
        data = path.read_bytes()
        try:
            sources[path] = Source(path, data)
        except (cst.ParserSyntaxError, UnicodeDecodeError, RecursionError, SyntaxError, ValueError):
            unread.append(path)
    return Project(repository, sources, tuple(unread), exclusions)


def by_function(sites: Iterable[Site]) -> dict[Function | None, list[Site]]:
    """Groups sites by the function they run in."""
    groups: dict[Function | None, list[Site]] = defaultdict(list)
    for site in sites:
        groups[site.function].append(site)
    return groups
