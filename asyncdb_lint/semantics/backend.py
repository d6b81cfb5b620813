"""Which database a query runs on, and what its driver raises: read from the URL that the pool is built with."""

from __future__ import annotations

import enum
from typing import NamedTuple

from .calling import class_roles
from .makers import Makers
from .reach import Origin, Reach
from .records import CallRecord, ModuleRecord
from .terms import Attribute, Choice, Constant, GlobalName, Import, Result, Term
from .texts import Texts
from .values import ClassValue, InstanceValue, ModuleValue


class Outcome(enum.Enum):
    """What running a statement gives on a database."""

    FIRST_VALUE = "the first value of the first row, None without rows"
    ID_OR_COUNT = "the id of the row inserted last, or else the number of rows that changed"
    UNKNOWN = "nobody has looked"


class Backend(NamedTuple):
    """A database and the driver that `databases` uses for it."""

    dialect: str
    package: str
    """What to import for its errors."""
    integrity_error: str
    """The error of a duplicate or a broken constraint, with its module."""
    any_error: str
    """What every error of the database is."""
    outcome: Outcome
    name: str
    """What people call the database."""

    @property
    def prepares(self) -> bool:
        """Whether the server gets text and values apart; the other drivers write the values into the text."""
        return self.package in ("asyncpg", "sqlite3")

    @property
    def binds_null(self) -> bool:
        """Whether a bind parameter without a value is NULL rather than an error."""
        return self.package == "asyncpg"


_ASYNCPG = Backend(
    "postgresql",
    "asyncpg",
    "asyncpg.exceptions.IntegrityConstraintViolationError",
    "asyncpg.exceptions.PostgresError",
    Outcome.FIRST_VALUE,
    "PostgreSQL",
)
_SQLITE = Backend("sqlite", "sqlite3", "sqlite3.IntegrityError", "sqlite3.Error", Outcome.ID_OR_COUNT, "SQLite")
_MYSQL = Backend("mysql", "pymysql", "pymysql.err.IntegrityError", "pymysql.err.MySQLError", Outcome.UNKNOWN, "MySQL")
_AIOPG = Backend("postgresql", "psycopg2", "psycopg2.IntegrityError", "psycopg2.Error", Outcome.UNKNOWN, "PostgreSQL")
_ASYNCMY = Backend(
    "mysql", "asyncmy.errors", "asyncmy.errors.IntegrityError", "asyncmy.errors.Error", Outcome.UNKNOWN, "MySQL"
)

# A driver that `databases` does not know behind the `+` is ignored: the default one of the dialect is used.
_BY_SCHEME = {"postgresql+aiopg": _AIOPG, "mysql+asyncmy": _ASYNCMY}
_BY_DIALECT = {"postgresql": _ASYNCPG, "postgres": _ASYNCPG, "sqlite": _SQLITE, "mysql": _MYSQL}
_DEEPEST = 8


