"""Connections that work for one task at a time, and that several tasks use at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..lazy import cst
from .backend import Backends
from .calling import argument_for, class_roles, is_startable, roles
from .databases import key_of
from .queries import shown
from .reach import Origin, Reach
from .records import CallRecord, Context, ContextKind, FunctionRecord, ModuleRecord, UseKind, stands_in
from .resolve import Resolver
from .terms import (
    Attribute,
    Awaited,
    Checked,
    Choice,
    Collection,
    Element,
    Entered,
    GlobalName,
    Import,
    Narrowed,
    Parameter,
    Result,
    Term,
    last_name,
)
from .values import NONE, FunctionValue, InstanceValue

_REPEATING = {ContextKind.LOOP, ContextKind.COMPREHENSION}
_TASK_ROLES = {"own_task", "makes_task"}
_DEEPEST = 4


class SharedConnection(NamedTuple):
    """A connection in several tasks: two calls that use it, or one that is repeated, or handlers."""

    call: CallRecord
    """What makes the tasks; of a connection that handlers share, the first query of one."""
    connection: str
    """What is shared, as written."""
    work: tuple[CallRecord, ...]
    """What the tasks run."""
    is_global: bool = False
    """Every request of its application uses it."""

    @property
    def source(self) -> str:
        """What makes the tasks, as messages show it."""
        return shown(self.call)


class _Used(NamedTuple):
    """A connection that running a call uses, and how the call came by it."""

    key: object
    term: Term


class SharedConnections:
    """Finds them in one project."""

    def __init__(self, resolver: Resolver, reach: Reach, backends: Backends) -> None:
        self.resolver = resolver
        self.reach = reach
        self.backends = backends
        self._needed: dict[FunctionRecord, tuple[Term, ...]] = {}

    def of(self, module: ModuleRecord) -> Sequence[SharedConnection]:
        """The connections that functions of a module share among tasks, each once."""
        found = [shared for function in module.functions for shared in self._in_function(function)]
        return [*found, *self._among_handlers(module)]

    # -- tasks of one function -----------------------------------------------------------------------------------------

    def _in_function(self, function: FunctionRecord) -> Iterator[SharedConnection]:
        seen: dict[tuple[object, int], tuple[CallRecord, CallRecord]] = {}
        reported: set[object] = set()
        for call in function.calls:
            if not self._makes_tasks(call):
                continue
            at_once: dict[object, list[tuple[CallRecord, Term]]] = {}
            for work in self._works(call):
                for used in self._used_by(work):
                    at_once.setdefault(used.key, []).append((work, used.term))
            for key, works in at_once.items():
                work, term = works[0]
                tasks = tuple(work for work, _ in works)
                several = len(works) > 1 or self._is_repeated(work, call, term)
                before = seen.get((key, id(call.context)))
                if not several and before is not None and not self._is_awaited_between(before[0], call):
                    tasks, several = (before[1], *tasks), True
                if several and key not in reported:
                    reported.add(key)
                    yield SharedConnection(call, self._name_of(term, work), tasks)
                seen.setdefault((key, id(call.context)), (call, work))

    def _makes_tasks(self, call: CallRecord) -> bool:
        return any(roles(function) & _TASK_ROLES for function in self.resolver.targets_of(call))

    def _is_awaited_between(self, first: CallRecord, second: CallRecord) -> bool:
        """Whether the first task is over, or may be, before the second one starts."""
        ranges = second.module.parsed.range_of
        start = ranges(second.node).start
        return any(
            use.kind not in (UseKind.BOUND, UseKind.DISCARDED) and ranges(use.node).start < start for use in first.uses
        )

    def _works(self, call: CallRecord, depth: int = 0) -> Iterator[CallRecord]:
        """The calls whose coroutines a call is given to run."""
        for argument in call.arguments:
            if argument.keyword is None:
                yield from self._works_in(argument.term, depth)

    def _works_in(self, term: Term, depth: int) -> Iterator[CallRecord]:
        if depth > _DEEPEST:
            return
        match term:
            case Collection(elements=elements):
                for element in elements:
                    yield from self._works_in(element, depth + 1)
            case Result(call=call) if self._makes_tasks(call):
                # What makes a task of its own is judged where it stands.
                return
            case Result(call=call) if any("passes_result" in roles(other) for other in self.resolver.targets_of(call)):
                yield from self._works(call, depth + 1)
            case Result(call=call):
                yield call

    def _is_repeated(self, work: CallRecord, call: CallRecord, connection: Term) -> bool:
        """Whether tasks are made of one call for each item of a loop, and the connection is made before it."""
        context = work.context
        while context is not None:
            if context.kind in _REPEATING and not stands_in(_maker_context(connection), context):
                is_around = stands_in(call.context, context)
                return not is_around or not any(use.kind is UseKind.AWAITED for use in call.uses)
            context = context.parent
        return False

    # -- what a call uses ----------------------------------------------------------------------------------------------

    def _used_by(self, call: CallRecord) -> Iterator[_Used]:
        """The connections that running a call uses, as its own function sees them."""
        seen: set[object] = set()
        for term in self._terms_used_by(call, 0):
            key = key_of(term)
            if key not in seen:
                seen.add(key)
                yield _Used(key, term)

    def _terms_used_by(self, call: CallRecord, depth: int) -> Iterator[Term]:
        callee = call.callee
        if isinstance(callee, Attribute) and self._is_one_task_method(callee):
            yield callee.base
            return
        for value in self.resolver.resolve(callee):
            if not isinstance(value, FunctionValue) or value.function.module.is_stub or value.form:
                continue
            for needed in self._needs(value.function, depth):
                given = self._seen_from(needed, call, value.function)
                if given is not None:
                    yield given

    def _needs(self, function: FunctionRecord, depth: int) -> tuple[Term, ...]:
        """The connections that a function uses and has from outside: parameters, attributes of them, globals."""
        known = self._needed.get(function)
        if known is not None or depth > _DEEPEST:
            return known or ()
        self._needed[function] = ()
        found: list[Term] = []
        for call in function.calls:
            if _is_guarded(call.context, function):
                continue
            for term in self._terms_used_by(call, depth + 1):
                root = term.base if isinstance(term, Attribute) else term
                if isinstance(root, Parameter | GlobalName | Import) and term not in found:
                    found.append(term)
        self._needed[function] = tuple(found)
        return self._needed[function]

    def _seen_from(self, needed: Term, call: CallRecord, function: FunctionRecord) -> Term | None:
        """What a function's own term is for a caller."""
        match needed:
            case Parameter(function=owner, name=name) if owner is function:
                if function.is_method and function.parameters and function.parameters[0].name == name:
                    return call.callee.base if isinstance(call.callee, Attribute) else None
                return argument_for(self.resolver, call, function, name)
            case Attribute(base=Parameter() as base, name=name):
                outer = self._seen_from(base, call, function)
                return Attribute(outer, name) if outer is not None else None
            case GlobalName() | Import():
                return needed
            case _:
                return None

    def _is_one_task_method(self, callee: Attribute) -> bool:
        """Whether a call is a coroutine of a connection that works for one task at a time."""
        if self._is_raw(callee.base):
            backend = self.backends.of_method(callee.base)
            return backend is not None and backend.dialect == "postgresql"
        values = [value for value in self.resolver.resolve(callee.base) if value != NONE]
        if not values or isinstance(callee.base, Choice | Element):
            return False
        if not all(isinstance(value, InstanceValue) and self._is_one_task(value) for value in values):
            return False
        if self._is_made_on_demand(callee.base):
            return False
        methods = self.resolver.resolve(callee)
        return bool(methods) and all(
            isinstance(value, FunctionValue)
            and (value.function.is_async or is_startable(value.function))
            and value.function.module.is_stub
            for value in methods
        )

    def _is_one_task(self, value: InstanceValue) -> bool:
        return "one_task" in class_roles(self.resolver, value)

    def _is_made_on_demand(self, term: Term) -> bool:
        """Whether a property gives it, maybe another one each time."""
        return isinstance(term, Attribute) and any(
            isinstance(value, InstanceValue)
            and not value.cls.module.is_stub
            and self.resolver.method(value.cls, term.name) is not None
            for value in self.resolver.resolve(term.base)
        )

    def _is_raw(self, term: Term) -> bool:
        """Whether a term is the connection of the library underneath; that of SQLite lets queries wait."""
        methods = [
            self.resolver.method(value.cls, term.name)
            for value in (self.resolver.resolve(term.base) if isinstance(term, Attribute) else ())
            if isinstance(value, InstanceValue) and isinstance(term, Attribute)
        ]
        return bool(methods) and all(
            method is not None
            and method.module.is_stub
            and method.returns is not None
            and last_name(method.returns) == "RawConnection"
            for method in methods
        )

    def _name_of(self, term: Term, work: CallRecord) -> str:
        """What a connection is called where the tasks are made."""
        code, called = work.module.parsed.code_of, work.node.func
        if isinstance(work.callee, Attribute) and isinstance(called, cst.Attribute):
            if key_of(work.callee.base) == key_of(term):
                return code(called.value)
        for argument in work.arguments:
            if argument.term is term:
                return code(argument.node)
        match term:
            case Attribute(base=base, name=name):
                return f"{self._name_of(base, work)}.{name}"
            case GlobalName(name=name) | Parameter(name=name) | Import(name=str() as name):
                return name
            case _:
                return "the connection"

    # -- handlers ------------------------------------------------------------------------------------------------------

    def _among_handlers(self, module: ModuleRecord) -> Iterator[SharedConnection]:
        """Connections of modules that handlers of an application query."""
        reported: set[object] = set()
        for function in module.functions:
            if not self.reach.own(function) & {Origin.HANDLER}:
                continue
            for call in function.calls:
                if not isinstance(call.callee, Attribute) or _is_guarded(call.context, function):
                    continue
                base = call.callee.base
                if not isinstance(base, GlobalName | Import) or not self._is_one_task_method(call.callee):
                    continue
                if key_of(base) not in reported:
                    reported.add(key_of(base))
                    yield SharedConnection(call, self._name_of(base, call), (call,), is_global=True)


def _is_guarded(context: Context | None, function: FunctionRecord) -> bool:
    """Whether a lock, or something else that is entered, may let one task in at a time."""
    while context is not None:
        if context.kind is ContextKind.ASYNC_WITH and not all(_is_call(item) for item in context.items):
            return True
        context = context.parent
    return False


def _is_call(term: Term) -> bool:
    """`async with connection.transaction()`; a lock is entered as it is."""
    return isinstance(term, Result | Awaited)


def _maker_context(term: Term) -> Context | None:
    """Where the call stands that made a connection."""
    while True:
        match term:
            case Awaited(base=base) | Entered(base=base) | Checked(base=base) | Narrowed(base=base):
                term = base
            case Result(call=call):
                return call.context
            case _:
                return None
