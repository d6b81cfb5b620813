"""Pools of connections that are built, connected or disconnected while a request is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..lazy import cst
from ..unfetched import identity
from .calling import class_roles, roles
from .queries import Queries, numbered, receiver, shown
from .reach import Origin, Reach
from .records import CallRecord, Context, ContextKind, FunctionRecord, ModuleRecord, Use, UseKind
from .resolve import Resolver
from .sql import read
from .terms import Attribute, Result, decorating, last_name
from .texts import Texts
from .values import FunctionValue, InstanceValue, Value


class Construction(NamedTuple):
    """A pool of connections built while a request is served, or by a function that only requests are known to reach."""

    call: CallRecord
    is_known_handler: bool

    @property
    def name(self) -> str:
        """What the function calls it; "database" where it does not say."""
        match self.call.statement:
            case cst.SimpleStatementLine(body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))])]):
                return name
            case _:
                return "database"


class SharedConnect(NamedTuple):
    """`connect()`, `disconnect()` or `async with` of a shared database while a request is served."""

    function: FunctionRecord
    node: cst.CSTNode
    """The call, or the expression that `async with` enters."""
    call: CallRecord | None
    """None for `async with`."""
    opens: bool
    closes: bool
    partner: CallRecord | None
    """The `disconnect()` beside a `connect()`."""

    @property
    def source(self) -> str:
        """The call or statement as messages show it."""
        if self.call is not None:
            return shown(self.call)
        return "async with " + self.function.module.parsed.code_of(self.node)

    @property
    def database(self) -> str:
        """What is connected, as written."""
        return receiver(self.call) if self.call is not None else self.function.module.parsed.code_of(self.node)


class Pools:
    """Finds the pools of one project that requests open or close."""

    def __init__(self, queries: Queries, reach: Reach, texts: Texts) -> None:
        self.resolver: Resolver = queries.resolver
        self.queries = queries
        self.reach = reach
        self.texts = texts

    def constructions(self, module: ModuleRecord) -> Sequence[Construction]:
        """Pools that a module builds anew for every request."""
        found: list[Construction] = []
        for call in module.calls:
            if not self._builds_pool(call) or self._is_kept(call):
                continue
            function = call.function
            origins = self.reach.origins(function)
            if origins & {Origin.HANDLER, Origin.DEPENDENCY, Origin.BACKGROUND}:
                if not self._is_cached(function) and not self._runs_once(function):
                    found.append(Construction(call, True))
            elif Origin.UNKNOWN in origins and self._works_with(call):
                found.append(Construction(call, False))
        return found

    def _builds_pool(self, call: CallRecord) -> bool:
        values = self.resolver.resolve(call.result)
        return any(self._is_pool(value) and isinstance(value, InstanceValue) and value.call is call for value in values)

    def _is_pool(self, value: Value) -> bool:
        return isinstance(value, InstanceValue) and "pool" in class_roles(self.resolver, value)

    def _is_kept(self, call: CallRecord, seen: frozenset[FunctionRecord] = frozenset()) -> bool:
        """Stored where the next request finds it again: a global, an attribute, a container."""
        if any(use.kind is UseKind.STORED and not self._is_of_request(call, use) for use in call.uses):
            return (
                call.function.name != "__init__"
                or not self.reach.surely_from_requests(call.function)
                or self._runs_once(call.function, seen)
            )
        return call.function.is_module

    def _is_of_request(self, call: CallRecord, use: Use) -> bool:
        """Whether a store goes to `request.state`, which ends with the request."""
        target = identity(use)
        for store in call.module.stores:
            if identity(store) == target and isinstance(store.base, Attribute) and store.base.name == "state":
                return any(
                    isinstance(value, InstanceValue) and "request" in class_roles(self.resolver, value)
                    for value in self.resolver.resolve(store.base.base)
                )
        return False

    def _is_cached(self, function: FunctionRecord) -> bool:
        names = {last_name(decorating(decorator)) for decorator in function.decorators}
        return bool(names & {"lru_cache", "cache", "cached", "singleton", "alru_cache", "fixture"})

    def _runs_once(self, function: FunctionRecord, seen: frozenset[FunctionRecord] = frozenset()) -> bool:
        """Whether a function is only called where a cache, or what is kept, answers every call but the first."""
        callers = self.resolver.callers(function)
        if not callers or function in seen or self.reach.own(function) & {Origin.HANDLER, Origin.DEPENDENCY}:
            return False
        return all(
            self._is_cached(call.function)
            or self._is_kept(call, seen | {function})
            or self._runs_once(call.function, seen | {function})
            for call in callers
        )

    def _works_with(self, construction: CallRecord) -> bool:
        """Whether the function that builds a pool also queries it: then it is no factory."""
        for call in construction.function.calls:
            method = self.queries.driver_method(call)
            if method is None or "query" not in roles(method):
                continue
            receivers = [
                value.receiver for value in self.resolver.resolve(call.callee) if isinstance(value, FunctionValue)
            ]
            if any(isinstance(value, InstanceValue) for value in receivers) and not self._only_defines(
                construction.function
            ):
                return True
        return False

    def _only_defines(self, function: FunctionRecord) -> bool:
        """Whether every query of a function is DDL: it sets a database up."""
        verbs = [
            read(numbered(flat.parts)).verb
            for call in function.calls
            if (term := self.queries.sql_argument(call)) is not None
            for flat in self.texts.flatten(term)
        ]
        return bool(verbs) and all(verb in ("ddl", "pragma", "maintenance", "set") for verb in verbs)

    def connects(self, module: ModuleRecord) -> Sequence[SharedConnect]:
        """Connects and disconnects of a shared database while a request is served; a pair counts once."""
        found: list[SharedConnect] = []
        for function in module.functions:
            found.extend(self._connects_in(function))
        return found

    def _connects_in(self, function: FunctionRecord) -> Sequence[SharedConnect]:
        calls = [
            (call, self._lifecycle_role(call, "opens"), self._lifecycle_role(call, "closes"))
            for call in function.calls
            if not _is_entered(call)
        ]
        entered = [context for context in function.withs if self._enters_shared_pool(context)]
        if not (entered or any(opens or closes for _, opens, closes in calls)) or not self._serves_requests(function):
            return []
        found: list[SharedConnect] = [
            SharedConnect(function, context.entered, None, True, True, None)
            for context in entered
            if context.entered is not None
        ]
        closers = [call for call, _, closes in calls if closes]
        for call, opens, closes in calls:
            if opens:
                partner = closers.pop(0) if closers else None
                found.append(SharedConnect(function, call.node, call, True, partner is not None, partner))
            elif closes and call in closers:
                found.append(SharedConnect(function, call.node, call, False, True, None))
        return found

    def _enters_shared_pool(self, context: Context) -> bool:
        """Whether an `async with` enters a pool that is made elsewhere."""
        if context.kind is not ContextKind.ASYNC_WITH:
            return False
        values = [value for item in context.items for value in self.resolver.resolve(item)]
        if not values or any(isinstance(item, Result) for item in context.items):
            return False
        return all(self._is_pool(value) and not self._is_built_per_request(value) for value in values)

    def _is_built_per_request(self, value: Value) -> bool:
        """Whether a pool is built anew for every request: then it is not shared, and that is another finding."""
        if not isinstance(value, InstanceValue) or value.call is None:
            return False
        builder = value.call.function
        return not builder.is_module and self.reach.surely_from_requests(builder) and not self._is_kept(value.call)

    def _lifecycle_role(self, call: CallRecord, role: str) -> bool:
        method = self.queries.driver_method(call)
        if method is None or role not in roles(method):
            return False
        values = [value for value in self.resolver.resolve(call.callee) if isinstance(value, FunctionValue)]
        receivers = [value.receiver for value in values]
        return all(
            isinstance(receiver, InstanceValue)
            and self._is_pool(receiver)
            and not self._is_built_per_request(receiver)
            and not (
                receiver.call is not None and receiver.call.function is call.function and not call.function.is_module
            )
            for receiver in receivers
        )

    def _serves_requests(self, function: FunctionRecord) -> bool:
        """Whether a function runs per request; one that nobody is known to call must also query to count."""
        if any(self._builds_pool(call) and self._is_kept(call) for call in function.calls):
            # What is built and kept here is opened here once.
            return False
        origins = self.reach.origins(function)
        if origins & {Origin.HANDLER, Origin.DEPENDENCY}:
            return Origin.LIFECYCLE not in self.reach.own(function)
        if Origin.UNKNOWN not in origins or origins & {Origin.LIFECYCLE, Origin.SCRIPT, Origin.IMPORT, Origin.TEST}:
            return False
        return self._queries(function) and not self._only_defines(function)

    def _queries(self, function: FunctionRecord) -> bool:
        methods = (self.queries.driver_method(call) for call in function.calls)
        return any(method is not None and "query" in roles(method) for method in methods)


def _is_entered(call: CallRecord) -> bool:
    """Whether a block enters a coroutine, or what awaiting it gives: that is wrong whoever calls it."""
    return any(use.kind in (UseKind.ENTERED, UseKind.ASYNC_ENTERED) for use in (*call.uses, *call.awaited_uses))