class Backends:
    """Answers for the queries of one project."""

    def __init__(self, makers: Makers, texts: Texts, reach: Reach) -> None:
        self.makers = makers
        self.texts = texts
        self.reach = reach
        self.resolver = makers.resolver
        self._shared: list[Backend | None] | None = None

    def of(self, query: CallRecord) -> Backend | None:
        """The backend of the database that a query runs on; None where the URL is decided elsewhere."""
        return self.of_method(query.callee)

    def of_method(self, method: Term) -> Backend | None:
        """The same for a method, or another attribute, of a pool or a connection."""
        pool = self.pool(method)
        if pool is not None:
            made = self.makers.of(pool)
            if made and None not in made:
                return _only([self.built_by(call) for call in made if call is not None])
        # Handed in from out of sight: it can only be one of those that the project builds.
        if self._shared is None:
            self._shared = [self.built_by(call) for call in self.constructions()]
        return _only(self._shared)

    def pool(self, callee: Term, depth: int = 0) -> Term | None:
        """The term of the pool behind `pool.execute` or `connection.execute`."""
        if not isinstance(callee, Attribute) or depth > _DEEPEST:
            return None
        base = callee.base
        values = self.resolver.resolve(base)
        if all(isinstance(value, InstanceValue) and "pool" in class_roles(self.resolver, value) for value in values):
            return base
        inner: Term = base
        while not isinstance(inner, Result):
            following = getattr(inner, "base", None)
            if not isinstance(following, Term):
                return None
            inner = following
        return self.pool(inner.call.callee, depth + 1)

    def constructions(self) -> list[CallRecord]:
        """The calls that build a pool, outside of tests."""
        return [call for module in self.resolver.modules for call in self.constructions_in(module)]

    def constructions_in(self, module: ModuleRecord) -> list[CallRecord]:
        """Those of one module."""
        if module.is_stub or self.reach.module_kind(module) is Origin.TEST:
            return []
        return [
            call
            for call in module.calls
            if any(
                isinstance(value, ClassValue) and "pool" in class_roles(self.resolver, value)
                for value in self.resolver.resolve(call.callee)
            )
        ]

    def built_by(self, construction: CallRecord) -> Backend | None:
        """The backend of the pool that a call makes; None where the URL is decided elsewhere."""
        url = construction.argument(0, "url")
        if url is None:
            return None
        return _only([_by_url(text) for text in self._urls(url.term, 0)])

    def by_default(self, construction: CallRecord) -> Backend | None:
        """The same where the settings of the project may only say otherwise: `url: str = "sqlite:///app.db"`."""
        url = construction.argument(0, "url")
        if url is None or not isinstance(url.term, Attribute):
            return None
        defaults = [
            declared
            for value in self.resolver.resolve(url.term.base)
            if isinstance(value, InstanceValue) and url.term.name in value.cls.attributes
            for declared in value.cls.attributes[url.term.name].values
        ]
        return _only([_by_url(text) for default in defaults for text in self._urls(default, 0)])

    def _urls(self, term: Term, depth: int) -> list[str]:
        """What a URL starts with, for each text it may be; an empty one where it is not known."""
        if depth > _DEEPEST:
            return [""]
        match term:
            case Choice(options=options):
                return [url for option in options for url in self._urls(option, depth + 1)]
            case Result(call=call) if self._is_url(call) and call.arguments:
                return self._urls(call.arguments[0].term, depth + 1)
            case GlobalName(module=module, name=name) if name in module.bindings:
                return self._named(module, name, depth)
            case Import(module=module, level=level, dotted=dotted, name=str() as name):
                found = self.resolver.index.find(module.path, level, dotted)
                if isinstance(found, ModuleRecord) and name in found.bindings:
                    return self._named(found, name, depth)
            case Attribute(base=base, name=name):
                for value in self.resolver.resolve(base):
                    if isinstance(value, ModuleValue) and name in value.module.bindings:
                        return self._named(value.module, name, depth)
            case _:
                pass
        if isinstance(term, Constant):
            return [term.value if isinstance(term.value, str) else ""]
        texts = self.texts.flatten(term)
        return [first if isinstance(first := (flat.parts or ("",))[0], str) else "" for flat in texts] or [""]

    def _named(self, module: ModuleRecord, name: str, depth: int) -> list[str]:
        # An annotation (`URL: str = ...`) must not hide the text.
        return [url for bound in module.bindings[name] for url in self._urls(bound, depth + 1)]

    def _is_url(self, call: CallRecord) -> bool:
        return any(
            isinstance(value, ClassValue) and "url" in class_roles(self.resolver, value)
            for value in self.resolver.resolve(call.callee)
        )


def _by_url(url: str) -> Backend | None:
    scheme, separator, _ = url.partition(":")
    if not separator:
        return None
    return _BY_SCHEME.get(scheme) or _BY_DIALECT.get(scheme.partition("+")[0])


def _only(found: list[Backend | None]) -> Backend | None:
    """The one backend that all agree on."""
    return found[0] if found and all(backend == found[0] for backend in found) else None
