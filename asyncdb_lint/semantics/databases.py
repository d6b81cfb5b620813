"""Which database object a call of a driver works on, and whether two calls work on the same one."""

from __future__ import annotations

from typing import NamedTuple

from .backend import Backends
from .calling import class_roles, roles
from .makers import Made, Makers
from .queries import Queries
from .records import CallRecord, FunctionRecord
from .terms import Attribute, Awaited, Checked, GlobalName, Import, Narrowed, Parameter, Term
from .values import FunctionValue, InstanceValue

_MOST_QUERIES = 40


class Handle(NamedTuple):
    """What a call of a driver is asked of: a pool, or one connection of a pool."""

    pool: Term
    made: Made
    is_connection: bool
    """Asked of a connection that somebody holds: every task that uses it shares that one connection."""


class Databases:
    """Answers for the calls of one project."""

    def __init__(self, queries: Queries, backends: Backends, makers: Makers) -> None:
        self.queries = queries
        self.resolver = queries.resolver
        self.backends = backends
        self.makers = makers
        self._reached: dict[FunctionRecord, tuple[CallRecord, ...]] = {}
        self._count: int | None = None

    def handle(self, method: Term) -> Handle | None:
        """What a driver's method (`database.execute`) is asked of; None where the pool behind it is not known."""
        pool = self.backends.pool(method)
        if pool is None:
            return None
        receivers = [value.receiver for value in self.resolver.resolve(method) if isinstance(value, FunctionValue)]
        on_pool = all(
            isinstance(receiver, InstanceValue) and "pool" in class_roles(self.resolver, receiver)
            for receiver in receivers
        )
        return Handle(pool, self.makers.of(pool), is_connection=not on_pool)

    def are_same(self, one: Handle, other: Handle) -> bool:
        """Whether two handles lead to one database object, as far as is known."""
        if one.made and other.made and None not in one.made and None not in other.made:
            return bool(one.made & other.made)
        return key_of(one.pool) == key_of(other.pool) or self._constructions() <= 1

    def _constructions(self) -> int:
        if self._count is None:
            self._count = len(self.backends.constructions())
        return self._count

    def is_query(self, call: CallRecord) -> bool:
        """Whether a call is a driver's query."""
        method = self.queries.driver_method(call)
        return method is not None and "query" in roles(method)

    def reached_by(self, call: CallRecord) -> tuple[CallRecord, ...]:
        """The driver's queries that running a call reaches: itself, or what the project's functions behind it run."""
        if self.is_query(call):
            return (call,)
        found: list[CallRecord] = []
        for target in self.resolver.targets_of(call):
            found.extend(query for query in self.queries_of(target) if query not in found)
        return tuple(found)

    def queries_of(self, function: FunctionRecord) -> tuple[CallRecord, ...]:
        """The driver's queries that a function of the project runs, itself or through others."""
        known = self._reached.get(function)
        if known is not None:
            return known
        if function.module.is_stub:
            return ()
        self._reached[function] = ()
        found: list[CallRecord] = []
        for call in function.calls:
            found.extend(query for query in self.reached_by(call) if query not in found)
            if len(found) > _MOST_QUERIES:
                break
        self._reached[function] = tuple(found)
        return self._reached[function]


def key_of(term: Term) -> object:
    """Equal for terms that are written alike and mean the same."""
    match term:
        case GlobalName(module=module, name=name):
            return (id(module), name)
        case Import(level=level, dotted=dotted, name=name):
            return (level, dotted, name)
        case Parameter(function=function, name=name):
            return (id(function), name)
        case Attribute(base=base, name=name):
            return (key_of(base), name)
        case Checked(base=base) | Narrowed(base=base) | Awaited(base=base):
            return key_of(base)
        case _:
            return id(term)
