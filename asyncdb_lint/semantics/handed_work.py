"""The coroutines of the database that are handed to an event loop, or made into a task."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .calling import class_roles, roles
from .coroutines import Coroutines
from .records import CallRecord, FunctionRecord, Use, UseKind
from .resolve import Resolver
from .terms import Checked, Choice, Collection, Narrowed, Result, Term
from .values import ClassValue, CoroutineValue, FunctionValue

_PASSING_ON = frozenset({"passes_result", "makes_task"})
_DEEPEST = 4


class HandedWork(NamedTuple):
    """One awaitable of the database, as far as it is known which: the function that runs, and the call that made it."""

    function: FunctionRecord
    call: CallRecord | None


class HandedWorks:
    """Finds what calls are given to run."""

    def __init__(self, resolver: Resolver, coroutines: Coroutines) -> None:
        self.resolver = resolver
        self.coroutines = coroutines

    def of(self, call: CallRecord) -> list[HandedWork]:
        """The work on a database among the arguments of a call, also behind `gather(...)` and `wait_for(...)`."""
        found: list[HandedWork] = []
        for index, argument in enumerate(call.arguments):
            works = [work for work in self._of_term(argument.term, 0) if self.coroutines.touch(work.function)]
            if works and self._is_run(call, index, argument.keyword):
                found += works
        return found

    def _is_run(self, call: CallRecord, index: int, keyword: str | None) -> bool:
        """Whether an argument is what is awaited, or called and awaited."""
        consumers = self.coroutines.losses.consumers
        use = Use(UseKind.ARGUMENT, call.node, call.function, call, index, keyword)
        return consumers.is_awaited_by(use) or consumers.wants_function(use)

    def _of_term(self, term: Term, depth: int) -> Iterator[HandedWork]:
        if depth > _DEEPEST:
            return
        match term:
            case Choice(options=terms) | Collection(elements=terms):
                for inner in terms:
                    yield from self._of_term(inner, depth + 1)
                return
            case Checked(base=base) | Narrowed(base=base):
                yield from self._of_term(base, depth + 1)
                return
            case Result(call=call) if any(roles(function) & _PASSING_ON for function in self.resolver.targets_of(call)):
                yield from self.of(call)
                return
        for value in self.resolver.resolve(term):
            match value:
                case CoroutineValue(function=function):
                    made = term.call if isinstance(term, Result) else value.call
                    yield HandedWork(function, made)
                case FunctionValue(function=function) if function.is_async:
                    yield HandedWork(function, None)
                case _:
                    continue


def makes_pool(resolver: Resolver, function: FunctionRecord) -> bool:
    """Whether running a function builds a pool of its own, itself or in what it calls."""
    return any(
        isinstance(value, ClassValue) and "pool" in class_roles(resolver, value)
        for inner in within(resolver, function)
        for call in inner.calls
        for value in resolver.resolve(call.callee)
    )


def within(resolver: Resolver, function: FunctionRecord) -> Iterator[FunctionRecord]:
    """A function and those of the project that it runs."""
    seen = {function}
    pending = [function]
    while pending:
        current = pending.pop()
        yield current
        for call in current.calls:
            for target in resolver.targets_of(call):
                if target not in seen and not target.module.is_stub:
                    seen.add(target)
                    pending.append(target)
