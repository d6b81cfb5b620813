"""Database work that runs in tasks of its own while a transaction of another task is open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ..settings.python_version import required_python
from .calling import roles
from .databases import Databases, Handle
from .records import CallRecord, FunctionRecord, ModuleRecord, ParameterKind, UseKind
from .terms import Choice, Collection, Element, Item, Mapping, Result, Term
from .transactions import Block, Transactions
from .values import CoroutineValue, FunctionValue, PartialValue, Value

_WAIT_FOR_KEEPS_TASK = (3, 12)
_DEEPEST = 8


class EscapedWork(NamedTuple):
    """Queries inside a transaction that are handed to tasks of their own, and so run outside of it."""

    call: CallRecord
    """Where it happens, as the block sees it: the call of `gather`, or of the function that calls `gather`."""
    tasks: CallRecord
    """The call that makes the tasks."""
    block: Block
    work: tuple[CallRecord, ...]
    """The queries themselves."""
    gives: str
    """What awaiting the tasks gives: "result" of the one awaitable, "results" of all in a list, or "" otherwise."""

    @property
    def is_many(self) -> bool:
        """Whether more than one query may be meant."""
        spread = any(argument.star for argument in self.tasks.arguments)
        return len(self.work) > 1 or spread or self.call is not self.tasks


class Tasks:
    """Finds the work that escapes from the transactions of one project."""

    def __init__(self, databases: Databases, transactions: Transactions) -> None:
        self.resolver = databases.resolver
        self.databases = databases
        self.transactions = transactions

    def escaped(self, module: ModuleRecord) -> Iterator[EscapedWork]:
        """One fact for each statement of a module's transactions that makes such tasks."""
        for function in module.functions:
            seen: set[int] = set()
            for block in sorted(self.transactions.blocks(function), key=lambda block: len(block.calls)):
                for call in block.calls:
                    found = self._escaped_by(call, block, set(), 0)
                    if found is not None and id(call.statement) not in seen:
                        seen.add(id(call.statement))
                        yield EscapedWork(call, found[0], block, found[1], self._gives(found[0]))

    def _escaped_by(
        self, call: CallRecord, block: Block, seen: set[FunctionRecord], depth: int
    ) -> tuple[CallRecord, tuple[CallRecord, ...]] | None:
        """The call that makes tasks, and their queries on the block's database; through the project's functions."""
        if self._makes_tasks(call):
            work = tuple(
                query
                for argument in call.arguments
                for method, query in self._queries(argument.term, call, 0)
                if self._is_on(method, block.handles)
            )
            return (call, work) if work else None
        if depth > _DEEPEST or any(use.kind is UseKind.DISCARDED for use in call.uses):
            return None
        for target in self.resolver.targets_of(call):
            if target in seen or not self.databases.queries_of(target):
                continue
            seen.add(target)
            for inner in target.calls:
                # What stands in a transaction of its own is told of there.
                found = None if self.transactions.around(inner) else self._escaped_by(inner, block, seen, depth + 1)
                if found is not None:
                    return found
        return None

    def _makes_tasks(self, call: CallRecord) -> bool:
        names: set[str] = set()
        for value in self.resolver.resolve(call.callee):
            for function in self.resolver.targets(value):
                names |= roles(function)
        if "own_task" in names:
            return True
        if "own_task_before_3_12" not in names:
            return False
        oldest = self.resolver.hints.target_python or required_python(call.module.path.parent)
        return oldest is not None and oldest < _WAIT_FOR_KEEPS_TASK

    def _gives(self, call: CallRecord) -> str:
        for function in self.resolver.targets_of(call):
            if "passes_result" in roles(function):
                return "result"
            if any(parameter.kind is ParameterKind.ARGS for parameter in function.parameters) and not function.owner:
                return "results"
        return ""

    def _queries(self, term: Term, given_to: CallRecord, depth: int) -> Iterator[tuple[Term, CallRecord]]:
        """The driver's methods that running what a term holds leads to, each with the call that shows it."""
        if depth > _DEEPEST:
            return
        match term:
            case Collection(elements=inner) | Choice(options=inner):
                for each in inner:
                    yield from self._queries(each, given_to, depth + 1)
            case Mapping(entries=entries):
                for _, each in entries:
                    yield from self._queries(each, given_to, depth + 1)
            case Element(base=base) | Item(base=base):
                yield from self._queries(base, given_to, depth + 1)
            case Result(call=call) if self._maps(call):
                yield from self._queries(call.arguments[0].term, given_to, depth + 1)
            case _:
                for value in self.resolver.resolve(term):
                    yield from self._run_by(value, term, given_to, depth)

    def _maps(self, call: CallRecord) -> bool:
        """`map(save, items)`"""
        return bool(call.arguments) and any("maps" in roles(target) for target in self.resolver.targets_of(call))

    def _run_by(self, value: Value, term: Term, given_to: CallRecord, depth: int) -> Iterator[tuple[Term, CallRecord]]:
        match value:
            case CoroutineValue(function=function, call=CallRecord() as call):
                if "passes_result" in roles(function) and call.arguments:
                    # `gather(wait_for(db.execute(...), 5))` runs the argument.
                    yield from self._queries(call.arguments[0].term, given_to, depth + 1)
                else:
                    for query in self.databases.reached_by(call):
                        yield query.callee, query
            case FunctionValue(function=function) if "query" in roles(function):
                yield term, given_to
            case FunctionValue(function=function):
                for query in self.databases.queries_of(function):
                    yield query.callee, query
            case PartialValue(call=call) if call.arguments:
                yield from self._queries(call.arguments[0].term, given_to, depth + 1)
            case _:
                return

    def _is_on(self, method: Term, handles: Sequence[Handle]) -> bool:
        """Whether a query takes a connection of its own from the pool that a transaction holds one of."""
        handle = self.databases.handle(method)
        if handle is None or handle.is_connection:
            return False
        return any(self.databases.are_same(handle, other) for other in handles)
