"""Which pool a query runs on, whatever name it goes by, and which block holds one of its connections.

A pool gives every task one connection, so `pool.connection()` twice in a task is the same one, and a block that has
entered it (or a transaction on it) holds it for all that the task does inside.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from .calling import argument_for, class_roles, roles
from .makers import Makers
from .provided import provider
from .queries import Queries
from .records import CallRecord, Context, ContextKind, FunctionRecord, ModuleRecord, UseKind, outwards
from .terms import (
    Attribute,
    Awaited,
    Checked,
    Constant,
    Entered,
    GlobalName,
    Import,
    Narrowed,
    Parameter,
    Result,
    Term,
)
from .values import ContextValue, ExternalInstance, FunctionValue, InstanceValue, Value

_DEEPEST = 12

Identity: TypeAlias = tuple[object, ...]
"""Equal for terms that stand for one object."""


class Frame(NamedTuple):
    """The call through which a function is looked at: its parameters are that call's arguments."""

    call: CallRecord
    function: FunctionRecord
    outer: Frame | None = None


class Connections:
    """Answers about pools, their connections and the blocks that hold them."""

    def __init__(self, queries: Queries, makers: Makers) -> None:
        self.queries = queries
        self.resolver = queries.resolver
        self.makers = makers

    # -- one object by several names --------------------------------------------------------------------------------

    def pool_of_query(self, query: CallRecord, frame: Frame | None = None) -> Identity | None:
        """The pool that a query of a driver runs on, or the connection, where nothing tells its pool."""
        return self.pool(query.callee.base, frame) if isinstance(query.callee, Attribute) else None

    def pool(self, term: Term, frame: Frame | None = None, depth: int = 0) -> Identity | None:
        """The pool that a pool, a connection or a transaction belongs to."""
        if depth > _DEEPEST:
            return None
        match term:
            case Entered(base=base) | Awaited(base=base) | Checked(base=base) | Narrowed(base=base):
                return self.pool(base, frame, depth + 1)
            case Result(call=call) if self.gives(call, "connection") or self.gives(call, "transaction"):
                owner = call.callee.base if isinstance(call.callee, Attribute) else None
                return self.pool(owner, frame, depth + 1) if owner is not None else None
            case Parameter(function=function, name=name) if frame is not None and frame.function is function:
                given = self._given(frame, name)
                return self.pool(given, frame.outer, depth + 1) if given is not None else None
            case _:
                return self.identity(term, frame, depth)

    def identity(self, term: Term, frame: Frame | None = None, depth: int = 0) -> Identity | None:
        """What tells an object from others of its class; None where that is not known."""
        if depth > _DEEPEST:
            return None
        made = self.makers.one(term)
        if made is not None and made.function.is_module and made.context is None:
            return ("made", made)
        match term:
            case Parameter(function=function, name=name):
                if frame is not None and frame.function is function:
                    given = self._given(frame, name)
                    return self.identity(given, frame.outer, depth + 1) if given is not None else None
                return ("parameter", function, name)
            case Attribute(base=base, name=name):
                inner = self.identity(base, frame, depth + 1)
                return (*inner, name) if inner is not None else None
            case GlobalName(module=module, name=name):
                return ("name", module, name)
            case Import(module=module, level=level, dotted=dotted, name=str() as name):
                found = self.resolver.index.find(module.path, level, dotted)
                return ("name", found, name) if isinstance(found, ModuleRecord) else ("import", dotted, name)
            case Import(dotted=dotted):
                return ("import", dotted)
            case Checked(base=base) | Narrowed(base=base):
                return self.identity(base, frame, depth + 1)
            case Awaited(base=base) | Entered(base=base):
                inner = self.identity(base, frame, depth + 1)
                return (type(term), *inner) if inner is not None else None
            case Result(call=call):
                return ("result", call)
            case _:
                return None

    def _given(self, frame: Frame, name: str) -> Term | None:
        """What the call of a frame passes for a parameter; for `self`, the object the method is called on."""
        function, callee = frame.function, frame.call.callee
        if function.is_method and function.parameters and function.parameters[0].name == name:
            return callee.base if isinstance(callee, Attribute) else None
        return argument_for(self.resolver, frame.call, function, name)

    # -- connections and transactions -------------------------------------------------------------------------------

    def gives(self, call: CallRecord, role: str) -> bool:
        """Whether a call of a driver's object gives something of a role: a "connection", a "transaction"."""
        if not isinstance(call.callee, Attribute):
            return False
        values = self.resolver.resolve(call.result)
        return bool(values) and all(self._has_role(value, role) for value in values)

    def _has_role(self, value: Value, role: str) -> bool:
        return isinstance(value, InstanceValue) and role in class_roles(self.resolver, value)

    def is_pool(self, term: Term) -> bool:
        """Whether a term is a pool, and nothing else."""
        values = self.resolver.resolve(term)
        return bool(values) and all(self._has_role(value, "pool") for value in values)

    def method_giving(self, query: CallRecord, role: str) -> str | None:
        """The name of the method of a query's pool that gives something of a role."""
        method = self.queries.driver_method(query)
        if method is None or method.owner is None:
            return None
        for other in method.owner.methods.values():
            if other.returns is not None and not other.is_async and not other.name.startswith("_"):
                if any(self._has_role(value, role) for value in self.resolver.instances(other.returns)):
                    return other.name
        return None

    def keeps_one(self, call: CallRecord) -> bool:
        """Whether a query's pool is built with `force_rollback`, and so has one connection for everybody."""
        base = call.callee.base if isinstance(call.callee, Attribute) else call.callee
        made = {value.call for value in self.resolver.resolve(base) if isinstance(value, InstanceValue)}
        for construction in made:
            given = construction.arguments if construction is not None else ()
            argument = next((argument for argument in given if argument.keyword == "force_rollback"), None)
            if argument is not None and not (isinstance(argument.term, Constant) and not argument.term.value):
                return True
        return False

    def is_held(self, call: CallRecord, pool: Identity | None) -> bool:
        """Whether a block of the call's own function, or of any caller, may hold a connection of the pool."""
        seen: set[FunctionRecord] = set()
        pending = [call]
        while pending:
            current = pending.pop()
            if self.holding_block(current, pool if current is call else None):
                return True
            function = current.function
            if function in seen:
                continue
            seen.add(function)
            if any(self._enters(decorator) for decorator in function.decorators) or self._starts(function):
                return True
            if any(self._holds_while_it_yields(context) for context in self._dependency_yields(function)):
                return True
            pending += self.resolver.callers(function)
            pending += [use.call for use in self.resolver.references(function) if use.call is not None]
        return False

    def holding_block(self, call: CallRecord, pool: Identity | None) -> Context | None:
        """The block around a call that holds a connection; of one pool, where that is given and known."""
        for context in outwards(call.context):
            if context.kind is ContextKind.ASYNC_WITH:
                if any(self._may_hold(item) and self._may_be_of(item, pool) for item in context.items):
                    return context
        return None

    def _may_be_of(self, term: Term, pool: Identity | None) -> bool:
        """Whether what a term holds may be of a pool; only a driver's own connection or transaction tells."""
        is_driver = isinstance(term, Result) and any(
            self.gives(term.call, role) for role in ("connection", "transaction")
        )
        return pool is None or not is_driver or self.pool(term) in (None, pool)

    def _may_hold(self, term: Term) -> bool:
        """Whether entering a term may enter a connection or a transaction; what is not known may."""
        return any(self._value_may_hold(value) for value in self.resolver.resolve(term))

    def _value_may_hold(self, value: Value) -> bool:
        match value:
            case InstanceValue(cls=cls):
                return not cls.module.is_stub or bool(class_roles(self.resolver, value) & {"connection", "transaction"})
            case ContextValue(function=function):
                return any(self._holds_while_it_yields(context) for context in function.yields_in)
            case ExternalInstance():
                # A library's own context manager knows nothing of the project's pool.
                return False
            case _:
                return True

    def _holds_while_it_yields(self, context: Context | None) -> bool:
        return any(
            outer.kind is ContextKind.ASYNC_WITH and any(self._may_hold(item) for item in outer.items)
            for outer in outwards(context)
        )

    def _dependency_yields(self, function: FunctionRecord) -> Iterator[Context | None]:
        """Where the dependencies of a handler yield: what they hold there, they hold for the handler."""
        for parameter in function.parameters:
            given = provider(self.resolver, parameter)
            for value in self.resolver.resolve(given) if given is not None else ():
                if isinstance(value, FunctionValue):
                    yield from value.function.yields_in

    def _enters(self, decorator: Term) -> bool:
        """`@database.transaction()`"""
        return isinstance(decorator, Result) and self.gives(decorator.call, "transaction")

    def _starts(self, function: FunctionRecord) -> bool:
        """Whether a function starts a transaction, or enters a connection, by calls of its own."""
        return any(
            "starts" in roles(method) or (isinstance(call.callee, Attribute) and call.callee.name == "__aenter__")
            for call in function.calls
            if (method := self.queries.driver_method(call)) is not None
        ) or any(
            use.kind is UseKind.AWAITED
            for call in function.calls
            if self.gives(call, "transaction")
            for use in call.uses
        )
