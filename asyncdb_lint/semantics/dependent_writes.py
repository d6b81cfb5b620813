"""Writes that depend on one another, and that no transaction holds together."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import permutations
from typing import NamedTuple

from ..lazy import cst
from ..nodes import children
from .boundaries import Boundaries, Boundary
from .calling import dependency_of
from .changes import RowChange, RowChanges
from .paths import Paths, States
from .reach import Origin, Reach
from .records import CallRecord, ContextKind, FunctionRecord, ModuleRecord, UseKind, outwards
from .terms import Attribute, Awaited, Constant, GlobalName, Import, Parameter, Result, Term
from .transactions import Transactions
from .values import FunctionValue

_DEEPEST = 10
_FEW = 4
_SERVED = {Origin.HANDLER, Origin.DEPENDENCY, Origin.BACKGROUND, Origin.CALLBACK, Origin.UNKNOWN}


class Dependence(enum.Enum):
    """Why two writes belong together."""

    RESULT = "the second inserts rows that belong to the one that the first inserts"
    REPLACEMENT = "the second puts in what the first has taken out"
    TRANSFER = "what one takes the other gives"


class DependentWrites(NamedTuple):
    """Two writes of one function."""

    first: CallRecord
    second: CallRecord
    why: Dependence
    direct: tuple[CallRecord, ...]
    """Those of the two that are queries of a driver themselves."""


class WriteDependences:
    """Finds such writes in one project."""

    def __init__(self, changes: RowChanges, transactions: Transactions, boundaries: Boundaries, reach: Reach) -> None:
        self.resolver = changes.resolver
        self.changes = changes
        self.transactions = transactions
        self.boundaries = boundaries
        self.reach = reach

    def dependent(self, module: ModuleRecord) -> Iterator[DependentWrites]:
        """One fact for each function of a module."""
        for function in module.functions:
            found = self._in_function(function) if function.is_async else None
            if found is not None:
                yield found

    def _in_function(self, function: FunctionRecord) -> DependentWrites | None:
        changing: dict[CallRecord, list[RowChange]] = {}
        for call in function.calls:
            if self.transactions.around(call) is None and not _is_handling(call) and _is_awaited(call):
                changes = self.changes.of(call)
                if changes:
                    changing[call] = changes
        if len(changing) < 2 or not self._is_served(function) or self._is_enclosed(function, set()):
            return None
        if any(
            made.call.function is function and not made.is_started for made in self.transactions.of(function.module)
        ):
            # A transaction is there and never entered: that is the finding.
            return None
        dependences = {
            (first, second): why
            for first, second in permutations(changing, 2)
            if (why := self._dependence(first, changing[first], second, changing[second])) is not None
        }
        # Only a tree tells in which order calls may come.
        for first, second in in_order(function, list(changing)) if dependences else ():
            why = dependences.get((first, second))
            if why is not None:
                direct = tuple(call for call in (first, second) if self.changes.databases.is_query(call))
                return DependentWrites(first, second, why, direct)
        return None

    def _is_served(self, function: FunctionRecord) -> bool:
        return bool(self.reach.origins(function) & _SERVED) and self.reach.module_kind(function.module) is None

    def _is_enclosed(self, function: FunctionRecord, seen: set[FunctionRecord]) -> bool:
        """Whether a caller may hold a transaction around everything that a function does."""
        if self.resolver.is_called_out_of_sight(function.name):
            return True
        if self._held_by_dependency is None or function in self._held_by_dependency:
            return True
        if any(block.context is None for block in self.transactions.blocks(function)):
            return True
        seen.add(function)
        for call in self.resolver.callers(function):
            if self.transactions.around(call) is not None:
                return True
            if call.function not in seen and self._is_enclosed(call.function, seen):
                return True
        return False

    @cached_property
    def _held_by_dependency(self) -> set[FunctionRecord] | None:
        """The functions around which a dependency holds a transaction; None for all, where a whole application has one.

        A middleware's transaction holds nothing: handlers run in another task.
        """
        modules = [module for module in self.resolver.modules if not module.is_stub]
        holders = {
            found.block.function
            for module in modules
            for found in self.boundaries.escaping(module)
            if found.boundary is Boundary.YIELD
        }
        if not holders:
            return set()
        held: set[FunctionRecord] = set()
        of_functions: set[int] = set()
        for function in [function for module in modules for function in module.functions]:
            for call in self.changes.writes.guards.dependencies(function):
                of_functions.add(id(call))
                if self._depends_on(call, holders):
                    held.add(function)
        for call in [call for module in modules for call in module.calls]:
            if id(call) not in of_functions and self._depends_on(call, holders):
                return None
        return held

    def _depends_on(self, call: CallRecord, holders: set[FunctionRecord]) -> bool:
        """`Depends(atomic)`"""
        dependency = dependency_of(self.resolver, call)
        return dependency is not None and any(
            isinstance(value, FunctionValue) and value.function in holders
            for value in self.resolver.resolve(dependency)
        )

    # -- what depends on what ---------------------------------------------------------------------------------------

    def _dependence(
        self, first: CallRecord, before: Sequence[RowChange], second: CallRecord, after: Sequence[RowChange]
    ) -> Dependence | None:
        children = {change.table for change in after if change.verb == "insert"}
        if self._inserted_beside(before, children) and self._gives_inserted(first, 0):
            if any(holds(argument.term, first, 0) for argument in second.arguments):
                return Dependence.RESULT
        shared = _leaves(first) & _leaves(second)
        for one in before:
            for other in after:
                if one.table != other.table:
                    continue
                if one.verb == other.verb == "update":
                    if any((column, "+" if sign == "-" else "-") in other.moved for column, sign in one.moved):
                        return Dependence.TRANSFER
                elif (one.verb, other.verb) == ("delete", "insert") and (shared or not one.has_condition):
                    return Dependence.REPLACEMENT
        return None

    def _inserted_beside(self, changes: Sequence[RowChange], children: set[str]) -> bool:
        """Whether changes insert a row of another table than its children's; an upsert is as good the next time."""
        return any(change.verb == "insert" and not change.is_upsert and children - {change.table} for change in changes)

    def _gives_inserted(self, call: CallRecord, depth: int) -> bool:
        """Whether what a call gives comes from an INSERT: its id, or the row that it returns."""
        if self.changes.databases.is_query(call):
            return any(change.verb == "insert" for change in self.changes.of(call))
        return depth < _FEW and any(
            self._gives_inserted(made, depth + 1)
            for target in self.resolver.targets_of(call)
            if not target.module.is_stub
            for made in target.calls
            if any(holds(returned, made, 0) for returned in target.returned)
        )


