"""The ways through a function's body: what may be the case wherever it is left.

A small interpreter of statements. What is followed is a set of states; a `step` says what a statement or an expression
makes of them. Only functions that a rule asks about are looked at, and only then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ..lazy import cst

States: TypeAlias = frozenset[str]
Exit: TypeAlias = "tuple[cst.CSTNode, States]"
NOWHERE: States = frozenset()


@dataclass(slots=True)
class Ends:
    """How a stretch of code may end: the states it falls through with, and those it is left with early."""

    falls: States
    returns: list[Exit] = field(default_factory=list)
    raises: list[Exit] = field(default_factory=list)
    breaks: list[Exit] = field(default_factory=list)
    continues: list[Exit] = field(default_factory=list)

    def take(self, other: Ends) -> None:
        """Adds the early ends of another stretch."""
        self.returns += other.returns
        self.raises += other.raises
        self.breaks += other.breaks
        self.continues += other.continues


class Paths:
    """Follows states through statements."""

    def __init__(
        self,
        step: Callable[[cst.CSTNode, States], States],
        may_raise: Callable[[cst.CSTNode], bool],
        catches_all: Callable[[cst.ExceptHandler | cst.ExceptStarHandler], bool],
    ) -> None:
        self.step = step
        self.may_raise = may_raise
        self.catches_all = catches_all

    def run(self, body: Sequence[cst.CSTNode], states: States) -> Ends:
        """Follows states through statements in order; what follows an early end is not reached."""
        ends = Ends(states)
        for statement in body:
            if not ends.falls:
                break
            inner = self._statement(statement, ends.falls)
            ends.take(inner)
            ends.falls = inner.falls
        return ends

    def _statement(self, node: cst.CSTNode, states: States) -> Ends:
        match node:
            case cst.SimpleStatementLine():
                return self.run(node.body, states)
            case cst.FunctionDef() | cst.ClassDef():
                return Ends(states)
            case cst.If():
                return self._branch(node, states)
            case cst.For() | cst.While():
                return self._loop(node, states)
            case cst.Try() | cst.TryStar():
                return self._try(node, states)
            case cst.With():
                ends = Ends(states)
                for item in node.items:
                    self._evaluate(item, ends)
                inner = self.run(node.body.body, ends.falls)
                ends.take(inner)
                ends.falls = inner.falls
                return ends
            case cst.Match():
                return self._match(node, states)
            case _:
                return self._small(node, states)

    def _evaluate(self, node: cst.CSTNode, ends: Ends) -> None:
        if self.may_raise(node):
            ends.raises.append((node, ends.falls))
        ends.falls = self.step(node, ends.falls)

    def _small(self, node: cst.CSTNode, states: States) -> Ends:
        ends = Ends(states)
        self._evaluate(node, ends)
        match node:
            case cst.Return():
                ends.returns.append((node, ends.falls))
            case cst.Raise():
                ends.raises.append((node, ends.falls))
            case cst.Break():
                ends.breaks.append((node, ends.falls))
            case cst.Continue():
                ends.continues.append((node, ends.falls))
            case _:
                return ends
        ends.falls = NOWHERE
        return ends

    def _branch(self, node: cst.If, states: States) -> Ends:
        ends = Ends(states)
        self._evaluate(node.test, ends)
        body = self.run(node.body.body, ends.falls)
        if node.orelse is None:
            other = Ends(ends.falls)
        elif isinstance(node.orelse, cst.If):
            other = self._branch(node.orelse, ends.falls)
        else:
            other = self.run(node.orelse.body.body, ends.falls)
        ends.take(body)
        ends.take(other)
        ends.falls = body.falls | other.falls
        return ends

    def _match(self, node: cst.Match, states: States) -> Ends:
        ends = Ends(states)
        self._evaluate(node.subject, ends)
        before, covered, falls = ends.falls, False, NOWHERE
        for case in node.cases:
            inner = self.run(case.body.body, before)
            ends.take(inner)
            falls |= inner.falls
            covered = covered or (isinstance(case.pattern, cst.MatchAs) and case.guard is None)
        ends.falls = falls if covered else falls | before
        return ends

    def _loop(self, node: cst.For | cst.While, states: States) -> Ends:
        ends = Ends(states)
        self._evaluate(node.iter if isinstance(node, cst.For) else node.test, ends)
        before = ends.falls
        first = self.run(node.body.body, before)
        again = before | first.falls | _states(first.continues)
        inner = self.run(node.body.body, again)
        around = again | inner.falls | _states(inner.continues)
        endless = isinstance(node, cst.While) and isinstance(node.test, cst.Name) and node.test.value == "True"
        after = Ends(NOWHERE if endless else around)
        if node.orelse is not None and not endless:
            after = self.run(node.orelse.body.body, after.falls)
        ends.returns += inner.returns + after.returns
        ends.raises += inner.raises + after.raises
        ends.breaks += after.breaks
        ends.continues += after.continues
        ends.falls = after.falls | _states(inner.breaks)
        return ends

    def _try(self, node: cst.Try | cst.TryStar, states: States) -> Ends:
        body = self.run(node.body.body, states)
        ends = Ends(body.falls, body.returns, [], body.breaks, body.continues)
        if node.orelse is not None:
            after = self.run(node.orelse.body.body, body.falls)
            ends.take(after)
            ends.falls = after.falls
        caught = _states(body.raises)
        handlers: Sequence[cst.ExceptHandler | cst.ExceptStarHandler] = node.handlers
        for handler in handlers if caught else ():
            inner = self.run(handler.body.body, caught)
            ends.take(inner)
            ends.falls |= inner.falls
        if not any(self.catches_all(handler) for handler in handlers):
            ends.raises += body.raises
        return ends if node.finalbody is None else self._finally(node.finalbody, ends)

    def _finally(self, node: cst.Finally, ends: Ends) -> Ends:
        """What stands in `finally` is done on every way out."""
        result = Ends(NOWHERE)
        if ends.falls:
            through = self.run(node.body.body, ends.falls)
            result.take(through)
            result.falls = through.falls
        for exits, kept in (
            (ends.returns, result.returns),
            (ends.raises, result.raises),
            (ends.breaks, result.breaks),
            (ends.continues, result.continues),
        ):
            for place, states in exits:
                through = self.run(node.body.body, states)
                result.take(through)
                if through.falls:
                    kept.append((place, through.falls))
        return result


def _states(exits: Sequence[Exit]) -> States:
    return frozenset(state for _, states in exits for state in states)
