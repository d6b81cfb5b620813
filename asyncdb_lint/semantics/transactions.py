"""Transactions: the calls that make them, and how each is started, entered, ended and handed on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ..lazy import cst
from .calling import class_roles, roles
from .databases import Databases, Handle
from .queries import Queries
from .records import (
    CallRecord,
    Context,
    ContextKind,
    FunctionRecord,
    ModuleRecord,
    Use,
    UseKind,
    outwards,
    stands_in,
)
from .resolve import Resolver
from .terms import Attribute, Awaited, Checked, Choice, Constant, Entered, Narrowed, Result, Term
from .values import NONE, ContextValue, FunctionValue, InstanceValue, Values

_HANDED_ON = {
    UseKind.ARGUMENT,
    UseKind.RETURNED,
    UseKind.YIELDED,
    UseKind.STORED,
    UseKind.CALLED,
    UseKind.ITEM_SET,
    UseKind.DELETED,
    UseKind.OTHER,
}
_TRANSACTIONS = frozenset({"transaction", "bare_transaction"})
_ROLES = ("starts", "commits", "rolls_back")
_DEEPEST = 6


@dataclass(slots=True, eq=False)
class Transaction:
    """One `transaction()` call and what is done with the object that it makes."""

    call: CallRecord
    awaited: list[Use] = field(default_factory=list)
    entered: list[Context] = field(default_factory=list)
    starts: list[CallRecord] = field(default_factory=list)
    commits: list[CallRecord] = field(default_factory=list)
    rollbacks: list[CallRecord] = field(default_factory=list)
    decorated: FunctionRecord | None = None
    is_handed_on: bool = False
    """Returned, stored, passed on: whoever has it may start and end it."""
    is_entered_wrongly: bool = False
    """By a plain `with`, or through a coroutine that nothing awaits: its block raises TypeError."""
    is_bare: bool = False
    """Of a driver that has its own ways of starting it twice, ending it twice and leaving it open."""

    @property
    def name(self) -> str:
        """What the source calls the object; the call itself where it has no name."""
        for ending in (*self.commits, *self.rollbacks, *self.starts):
            if isinstance(ending.node.func, cst.Attribute) and isinstance(ending.node.func.value, cst.Name):
                return ending.node.func.value.value
        small = self._assignment()
        if small is not None and isinstance(small.targets[0].target, cst.Name):
            return small.targets[0].target.value
        return self.source

    def _assignment(self) -> cst.Assign | None:
        line = self.call.statement
        small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
        return small if isinstance(small, cst.Assign) and len(small.targets) == 1 else None

    @property
    def source(self) -> str:
        """The call as written."""
        return self.call.module.parsed.code_of(self.call.node)

    @property
    def second_start(self) -> cst.CSTNode | None:
        """What starts it once more after it has been started."""
        if self.is_bare:
            return None
        if self.entered and (self.awaited or self.starts):
            return self.entered[0].entered
        return self.starts[0].node if self.awaited and self.starts else None

    @property
    def first_start(self) -> cst.CSTNode:
        """What starts it first: an `await`, or a `.start()`."""
        return self.awaited[0].node if self.awaited else self.starts[0].node

    @property
    def endings_inside(self) -> list[CallRecord]:
        """Awaited commits and rollbacks inside of an `async with` that commits or rolls back itself."""
        return [
            ending
            for ending in (*self.commits, *self.rollbacks)
            if not self.is_bare
            and any(use.kind is UseKind.AWAITED for use in ending.uses)
            and any(stands_in(ending.context, context) for context in self.entered)
        ]

    @property
    def is_started(self) -> bool:
        """Whether anything starts it."""
        return bool(self.awaited or self.entered or self.starts or self.decorated)


class Block(NamedTuple):
    """Code inside a transaction: an `async with`, a decorated function, or what lies between start and end."""

    function: FunctionRecord
    context: Context | None
    """The `async with`; None where the transaction is started by hand or by a decorator."""
    node: cst.CSTNode
    """The expression that makes the transaction."""
    handles: tuple[Handle, ...]
    calls: tuple[CallRecord, ...]
    transaction: Transaction | None
    """None where a context manager of the project stands around the transaction."""

    @property
    def source(self) -> str:
        """What opens the block, as written."""
        return self.function.module.parsed.code_of(self.node)


class Transactions:
    """Finds the transactions of one project."""

    def __init__(self, queries: Queries, databases: Databases) -> None:
        self.resolver: Resolver = queries.resolver
        self.queries = queries
        self.databases = databases
        self._objects: dict[ModuleRecord, tuple[Transaction, ...]] = {}
        self._of_functions: dict[ModuleRecord, dict[FunctionRecord, list[Transaction]]] = {}
        self._blocks: dict[FunctionRecord, tuple[Block, ...]] = {}

    # -- objects ----------------------------------------------------------------------------------------------------

    def of(self, module: ModuleRecord) -> Sequence[Transaction]:
        """The transactions that the calls of a module make."""
        known = self._objects.get(module)
        if known is None:
            self._objects[module] = known = tuple(self._made_in(module))
        return known

    def is_transaction(self, values: Values) -> bool:
        """Whether values are transactions of a driver, whatever the branch."""
        known = [value for value in values if value != NONE]
        return bool(known) and all(
            isinstance(value, InstanceValue) and bool(class_roles(self.resolver, value) & _TRANSACTIONS)
            for value in known
        )

    def _is_bare(self, call: CallRecord) -> bool:
        return any(
            isinstance(value, InstanceValue) and "bare_transaction" in class_roles(self.resolver, value)
            for value in self.resolver.resolve(call.result)
        )

    def _made_in(self, module: ModuleRecord) -> Iterator[Transaction]:
        made = {
            id(call): Transaction(call, is_bare=self._is_bare(call))
            for call in module.calls
            if not self._is_method_of_transaction(call) and self.is_transaction(self.resolver.resolve(call.result))
        }
        if not made:
            return
        for found in made.values():
            self._note_uses(found)
        for function in module.functions:
            for decorator in function.decorators:
                for call in calls_in(decorator):
                    if id(call) in made:
                        made[id(call)].decorated = function
            for context in function.withs:
                for call in self._makers_of(context.items[0]) if context.items else ():
                    if id(call) not in made:
                        continue
                    if context.kind is ContextKind.ASYNC_WITH and not self._is_coroutine(context.items[0]):
                        made[id(call)].entered.append(context)
                    else:
                        made[id(call)].is_entered_wrongly = True
        for call in module.calls:
            self._note_method(call, made)
        for found in made.values():
            # `stack.push_async_callback(tx.rollback)` hands the method on.
            methods = {id(call.node.func) for call in (*found.starts, *found.commits, *found.rollbacks)}
            asked = [use for use in (*found.call.uses, *found.call.awaited_uses) if use.kind is UseKind.ATTRIBUTE]
            found.is_handed_on = found.is_handed_on or any(id(use.node) not in methods for use in asked)
            yield found

    def _is_method_of_transaction(self, call: CallRecord) -> bool:
        method = self.queries.driver_method(call)
        return method is not None and bool(roles(method) & set(_ROLES))

    def _is_coroutine(self, term: Term) -> bool:
        """Whether a term is what `tx.start()` gives before it is awaited."""
        return isinstance(term, Result) and self._is_method_of_transaction(term.call)

    def _note_uses(self, transaction: Transaction) -> None:
        for use in (*transaction.call.uses, *transaction.call.awaited_uses):
            if use.kind is UseKind.AWAITED:
                transaction.awaited.append(use)
            elif use.kind in _HANDED_ON or use.contained or use.taken or use.function is not transaction.call.function:
                transaction.is_handed_on = True

    def _note_method(self, call: CallRecord, made: dict[int, Transaction]) -> None:
        """`tx.start()`, `tx.commit()`, `tx.rollback()`"""
        method = self.queries.driver_method(call)
        if method is None or not isinstance(call.callee, Attribute):
            return
        for source in self._makers_of(call.callee.base):
            known = made.get(id(source))
            if known is None:
                continue
            names = roles(method)
            if "starts" in names:
                known.starts.append(call)
            if "commits" in names:
                known.commits.append(call)
            if "rolls_back" in names:
                known.rollbacks.append(call)

    def _makers_of(self, term: Term) -> Iterator[CallRecord]:
        """The calls that made what a term is; `await db.transaction().start()` gives the transaction itself."""
        for call in calls_in(term):
            if self._is_method_of_transaction(call) and isinstance(call.callee, Attribute):
                yield from calls_in(call.callee.base)
            else:
                yield call

    # -- blocks -----------------------------------------------------------------------------------------------------

    def blocks(self, function: FunctionRecord) -> Sequence[Block]:
        """The code of a function that runs inside a transaction which the function, or its decorator, starts."""
        known = self._blocks.get(function)
        if known is None:
            self._blocks[function] = known = tuple(self._blocks_in(function))
        return known

    def _blocks_in(self, function: FunctionRecord) -> Iterator[Block]:
        for context in function.withs:
            if context.kind is ContextKind.ASYNC_WITH:
                handles = tuple(handle for item in context.items for handle in self.entered(item))
                if handles and context.entered is not None:
                    calls = tuple(call for call in function.calls if stands_in(call.context, context))
                    made = next((found for found in self._objects_of(function) if context in found.entered), None)
                    yield Block(function, context, context.entered, handles, calls, made)
        for transaction in self._objects_of(function):
            handles = tuple(self._handles(transaction.call, 0))
            if transaction.decorated is function:
                yield Block(function, None, transaction.call.node, handles, tuple(function.calls), transaction)
            elif (
                transaction.call.function is function
                and not transaction.entered
                and (transaction.awaited or transaction.starts)
            ):
                calls = _between(function, transaction)
                yield Block(function, None, transaction.call.node, handles, calls, transaction)

    def _objects_of(self, function: FunctionRecord) -> Sequence[Transaction]:
        if function.module not in self._of_functions:
            by_function: dict[FunctionRecord, list[Transaction]] = {}
            for found in self.of(function.module):
                by_function.setdefault(found.call.function, []).append(found)
                if found.decorated is not None and found.decorated is not found.call.function:
                    by_function.setdefault(found.decorated, []).append(found)
            self._of_functions[function.module] = by_function
        return self._of_functions[function.module].get(function, ())

    def entered(self, item: Term, depth: int = 0) -> list[Handle]:
        """The databases on which `async with item` starts a transaction; nothing where it starts none."""
        found: list[Handle] = []
        if depth > _DEEPEST:
            return found
        values = self.resolver.resolve(item)
        if self.is_transaction(values):
            for call in calls_in(item):
                found.extend(self._handles(call, depth))
            return found
        for value in values:
            if isinstance(value, ContextValue):
                for place in value.function.yields_in:
                    for context in outwards(place):
                        if context.kind is ContextKind.ASYNC_WITH:
                            for inner in context.items:
                                found.extend(self.entered(inner, depth + 1))
        return found

    def _handles(self, call: CallRecord, depth: int) -> Iterator[Handle]:
        """What a transaction is asked of: seen through functions of the project that return one."""
        handle = self.databases.handle(call.callee)
        if handle is not None:
            yield handle
        elif depth <= _DEEPEST:
            for value in self.resolver.resolve(call.callee):
                if isinstance(value, FunctionValue) and not value.function.module.is_stub:
                    for term in value.function.returned:
                        for inner in calls_in(term):
                            yield from self._handles(inner, depth + 1)

    def around(self, call: CallRecord) -> Block | None:
        """The innermost block of its own function that a call stands in."""
        found = [block for block in self.blocks(call.function) if call in block.calls]
        return min(found, key=lambda block: len(block.calls), default=None)


def calls_in(term: Term) -> list[CallRecord]:
    """The calls whose result a term is, seen through `await`, `async with ... as` and branches."""
    match term:
        case Result(call=call):
            return [call]
        case Awaited(base=base) | Entered(base=base) | Checked(base=base) | Narrowed(base=base):
            return calls_in(base)
        case Choice(options=options):
            return [call for option in options for call in calls_in(option)]
        case _:
            return []


def option(call: CallRecord, name: str) -> object:
    """The literal that a call passes as keyword; None where it passes none."""
    for argument in call.arguments:
        if argument.keyword == name and isinstance(argument.term, Constant):
            return argument.term.value
    return None


def _between(function: FunctionRecord, transaction: Transaction) -> tuple[CallRecord, ...]:
    """The calls from a start by hand to the last commit or rollback, in the order of the source."""
    order = {id(call): number for number, call in enumerate(function.calls)}
    ends = [order[id(call)] for call in (*transaction.commits, *transaction.rollbacks) if id(call) in order]
    first = min(
        [order[id(call)] for call in (transaction.starts or [transaction.call]) if id(call) in order],
        default=len(function.calls),
    )
    last = max(ends, default=len(function.calls))
    own = {id(call) for call in (transaction.call, *transaction.starts, *transaction.commits, *transaction.rollbacks)}
    return tuple(call for call in function.calls[first + 1 : last] if id(call) not in own)