def _is_handling(call: CallRecord) -> bool:
    """Whether a call stands in an `except`: it makes up for what has failed."""
    return any(context.kind is ContextKind.EXCEPT for context in outwards(call.context))


def _is_awaited(call: CallRecord) -> bool:
    return any(use.kind is UseKind.AWAITED for use in call.uses)


def holds(term: Term, call: CallRecord, depth: int) -> bool:
    """Whether a term holds the awaited result of a call, or something taken from it."""
    if depth > _DEEPEST:
        return False
    if isinstance(term, Awaited):
        return isinstance(term.base, Result) and term.base.call is call
    return any(holds(inner, call, depth + 1) for inner in parts_of(term))


def parts_of(term: Term) -> Iterator[Term]:
    """The terms that a term is made of."""
    for name in ("base", "options", "elements", "operands"):
        inner = getattr(term, name, None)
        if isinstance(inner, Term):
            yield inner
        elif isinstance(inner, list | tuple):
            yield from inner
    for _, value in getattr(term, "entries", ()):
        yield value
    if isinstance(term, Result):
        yield from (argument.term for argument in term.call.arguments)
        if isinstance(term.call.callee, Attribute):
            yield term.call.callee.base


def _leaves(call: CallRecord) -> set[object]:
    """The values that a call is given: parameters, their attributes, results; by what they are."""
    found: set[object] = set()
    pending = [(argument.term, 0) for argument in call.arguments]
    while pending:
        term, depth = pending.pop()
        match term:
            case Constant() | GlobalName() | Import():
                continue
            case Parameter(function=function, name=name):
                found.add((id(function), name))
            case Attribute(base=Parameter(function=function, name=name), name=attribute):
                found.add((id(function), name, attribute))
            case Awaited(base=Result(call=made)):
                found.add(id(made))
            case _ if depth < _DEEPEST:
                pending.extend((inner, depth + 1) for inner in parts_of(term))
    return found


def in_order(function: FunctionRecord, calls: Sequence[CallRecord]) -> list[tuple[CallRecord, CallRecord]]:
    """The pairs of calls that one run of a function may make, one after the other."""
    numbers = {id(call.node): number for number, call in enumerate(calls)}
    pairs: dict[tuple[int, int], None] = {}

    def step(place: cst.CSTNode, states: States) -> States:
        for inner in _calls_within(place):
            number = numbers.get(id(inner))
            if number is not None:
                for state in sorted(states - {""}):
                    if int(state) != number:
                        pairs.setdefault((int(state), number))
                states |= {str(number)}
        return states

    body = function.node.body.body if isinstance(function.node, cst.FunctionDef) else ()
    Paths(step, lambda _: False, lambda _: True).run(body, frozenset({""}))
    return [(calls[first], calls[second]) for first, second in pairs]


def _calls_within(node: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls below a node, inner ones first."""
    for child in children(node):
        if not isinstance(child, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            yield from _calls_within(child)
    if isinstance(node, cst.Call):
        yield node
