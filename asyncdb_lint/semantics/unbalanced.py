"""Transactions that are started by hand and stay open on some way out of their function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from ..nodes import children
from .paths import Paths, States
from .reach import Origin, Reach
from .records import CallRecord, ExceptClause, ModuleRecord
from .transactions import Transaction, Transactions
from .values import ExternalValue

_OPEN, _CLOSED = "open", "closed"
_EVERYTHING = {"builtins.BaseException", "builtins.Exception"}


class Unbalanced(NamedTuple):
    """A transaction that is neither committed nor rolled back on one way out."""

    transaction: Transaction
    place: cst.CSTNode
    """Where the function is left: a return, a raise, or the first statement whose error nobody rolls back for."""
    how: str
    """"returns", "raises", "fails" (an error of a statement) or "ends"."""


class Balances:
    """Follows the transactions of one project to where they end."""

    def __init__(self, transactions: Transactions, reach: Reach) -> None:
        self.transactions = transactions
        self.reach = reach

    def unbalanced(self, module: ModuleRecord) -> Iterator[Unbalanced]:
        """One fact for each transaction of a module that is started by hand and may stay open."""
        for transaction in self.transactions.of(module):
            by_hand = bool(transaction.awaited) != bool(transaction.starts)
            is_otherwise_used = transaction.entered or transaction.is_entered_wrongly or transaction.decorated
            if not by_hand or transaction.is_bare or is_otherwise_used or transaction.is_handed_on:
                continue
            function = transaction.call.function
            if function.is_module or not isinstance(function.node, cst.FunctionDef):
                continue
            if any(call.function is not function for call in _endings(transaction)):
                continue
            found = self._left_open(transaction, function.node)
            if found is not None:
                yield found

    def _left_open(self, transaction: Transaction, node: cst.FunctionDef) -> Unbalanced | None:
        function = transaction.call.function
        starts = {id(use.node) for use in transaction.awaited} | {id(call.node) for call in transaction.starts}
        ends = {id(call.node) for call in _endings(transaction)}
        lenient = _conditional_endings(node, ends, transaction.name)
        clauses = {id(clause.node): clause for context in function.tries for clause in context.clauses}

        def step(place: cst.CSTNode, states: States) -> States:
            for inner in _within(place):
                if id(inner) in starts:
                    states = frozenset({_OPEN})
                elif id(inner) in ends or id(place) in lenient:
                    states = frozenset({_CLOSED})
            return states

        def may_raise(place: cst.CSTNode) -> bool:
            kinds = list(_within(place))
            return any(isinstance(inner, cst.Await) for inner in kinds) and not any(
                id(inner) in ends for inner in kinds
            )

        def catches_all(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
            clause = clauses.get(id(handler))
            return clause is None or self._catches_everything(clause)

        found = Paths(step, may_raise, catches_all).run(node.body.body, frozenset({_CLOSED}))
        for place, states in found.returns:
            if _OPEN in states:
                return Unbalanced(transaction, place, "returns")
        if _OPEN in found.falls:
            return Unbalanced(transaction, transaction.call.node, "ends")
        kind = self.reach.module_kind(function.module)
        if kind in (Origin.TEST, Origin.SCRIPT):
            # The process ends with the error, and the database rolls back.
            return None
        for place, states in found.raises:
            if _OPEN in states:
                return Unbalanced(transaction, place, "raises" if isinstance(place, cst.Raise) else "fails")
        return None

    def _catches_everything(self, clause: ExceptClause) -> bool:
        return clause.is_bare or any(
            isinstance(value, ExternalValue) and value.dotted in _EVERYTHING
            for term in clause.types
            for value in self.transactions.resolver.resolve(term)
        )


def _endings(transaction: Transaction) -> list[CallRecord]:
    return [*transaction.commits, *transaction.rollbacks]


def _conditional_endings(function: cst.FunctionDef, ends: set[int], name: str) -> set[int]:
    """The tests of conditions that decide whether a transaction is still to be ended: `if not done: rollback`.

    Which way such a test goes depends on the way that led to it, so it counts as ended behind any of them.
    """
    found: set[int] = set()
    several: list[int] = []
    pending: list[tuple[cst.CSTNode, bool]] = [(function, False)]
    while pending:
        node, in_finally = pending.pop()
        if isinstance(node, cst.If) and _holds(node.body, ends) != (
            node.orelse is not None and _holds(node.orelse, ends)
        ):
            mentions = any(isinstance(inner, cst.Name) and inner.value == name for inner in _within(node.test))
            if in_finally or mentions:
                found.add(id(node.test))
            elif node.orelse is None:
                several.append(id(node.test))
        pending.extend((child, in_finally or isinstance(node, cst.Finally)) for child in children(node))
    return found | set(several if len(several) > 1 else ())


def _holds(node: cst.CSTNode, ends: set[int]) -> bool:
    return any(id(inner) in ends for inner in _within(node))


def _within(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """A node and all below it, without the functions that are only defined there."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        if not isinstance(current, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            pending.extend(children(current))
