"""What a loop goes through, and what in its body depends on the item of the moment."""

from __future__ import annotations

import functools

from ..lazy import cst
from ..nodes import children, descendants, names_in
from .records import CallRecord, Context
from .resolve import Resolver
from .terms import (
    Attribute,
    Awaited,
    Checked,
    Choice,
    ClassTerm,
    Collection,
    Computed,
    Constant,
    Element,
    FunctionTerm,
    GlobalName,
    Import,
    Item,
    Mapping,
    Narrowed,
    Result,
    Term,
)
from .values import ClassValue, CollectionValue, ConstantValue, ExternalValue, FunctionValue, MappingValue

_WRAPPERS = {"enumerate", "zip", "list", "tuple", "set", "sorted", "reversed", "iter"}
_VIEWS = {"items", "keys", "values"}
_DEEPEST = 8


def item_names(loop: Context) -> set[str]:
    """The names that hold the item of the moment, or something made from it."""
    match loop.node:
        case cst.For(target=target, body=body):
            names = set(names_in(target))
            return dependents(body, names)
        case cst.ListComp() | cst.SetComp() | cst.GeneratorExp() | cst.DictComp():
            names = set()
            clause: cst.CompFor | None = loop.node.for_in
            while clause is not None:
                names |= set(names_in(clause.target))
                clause = clause.inner_for_in
            return names
        case _:
            return set()


def dependents(body: cst.CSTNode, names: set[str]) -> set[str]:
    """Names, and all that are assigned in a body from one of them."""
    assignments = [
        (set(names_in(node.value)), {name for target in node.targets for name in names_in(target.target)})
        for node in descendants(body)
        if isinstance(node, cst.Assign)
    ]
    found, before = set(names), 0
    while len(found) != before:
        before = len(found)
        for read, written in assignments:
            if read & found:
                found |= written
    return found


def mentions(call: CallRecord, names: set[str]) -> bool:
    """Whether the receiver or an argument of a call is, or is made from, one of some names."""
    return not names.isdisjoint(names_in(call.node))


def feeds_itself(call: CallRecord) -> bool:
    """Whether the result of one round is an argument of the next: then the rounds cannot be one query."""
    return any(
        comes_from(term, call, 0) for name in set(names_in(call.node)) for term in call.function.bindings.get(name, ())
    )


def comes_from(term: Term, call: CallRecord, depth: int) -> bool:
    """Whether a term is made from the result of a call."""
    if depth > _DEEPEST:
        return False
    match term:
        case Result(call=made):
            return made is call or any(comes_from(argument.term, call, depth + 1) for argument in made.arguments)
        case Awaited(base=base) | Item(base=base) | Attribute(base=base) | Element(base=base):
            return comes_from(base, call, depth + 1)
        case Checked(base=base) | Narrowed(base=base):
            return comes_from(base, call, depth + 1)
        case Choice(options=inner) | Computed(operands=inner):
            return any(comes_from(option, call, depth + 1) for option in inner)
        case Collection(elements=elements):
            return any(comes_from(element, call, depth + 1) for element in elements)
        case _:
            return False


def leaves_early(node: cst.CSTNode) -> bool:
    """Whether a loop may stop before its last item: then it looks for something, and asks no more than it must."""
    pending: list[tuple[cst.CSTNode, bool]] = [(node.body, True)] if isinstance(node, cst.For) else []
    while pending:
        current, is_own = pending.pop()
        match current:
            case cst.SimpleStatementLine() | cst.SimpleStatementSuite():
                kinds = {type(small) for small in current.body}
                if cst.Return in kinds or (is_own and cst.Break in kinds):
                    return True
            case cst.FunctionDef():
                continue
            case cst.For() | cst.While():
                pending.append((current.body, False))
            case _:
                pending.extend((child, is_own) for child in children(current) if _holds_statements(type(child)))
    return False


@functools.cache
def _holds_statements(kind: type[cst.CSTNode]) -> bool:
    # Asked of every node of every loop: what is no statement holds none.
    handlers = cst.ExceptHandler, cst.ExceptStarHandler, cst.Finally
    return issubclass(kind, (cst.BaseStatement, cst.BaseSuite, cst.Else, *handlers, cst.MatchCase))


class Iterables:
    """Judges the iterables of one project."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def is_closed(self, loop: Context) -> bool:
        """Whether the source says how often a loop goes round, or that it takes many items at a time."""
        node = loop.node
        if isinstance(node, cst.For) and isinstance(node.iter, cst.List | cst.Tuple | cst.Set | cst.Dict):
            return not any(isinstance(element, cst.StarredElement) for element in getattr(node.iter, "elements", ()))
        return bool(loop.items) and self._is_closed(loop.items[0], 0)

    def _is_closed(self, term: Term, depth: int) -> bool:
        if depth > _DEEPEST:
            return False
        if isinstance(term, Result):
            return self._is_closed_call(term.call, depth + 1)
        values = self.resolver.resolve(term)
        return bool(values) and all(
            (isinstance(value, CollectionValue | MappingValue) and self._is_written_out(value.term, depth + 1))
            or isinstance(value, ClassValue | ConstantValue)
            for value in values
        )

    def _is_closed_call(self, call: CallRecord, depth: int) -> bool:
        callee = call.callee
        terms = [argument.term for argument in call.arguments if not argument.star and argument.keyword is None]
        if isinstance(callee, Attribute) and callee.name in _VIEWS and not call.arguments:
            return self._is_closed(callee.base, depth)
        name = callee.name if isinstance(callee, GlobalName) and callee.name not in callee.module.bindings else None
        if name == "range":
            # A step, and numbers in the source: batches, or attempts.
            return len(terms) == 3 or all(
                isinstance(value, ConstantValue) for term in terms for value in self.resolver.resolve(term)
            )
        if name in _WRAPPERS:
            return any(self._is_closed(term, depth) for term in terms)
        external = all(isinstance(value, ExternalValue) for value in self.resolver.resolve(callee))
        if external and terms and all(self._is_closed(term, depth) for term in terms):
            # `pairwise(SIZES)`, `product(A, B)`: no more than what is put in.
            return True
        return self._makes_batches(call) or all(
            isinstance(value, CollectionValue | MappingValue) and self._is_written_out(value.term, depth)
            for value in self.resolver.resolve(call.result)
        )

    def _makes_batches(self, call: CallRecord) -> bool:
        """Whether a generator of the project yields slices."""
        functions = [value.function for value in self.resolver.resolve(call.callee) if isinstance(value, FunctionValue)]
        return bool(functions) and all(
            function.is_generator
            and function.yielded
            and all(isinstance(term, Item) and not isinstance(term.key, Constant) for term in function.yielded)
            for function in functions
        )

    def _is_written_out(self, term: Term, depth: int) -> bool:
        if depth > _DEEPEST:
            return False
        match term:
            case Constant() | ClassTerm() | FunctionTerm() | GlobalName() | Import():
                return True
            case Attribute(base=base):
                return self._is_written_out(base, depth + 1)
            case Collection(kind=kind, elements=elements):
                return kind != "generator" and all(self._is_written_out(element, depth + 1) for element in elements)
            case Mapping(entries=entries):
                return all(key is not None and self._is_written_out(value, depth + 1) for key, value in entries)
            case _:
                return False
