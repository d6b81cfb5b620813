"""Transactions as decorators, in front of functions that they cannot run."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import NamedTuple

from ..lazy import cst
from .calling import class_roles
from .queries import shown_expression
from .records import FunctionRecord, ModuleRecord
from .resolve import Resolver
from .terms import Collection, Computed, Constant, Item, Joined, Mapping, Result, Template, Term
from .values import NONE, FunctionValue, InstanceValue, Value

# What is written so is never awaitable.
_PLAIN_TERMS = (Collection, Computed, Constant, Item, Joined, Mapping, Template)


class DecorationKind(enum.Enum):
    """How a transaction decorates a function wrongly."""

    UNCALLED = "the method itself decorates"
    PLAIN = "a plain function is decorated"
    GENERATOR = "a generator function is decorated"


class WrongDecoration(NamedTuple):
    """A transaction that decorates what it cannot run."""

    kind: DecorationKind
    function: FunctionRecord
    decorator: cst.Decorator

    @property
    def source(self) -> str:
        """The decorator as messages show it."""
        return shown_expression(self.function.module, self.decorator.decorator)


def wrong_decorations(resolver: Resolver, module: ModuleRecord) -> Iterator[WrongDecoration]:
    """The functions of a module that a transaction decorates in vain."""
    for function in module.functions:
        for place, term in enumerate(function.decorators):
            kind = _decoration(resolver, term, function, is_innermost=place == len(function.decorators) - 1)
            if kind is not None and isinstance(function.node, cst.FunctionDef):
                yield WrongDecoration(kind, function, function.node.decorators[place])


def _decoration(
    resolver: Resolver, term: Term, function: FunctionRecord, *, is_innermost: bool
) -> DecorationKind | None:
    values = resolver.resolve(term)
    if not isinstance(term, Result):
        is_method = bool(values) and all(_gives_transaction(resolver, value) for value in values)
        return DecorationKind.UNCALLED if is_method else None
    if not values or not all(_decorates(resolver, value) for value in values):
        return None
    if function.is_generator:
        return DecorationKind.GENERATOR
    if function.is_async or not is_innermost or _may_return_awaitable(resolver, function):
        return None
    return DecorationKind.PLAIN


def _gives_transaction(resolver: Resolver, value: Value) -> bool:
    """`@db.transaction`"""
    if not isinstance(value, FunctionValue) or not value.function.module.is_stub or value.receiver is None:
        return False
    made = resolver.called(value, None)
    return bool(made) and all(_decorates(resolver, item) for item in made)


def _decorates(resolver: Resolver, value: Value) -> bool:
    """Whether a value is a transaction that can stand in front of a function."""
    return (
        isinstance(value, InstanceValue)
        and "transaction" in class_roles(resolver, value)
        and resolver.method(value.cls, "__call__") is not None
    )


def _may_return_awaitable(resolver: Resolver, function: FunctionRecord) -> bool:
    """A plain function that hands a coroutine on is awaited by the transaction's wrapper."""
    return any(
        not isinstance(value, InstanceValue) or resolver.method(value.cls, "__await__") is not None
        for term in function.returned
        if not isinstance(term, _PLAIN_TERMS)
        for value in resolver.resolve(term)
        if value != NONE
    )
