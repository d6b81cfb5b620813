"""Blocks that are entered the wrong way: `with` for what needs `async with`, or something that cannot be entered."""

from __future__ import annotations

from collections.abc import Iterator

from ..lazy import cst
from .calling import class_roles, is_startable, roles
from .coroutines import LIFECYCLE_ROLES, Coroutines
from .reach import Origin, Reach
from .records import CallRecord, Context, ContextKind, FunctionRecord, ModuleRecord, ParameterKind, UseKind
from .resolve import Resolver
from .terms import Awaited, Result, Term
from .values import (
    NONE,
    ContextValue,
    CoroutineValue,
    FunctionValue,
    GeneratorValue,
    GenericValue,
    InstanceValue,
    Value,
    Values,
)
from .wrong_entry import EntryKind, Remedy, WrongEntry

_DRIVER_OBJECTS = frozenset({"pool", "connection", "transaction", "bare_transaction"})
_REQUESTS = frozenset({Origin.HANDLER, Origin.DEPENDENCY})
_AROUND_REQUESTS = frozenset({Origin.LIFECYCLE, Origin.SCRIPT, Origin.TEST})


class Entries:
    """Judges the blocks of one project."""

    def __init__(self, resolver: Resolver, reach: Reach, coroutines: Coroutines) -> None:
        self.resolver = resolver
        self.reach = reach
        self.coroutines = coroutines

    def wrong(self, module: ModuleRecord) -> Iterator[WrongEntry]:
        """Every wrong entry of a module, one for each block."""
        seen: set[int] = set()
        awaited: set[int] = set()
        for function in [module.body, *module.functions]:
            for context in function.withs if function is not None else ():
                entry = self._entry(context, function) if function is not None else None
                if entry is not None and id(context.node) not in seen:
                    seen.add(id(context.node))
                    awaited.add(id(entry.node))
                    yield entry
        for call in module.calls:
            yield from (entry for entry in self._awaited(call) if id(entry.node) not in awaited)

    # -- blocks --------------------------------------------------------------------------------------------------------

    def _entry(self, context: Context, function: FunctionRecord) -> WrongEntry | None:
        is_async = context.kind is ContextKind.ASYNC_WITH
        for term in context.items:
            values = tuple(value for value in self.resolver.resolve(term) if value != NONE)
            found = self._lifecycle_result(term, function) if not values else self._judge(term, values, is_async)
            if found is None or not isinstance(context.entered, cst.BaseExpression):
                continue
            kind, remedy = found
            method, is_method = "", not values or remedy is Remedy.RECEIVER
            if kind is EntryKind.PLAIN and not isinstance(term, Result) and self._is_shared_pool(values, function):
                remedy, method = self._one_connection(values)
            if remedy is Remedy.RECEIVER:
                remedy, method = self._entered_instead(values, term, function)
            if kind is EntryKind.PLAIN and isinstance(term, Awaited) and isinstance(context.entered, cst.Await):
                remedy = Remedy.NO_AWAIT
            return WrongEntry(
                kind,
                function,
                context.entered,
                context,
                remedy,
                method,
                self.reach.may_become_async(function),
                opens_receiver=is_method,
            )
        return None

    def _judge(self, term: Term, values: Values, is_async: bool) -> tuple[EntryKind, Remedy | None] | None:
        """How a block is entered wrongly, if it is so whatever the alternative."""
        answers = [self._of_value(value, is_async) for value in values]
        if isinstance(term, Awaited) and all(answer is None for answer in answers):
            return self._awaited_connection(term)
        first = answers[0]
        if first is None or any(answer != first for answer in answers):
            return None
        return None if first[0] is EntryKind.ASYNC and not self._is_made_by_driver(term) else first

    def _of_value(self, value: Value, is_async: bool) -> tuple[EntryKind, Remedy | None] | None:
        match value:
            case InstanceValue() if not is_async:
                return (EntryKind.PLAIN, Remedy.KEEP) if self._is_async_only(value) else None
            case InstanceValue(cls=cls) if cls.module.is_stub and self._is_driver_object(value):
                return None if self.resolver.method(cls, "__aenter__") else (EntryKind.COROUTINE, None)
            case ContextValue(function=function, is_async=True) if not is_async:
                return (EntryKind.PLAIN, Remedy.KEEP) if self._works_on_database(function) else None
            case GenericValue(kind="async_context", argument=argument) if not is_async:
                held = self.resolver.instances(argument)
                is_known = bool(held) and all(self._is_driver_object(item) or self._is_opened(item) for item in held)
                return (EntryKind.PLAIN, Remedy.KEEP) if is_known else None
            case FunctionValue():
                return self._of_method(value, is_async)
            case GenericValue(kind="context") if is_async:
                return EntryKind.ASYNC, Remedy.KEEP
            case CoroutineValue(function=function) if is_startable(function):
                return None if is_async or not self._works_on_database(function) else (EntryKind.PLAIN, Remedy.KEEP)
            case CoroutineValue(function=function):
                return self._of_coroutine(value) if self._works_on_database(function) else None
            case GeneratorValue(function=function, is_async=True):
                return (EntryKind.GENERATOR, None) if self._works_on_database(function) else None
            case _:
                return None

    def _of_method(self, value: FunctionValue, is_async: bool) -> tuple[EntryKind, Remedy | None] | None:
        """`async with db.transaction:`"""
        if value.form == "opaque":
            return None
        made = self.resolver.called(value, None)
        if not made:
            return None
        if all(isinstance(item, CoroutineValue) and self.coroutines.touch(item.function) for item in made):
            return EntryKind.COROUTINE, Remedy.RECEIVER
        if all(self._of_value(item, False) == (EntryKind.PLAIN, Remedy.KEEP) for item in made):
            return EntryKind.UNCALLED, None if _needs_arguments(value.function) else Remedy.CALL
        return None

    def _of_coroutine(self, value: CoroutineValue) -> tuple[EntryKind, Remedy | None]:
        """`async with db.connect():`, or a project function that gives a connection once it is awaited."""
        given = self.resolver.awaited(value)
        if bool(given) and all(self._is_opened(item) for item in given):
            return EntryKind.COROUTINE, Remedy.AWAIT
        is_lifecycle = roles(value.function) & LIFECYCLE_ROLES and value.receiver is not None
        return EntryKind.COROUTINE, Remedy.RECEIVER if is_lifecycle else None

    def _is_opened(self, value: Value) -> bool:
        """Whether entering an object opens it."""
        if not isinstance(value, InstanceValue):
            return False
        enter = self.resolver.method(value.cls, "__aenter__")
        return enter is not None and "opens" in roles(enter)

    def _lifecycle_result(self, term: Term, function: FunctionRecord) -> tuple[EntryKind, Remedy | None] | None:
        """`async with await db.connect():` enters None."""
        if not isinstance(term, Awaited):
            return None
        made = [value for value in self.resolver.resolve(term.base) if isinstance(value, CoroutineValue)]
        if made and all(roles(value.function) & LIFECYCLE_ROLES for value in made):
            return EntryKind.COROUTINE, Remedy.RECEIVER
        return None

    def _awaited_connection(self, term: Awaited) -> tuple[EntryKind, Remedy | None] | None:
        """`async with await db.connection():`"""
        values = [value for value in self.resolver.resolve(term.base) if value != NONE]
        return (EntryKind.AWAITED, Remedy.NO_AWAIT) if values and all(map(self._is_unawaitable, values)) else None

    def _entered_instead(self, values: Values, term: Term, function: FunctionRecord) -> tuple[Remedy | None, str]:
        """What to enter where a method was called that opens or starts: its object, or a connection of a pool."""
        if isinstance(term, Awaited):
            values = self.resolver.resolve(term.base)
        owners = [value.receiver for value in values if isinstance(value, CoroutineValue | FunctionValue)]
        for value, owner in zip(values, owners, strict=False):
            if not isinstance(owner, InstanceValue) or not isinstance(value, CoroutineValue | FunctionValue):
                return None, ""
            enter = self.resolver.method(owner.cls, "__aenter__")
            if enter is None or not roles(enter) & roles(value.function):
                return None, ""
            if "pool" not in class_roles(self.resolver, owner):
                return Remedy.RECEIVER, ""
            origins = self.reach.origins(function)
            if origins & _REQUESTS:
                # Leaving `async with pool` would close it under all other requests.
                method = self._connection_method(owner)
                return (Remedy.OTHER_METHOD, method) if method else (None, "")
            return (Remedy.RECEIVER, "") if origins and origins <= _AROUND_REQUESTS else (None, "")
        return None, ""

    def _is_shared_pool(self, values: Values, function: FunctionRecord) -> bool:
        """Whether a request would open and close a pool that it did not make."""
        pools = [value for value in values if _is(self.resolver, value, "pool")]
        return bool(pools) and bool(self.reach.origins(function) & _REQUESTS)

    def _one_connection(self, values: Values) -> tuple[Remedy | None, str]:
        methods = {self._connection_method(value) for value in values if isinstance(value, InstanceValue)}
        return (Remedy.CONNECTION, methods.pop()) if len(methods) == 1 and "" not in methods else (None, "")

    def _connection_method(self, owner: InstanceValue) -> str:
        for cls in self.resolver.mro(owner.cls)[0]:
            for method in cls.methods.values():
                if method.module.is_stub and method.returns is not None and not method.is_async:
                    given = self.resolver.instances(method.returns)
                    if given and all(_is(self.resolver, value, "connection") for value in given):
                        return method.name
        return ""

    # -- awaited instead of entered ------------------------------------------------------------------------------------

    def _awaited(self, call: CallRecord) -> Iterator[WrongEntry]:
        for use in call.uses:
            if use.kind is not UseKind.AWAITED or use.taken or use.contained:
                continue
            values = [value for value in self.resolver.resolve(call.result) if value != NONE]
            if values and all(map(self._is_unawaitable, values)) and isinstance(use.node, cst.Await):
                yield WrongEntry(EntryKind.AWAITED, use.function, use.node, None, None)

    # -- what values are -----------------------------------------------------------------------------------------------

    def _is_driver_object(self, value: Value | None) -> bool:
        return isinstance(value, InstanceValue) and bool(class_roles(self.resolver, value) & _DRIVER_OBJECTS)

    def _is_made_by_driver(self, term: Term) -> bool:
        callees = self.resolver.resolve(term.call.callee) if isinstance(term, Result) else ()
        return any(isinstance(value, FunctionValue) and self._is_driver_object(value.receiver) for value in callees)

    def _is_unawaitable(self, value: Value) -> bool:
        if not isinstance(value, InstanceValue) or not self._is_driver_object(value):
            return False
        return self.resolver.method(value.cls, "__await__") is None and self.resolver.mro(value.cls)[1]

    def _is_async_only(self, value: InstanceValue) -> bool:
        """Whether an object of the database can be entered with `async with` and with nothing else."""
        enter = self.resolver.method(value.cls, "__aenter__")
        if enter is None or self.resolver.method(value.cls, "__enter__") or not self.resolver.mro(value.cls)[1]:
            return False
        return self._is_driver_object(value) or self._works_on_database(enter)

    def _works_on_database(self, function: FunctionRecord) -> bool:
        """Whether a function queries, opens, starts or enters something of a database."""
        if self.coroutines.touch(function):
            return True
        made = [self.resolver.resolve(call.result) for call in function.calls]
        entered = [self.resolver.resolve(term) for context in function.withs for term in context.items]
        return any(self._is_driver_object(value) for values in (*made, *entered) for value in values)


def _is(resolver: Resolver, value: Value, role: str) -> bool:
    return isinstance(value, InstanceValue) and role in class_roles(resolver, value)


def _needs_arguments(function: FunctionRecord) -> bool:
    parameters = function.parameters[1:] if function.is_method else function.parameters
    return any(
        parameter.default is None and parameter.kind in (ParameterKind.POSITIONAL, ParameterKind.KEYWORD)
        for parameter in parameters
    )
