"""Which errors of a database an `except` clause catches."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

from .records import ExceptClause
from .resolve import Resolver
from .terms import Term
from .values import ClassValue, CollectionValue, ExternalValue

_DRIVERS = {
    "asyncpg", "sqlite3", "aiosqlite", "psycopg2", "psycopg", "aiopg", "pymysql", "aiomysql", "asyncmy", "MySQLdb",
}  # fmt: skip
# What a driver's errors have in common: catching one of these catches every error of the database.
_COMMON_TO_ALL = {"Error", "DatabaseError", "PostgresError", "MySQLError", "StandardError"}
_COMMON_IN_SQLALCHEMY = {"SQLAlchemyError", "StatementError", "DBAPIError", "DatabaseError"}
# Their texts speak of the number of rows alone.
_OF_RESULTS = {"NoResultFound", "MultipleResultsFound"}
_EVERYTHING = {"builtins.Exception", "builtins.BaseException"}
# Errors that SQLAlchemy makes of a driver's when it runs the statement itself.
_OF_SQLALCHEMY = {
    "SQLAlchemyError", "DBAPIError", "DatabaseError", "IntegrityError", "OperationalError", "ProgrammingError",
    "DataError", "InterfaceError", "InternalError", "NotSupportedError", "NoResultFound", "MultipleResultsFound",
}  # fmt: skip


_OF_CONSTRAINTS = re.compile(r"\.(?:Integrity\w*|\w+Violation(?:Error)?)$")


class Catches(enum.Enum):
    """What a clause makes of errors of the database."""

    ALL = "catches every one"
    SOME = "catches some kinds"
    NONE = "catches none"
    UNKNOWN = "may catch some"


class DriverErrors:
    """Answers for the clauses of one project."""

    def __init__(self, resolver: Resolver, through_sqlalchemy: bool = False) -> None:
        self.resolver = resolver
        self.through_sqlalchemy = through_sqlalchemy
        """Whether SQLAlchemy may have run the queries, and made its own errors of the driver's."""

    def caught_by(self, clause: ExceptClause) -> Catches:
        """Which errors of a database a clause catches."""
        return Catches.ALL if clause.is_bare else self.caught_as(clause.types)

    def caught_as(self, types: tuple[Term, ...]) -> Catches:
        """Which errors of a database are of one of these types."""
        found = {self._caught_by_class(name) for term in types for name in self.names(term)}
        for catches in (Catches.ALL, Catches.UNKNOWN, Catches.SOME):
            if catches in found:
                return catches
        return Catches.NONE

    def are_of_constraints(self, clause: ExceptClause) -> bool:
        """Whether a clause catches nothing of the database but what constraints refuse."""
        names = [name for term in clause.types for name in self.names(term)]
        caught = [name for name in names if self._caught_by_class(name) is not Catches.NONE]
        return bool(caught) and all(_OF_CONSTRAINTS.search(name) for name in caught)

    def is_any_exception(self, term: Term) -> bool:
        """Whether a class is the one that all exceptions are of."""
        return any(name in _EVERYTHING for name in self.names(term))

    def names(self, term: Term) -> Iterator[str]:
        """The classes that a clause names, with their modules; an empty text for one that is not known."""
        for value in self.resolver.resolve(term):
            match value:
                case ExternalValue(dotted=dotted):
                    yield dotted
                case CollectionValue(term=held):
                    for element in held.elements:
                        yield from self.names(element)
                case ClassValue(cls=cls):
                    # Raised by the project or a library itself; a driver knows nothing of it.
                    yield cls.qualname
                case _:
                    yield ""

    def sqlalchemy_error(self, term: Term) -> str | None:
        """The name of an error that only SQLAlchemy itself makes of a driver's."""
        names = list(self.names(term))
        if len(names) != 1 or not names[0].startswith("sqlalchemy."):
            return None
        name = names[0].rpartition(".")[2]
        return name if name in _OF_SQLALCHEMY else None

    def _caught_by_class(self, dotted: str) -> Catches:
        if not dotted:
            return Catches.UNKNOWN
        if dotted in _EVERYTHING:
            return Catches.ALL
        name = dotted.rpartition(".")[2]
        if self.through_sqlalchemy and dotted.startswith("sqlalchemy.") and name in _OF_SQLALCHEMY - _OF_RESULTS:
            return Catches.ALL if name in _COMMON_IN_SQLALCHEMY else Catches.SOME
        if dotted.partition(".")[0] in _DRIVERS:
            return Catches.ALL if name in _COMMON_TO_ALL else Catches.SOME
        return Catches.NONE
