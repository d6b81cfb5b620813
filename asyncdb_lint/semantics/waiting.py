"""Waits for other services and clocks while a transaction is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .calling import roles
from .reach import Origin, Reach
from .records import CallRecord, FunctionRecord, ModuleRecord, UseKind
from .terms import Constant
from .transactions import Block, Transactions

_SLOW = {"slow", "blocks"}
_WAITED_FOR = {UseKind.AWAITED, UseKind.ASYNC_ENTERED, UseKind.ENTERED}
_DEEPEST = 6


class HeldConnection(NamedTuple):
    """A transaction that holds its connection while something slow is waited for."""

    call: CallRecord
    """What waits, as the block sees it."""
    slow: CallRecord
    """The call that waits itself."""
    block: Block


class Waiting:
    """Finds such waits in one project."""

    def __init__(self, transactions: Transactions, reach: Reach) -> None:
        self.resolver = transactions.resolver
        self.transactions = transactions
        self.reach = reach

    def held(self, module: ModuleRecord) -> Iterator[HeldConnection]:
        """One fact for each wait inside a transaction of a module."""
        if self.reach.module_kind(module) is Origin.TEST:
            return
        for function in module.functions:
            for block in self.transactions.blocks(function):
                for call in block.calls:
                    if self.transactions.around(call) is block:
                        slow = self._slow_behind(call, set(), 0)
                        if slow is not None:
                            yield HeldConnection(call, slow, block)

    def _slow_behind(self, call: CallRecord, seen: set[FunctionRecord], depth: int) -> CallRecord | None:
        """The slow call that a call is, or waits for."""
        targets = self.resolver.targets_of(call)
        names = {name for target in targets for name in roles(target)}
        if names & _SLOW:
            return call if "blocks" in names or self._is_waited_for(call) else None
        if depth > _DEEPEST or not any(use.kind in _WAITED_FOR for use in call.uses):
            return None
        for target in targets:
            if target.module.is_stub or target in seen or target.is_generator:
                continue
            seen.add(target)
            for inner in target.calls:
                found = self._slow_behind(inner, seen, depth + 1)
                if found is not None:
                    return found
        return None

    def _is_waited_for(self, call: CallRecord) -> bool:
        first = call.arguments[0].term if call.arguments else None
        if isinstance(first, Constant) and first.value in (0, 0.0):
            # `sleep(0)` only lets other tasks run.
            return False
        return any(use.kind in _WAITED_FOR or self._is_gathered(use.call) for use in call.uses)

    def _is_gathered(self, call: CallRecord | None) -> bool:
        """Given to `gather` or `wait_for`, which are awaited in place."""
        return call is not None and any(use.kind is UseKind.AWAITED for use in call.uses)
