"""Transactions around code that others run: a middleware's `call_next`, the `yield` of a dependency."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from .calling import class_roles, roles
from .reach import Reach
from .records import CallRecord, FunctionRecord, ModuleRecord, stands_in
from .terms import Parameter, decorating
from .transactions import Block, Transactions
from .values import ClassValue, FunctionValue


class Boundary(enum.Enum):
    """What a transaction stands around."""

    CALL_NEXT = "call_next of a middleware"
    YIELD = "yield of a dependency"


class EscapingTransaction(NamedTuple):
    """A transaction whose block is left to code that runs in another task, or after the response."""

    block: Block
    boundary: Boundary
    place: cst.CSTNode | None
    """The call of `call_next`."""


class Boundaries:
    """Finds such transactions in one project."""

    def __init__(self, transactions: Transactions, reach: Reach) -> None:
        self.resolver = transactions.resolver
        self.transactions = transactions
        self.reach = reach

    def escaping(self, module: ModuleRecord) -> Iterator[EscapingTransaction]:
        """One fact for each block of a module."""
        for function in module.functions:
            for block in self.transactions.blocks(function):
                next_call = self._next_call(function, block)
                if next_call is not None:
                    yield EscapingTransaction(block, Boundary.CALL_NEXT, next_call.node)
                elif self._yields(function, block) and self.reach.is_dependency(function):
                    yield EscapingTransaction(block, Boundary.YIELD, None)

    def _next_call(self, function: FunctionRecord, block: Block) -> CallRecord | None:
        """The call of a middleware's last parameter inside a block."""
        if not function.parameters or not self._is_middleware(function):
            return None
        last = function.parameters[-1].name
        for call in block.calls:
            if isinstance(call.callee, Parameter) and call.callee.function is function and call.callee.name == last:
                return call
        return None

    def _is_middleware(self, function: FunctionRecord) -> bool:
        """`@app.middleware("http")`, or `dispatch` of a middleware class."""
        for decorator in function.decorators:
            for value in self.resolver.resolve(decorating(decorator)):
                if isinstance(value, FunctionValue) and "middleware" in roles(value.function):
                    return True
        # What a middleware class calls back with `call_next` is the one method whose last parameter is called.
        return function.owner is not None and "middleware" in class_roles(self.resolver, ClassValue(function.owner))

    def _yields(self, function: FunctionRecord, block: Block) -> bool:
        if block.context is not None:
            return any(stands_in(place, block.context) for place in function.yields_in)
        # By hand: ended behind the `yield`, which is where a generator goes on after the response.
        return function.is_generator and block.transaction is not None and bool(block.transaction.commits)
