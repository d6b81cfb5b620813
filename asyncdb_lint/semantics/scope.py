"""What a walk knows at one place of a function: names, the constructs around it, and what conditions told."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable

from .. import syntax
from .records import CallRecord, Context, ContextKind, FunctionRecord, Use, UseKind
from .terms import (
    UNKNOWN,
    Checked,
    Constant,
    GlobalName,
    Import,
    Narrowed,
    Parameter,
    Result,
    Term,
    choice,
    last_name,
)
from .uses import MARKED_BY, mark

# A pattern that lets letters, digits, `_`, `.` and `-` through, and no quote, blank or bracket.
_LIMITING = re.compile(
    r"(?:\^|\\A)?(?:\[(?:[\w.-]|\\[wd.-])+\]|\\[wd.-]|[\w-]|\((?:\?:)?|[)|?*+]|\{\d+(?:,\d*)?\})+(?P<end>\$|\\Z)?$"
)
# What a condition tells on one side: names (also dotted) and how their terms narrow.
Narrowings = dict[str, Callable[[Term], Term]]


class Scope(ABC):
    """The state of a walk through one function."""

    def __init__(self, function: FunctionRecord, node: syntax.Node, tree: syntax.Tree) -> None:
        self.function = function
        self.tree = tree
        self.noted = tree.noted
        """What records have in place of a node of the tree."""
        self.env: dict[str, Term] = {}
        self.knows_dotted = False
        """Whether there may be something in `env` by a dotted name, such as `row.id`."""
        self.alive = True
        self.context: Context | None = None
        self.statement = node

    def read(self, name: str) -> Term:
        """What a name stands for here."""
        known = self.env.get(name)
        if known is not None:
            return known
        scope = self.function.parent
        while scope is not None:
            if name in scope.bindings:
                terms = list(scope.bindings[name])
                if scope.parameter(name) is not None:
                    terms.append(Parameter(scope, name))
                return choice(terms)
            if scope.parameter(name) is not None:
                return Parameter(scope, name)
            scope = scope.parent
        module = self.function.module
        shared = module.names.get(name)
        if shared is None:
            shared = module.names[name] = GlobalName(module, name)
        return shared

    @abstractmethod
    def bind(self, name: str, term: Term) -> None:
        """Gives a name its value, in the scope that owns it."""

    @abstractmethod
    def expression(self, node: syntax.Expression) -> Term:
        """The term of an expression."""

    def use(
        self,
        term: Term,
        kind: UseKind,
        node: syntax.Node,
        call: CallRecord | None = None,
        argument: int = 0,
        name: str | None = None,
        holder: Term | None = None,
    ) -> None:
        """Marks a use on every call result, function or parameter that the term may be."""
        if type(term) in MARKED_BY[kind]:
            mark(term, Use(kind, self.noted(node), self.function, call, argument, name, holder=holder))

    def enter(self, kind: ContextKind, node: syntax.Node, items: tuple[Term, ...] = ()) -> Context:
        """A context inside the current one."""
        return Context(kind, self.context, self.noted(node), items=items)

    def condition(self, node: syntax.Expression) -> tuple[Narrowings, Narrowings]:
        """Evaluates a condition; returns what it tells where it holds and where it fails."""
        match node:
            case syntax.BooleanOperation():
                left_holds, left_fails = self.condition(node.left)
                right_holds, right_fails = self.condition(node.right)
                if node.operator == "And":
                    return {**left_holds, **right_holds}, {}
                # `if x not in A or y not in B: raise` checks both behind it; `x == "a" or x == "b"` checks x inside.
                either = {name: wrap for name, wrap in left_holds.items() if name in right_holds}
                return either, {**left_fails, **right_fails}
            case syntax.UnaryOperation(operator="Not"):
                holds, fails = self.condition(node.expression)
                return fails, holds
            case syntax.Comparison():
                self.expression(node)
                return self._comparison_narrowings(node)
            case syntax.Call(func=syntax.Name(value="isinstance")) if len(node.args) == 2:
                self.expression(node)
                name = dotted_name(node.args[0].value)
                if name is None:
                    return {}, {}
                narrowed = self.expression(node.args[1].value)
                return {name: lambda term: Narrowed(term, narrowed)}, {}
            case _:
                self.use(self.expression(node), UseKind.TESTED, node)
                matched = self._matched(node)
                return ({matched: Checked}, {}) if matched is not None else ({}, {})

    def _matched(self, node: syntax.Expression) -> str | None:
        """What a pattern limits to letters, digits and the like: `re.fullmatch("[a-z_]+", name)`, `KEY.match(name)`."""
        match node:
            case syntax.Call(
                func=syntax.Attribute(value=syntax.Name() as base, attr=syntax.Name(value="match" | "fullmatch" as how))
            ):
                pattern = self.read(base.value)
            case _:
                return None
        arguments = [argument.value for argument in node.args]
        if isinstance(pattern, GlobalName):
            bound = pattern.module.bindings.get(pattern.name, ())
            pattern = bound[0] if len(bound) == 1 else UNKNOWN
        if isinstance(pattern, Import) and pattern.dotted == "re" and len(arguments) == 2:
            text = self.expression(arguments.pop(0))
        elif isinstance(pattern, Result) and last_name(pattern.call.callee) == "compile" and len(arguments) == 1:
            text = pattern.call.arguments[0].term if len(pattern.call.arguments) == 1 else UNKNOWN
        else:
            return None
        if not isinstance(text, Constant) or not isinstance(text.value, str):
            return None
        limits = _LIMITING.match(text.value)
        return dotted_name(arguments[0]) if limits and (how == "fullmatch" or limits.group("end")) else None

    def _comparison_narrowings(self, node: syntax.Comparison) -> tuple[Narrowings, Narrowings]:
        if len(node.comparisons) != 1:
            return {}, {}
        comparison = node.comparisons[0]
        if isinstance(comparison.comparator, syntax.Name) and comparison.comparator.value == "None":
            matched = self._matched(node.left)
            if matched is not None:
                is_none = comparison.operator == "Is"
                return ({}, {matched: Checked}) if is_none else ({matched: Checked}, {})
        left = node.left.target if isinstance(node.left, syntax.NamedExpr) else node.left
        name = dotted_name(left)
        if name is None:
            return {}, {}
        checked: Narrowings = {name: Checked}
        match comparison.operator:
            case "In" if not isinstance(comparison.comparator, syntax.SimpleString):
                return checked, {}
            case "NotIn" if not isinstance(comparison.comparator, syntax.SimpleString):
                return {}, checked
            case "Equal" if isinstance(comparison.comparator, syntax.SimpleString | syntax.Integer):
                return checked, {}
            case "NotEqual" if isinstance(comparison.comparator, syntax.SimpleString | syntax.Integer):
                return {}, checked
            case _:
                return {}, {}

    def narrow(self, narrowings: Narrowings) -> None:
        """Continues with what a condition told."""
        for name, wrap in narrowings.items():
            is_dotted = "." in name
            self.knows_dotted |= is_dotted
            known = self.env.get(name)
            if known is None:
                known = self.read(name) if not is_dotted else UNKNOWN
            self.env[name] = wrap(known)

    def forget_narrowings(self, name: str) -> None:
        """Drops what was known of `name.…` when `name` is bound anew."""
        if not self.knows_dotted:
            return
        prefix = name + "."
        for key in [key for key in self.env if key.startswith(prefix)]:
            del self.env[key]
        if "." in name:
            self.env.pop(name, None)


def dotted_name(node: syntax.Expression) -> str | None:
    """`a.b.c` as text if the expression is just that."""
    parts: list[str] = []
    current: syntax.Node = node
    while isinstance(current, syntax.Attribute):
        parts.append(current.attr.value)
        current = current.value
    if not isinstance(current, syntax.Name):
        return None
    parts.append(current.value)
    return ".".join(reversed(parts))
