"""Symbolic terms: what the source says an expression is, before anything is known of other modules.

A term is written down once, while a function is walked, and resolved to values only when somebody asks
(`resolve.Resolver`). Terms compare by identity, so they are cheap to make and to use as keys.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..unfetched import NodeField, is_node

if TYPE_CHECKING:
    import libcst as cst

    from .records import CallRecord, ClassRecord, ExceptClause, FunctionRecord, ModuleRecord, Use


class Restorable:
    """Something that a summary restores bit by bit; the nodes of its tree are fetched when they are asked for."""

    __slots__ = ("_origin",)

    def __init_subclass__(cls) -> None:
        for name, annotation in inspect.get_annotations(cls).items():
            # Of a dataclass with slots there are two classes, and only the second one has the slots.
            if name in cls.__dict__.get("__slots__", ()) and is_node(annotation):
                setattr(cls, name, NodeField(cls.__dict__[name]))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """Restores or fetches what is not set."""
            if name == "_origin" or not hasattr(type(self), name) or not hasattr(self, "_origin"):
                raise AttributeError(f"{type(self).__name__} has no {name}")
            return self._origin.supply(self, name)


@dataclass(slots=True, eq=False)
class Term(Restorable):
    """What an expression is, as far as its own source tells."""


@dataclass(slots=True, eq=False)
class Unknown(Term):
    """Nothing is known."""


UNKNOWN = Unknown()


@dataclass(slots=True, eq=False)
class Constant(Term):
    """A literal: text, bytes, number, bool, None or Ellipsis."""

    value: object
    node: cst.BaseExpression | None = None
    """Where a text is written."""


@dataclass(slots=True, eq=False)
class Hole(Restorable):
    """A place in a text that an expression fills in."""

    term: Term
    node: cst.BaseExpression
    spec: str = ""


@dataclass(slots=True, eq=False)
class Template(Term):
    """Text put together from literal pieces and holes: f-strings, `%`, `.format`, `+`, `join`."""

    parts: tuple[str | Hole, ...]
    node: cst.BaseExpression


@dataclass(slots=True, eq=False)
class GlobalName(Term):
    """A name of a module's namespace, or a builtin."""

    module: ModuleRecord
    name: str


@dataclass(slots=True, eq=False)
class Import(Term):
    """What an import binds: module `dotted` (with `level` leading dots), or `name` in it."""

    module: ModuleRecord
    level: int
    dotted: str
    name: str | None = None


@dataclass(slots=True, eq=False)
class Parameter(Term):
    """A parameter inside its own function."""

    function: FunctionRecord
    name: str


@dataclass(slots=True, eq=False)
class Attribute(Term):
    """`base.name`"""

    base: Term
    name: str
    node: cst.BaseExpression | None = None


@dataclass(slots=True, eq=False)
class Result(Term):
    """What a call returns."""

    call: CallRecord


@dataclass(slots=True, eq=False)
class Caught(Term):
    """The exception that an `except ... as name` binds."""

    clause: ExceptClause


@dataclass(slots=True, eq=False)
class Awaited(Term):
    """What `await base` gives."""

    base: Term


@dataclass(slots=True, eq=False)
class Entered(Term):
    """What `with base as x` or `async with base as x` binds."""

    base: Term
    is_async: bool


@dataclass(slots=True, eq=False)
class Element(Term):
    """What iterating `base` yields."""

    base: Term
    is_async: bool


@dataclass(slots=True, eq=False)
class Item(Term):
    """`base[key]`; in annotations, a subscripted type."""

    base: Term
    key: Term


@dataclass(slots=True, eq=False)
class Injected(Term):
    """What a container of dependencies passes for `base`: what a provider gives, or `base` itself."""

    base: Term


@dataclass(slots=True, eq=False)
class Choice(Term):
    """One of several: branches joined, `a if c else b`, `a or b`, `A | B` between types."""

    options: tuple[Term, ...]


@dataclass(slots=True, eq=False)
class Checked(Term):
    """A value that passed a membership or equality test against a closed set on the way here."""

    base: Term


@dataclass(slots=True, eq=False)
class Narrowed(Term):
    """A value that passed `isinstance(value, type)`."""

    base: Term
    type: Term


@dataclass(slots=True, eq=False)
class Computed(Term):
    """The value of an operator: arithmetic, comparison, negation."""

    operator: str
    operands: tuple[Term, ...]
    nodes: tuple[cst.BaseExpression, ...]


@dataclass(slots=True, eq=False)
class Joined(Term):
    """`separator.join(items)`"""

    separator: Term
    items: Term


@dataclass(slots=True, eq=False)
class Collection(Term):
    """A list, tuple, set or comprehension; elements may be added later in the function."""

    kind: str
    elements: list[Term]
    uses: list[Use] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Mapping(Term):
    """A dict display or comprehension; a key of None stands for `**other`."""

    entries: list[tuple[Term | None, Term]]
    uses: list[Use] = field(default_factory=list)
    node: cst.Dict | None = None
    """The display that it is written as."""
    written: int = field(init=False)
    """How many entries it starts with; those behind them were added by statements, which may not have run."""

    def __post_init__(self) -> None:
        """Notes how many entries it starts with."""
        self.written = len(self.entries)


@dataclass(slots=True, eq=False)
class FunctionTerm(Term):
    """A function or lambda defined here."""

    function: FunctionRecord


@dataclass(slots=True, eq=False)
class ClassTerm(Term):
    """A class defined here."""

    cls: ClassRecord


def choice(options: list[Term]) -> Term:
    """Joins options, flattening nested choices and dropping repeats."""
    flat: list[Term] = []
    for option in options:
        for term in option.options if isinstance(option, Choice) else (option,):
            if not any(term is seen for seen in flat):
                flat.append(term)
    if not flat:
        return UNKNOWN
    # A variable rewritten on every branch of a long function would grow without end.
    return flat[0] if len(flat) == 1 else Choice(tuple(flat[:24]))


def last_name(term: Term) -> str | None:
    """The rightmost name of `a.b.c`, for looking calls up before resolving them."""
    match term:
        case Attribute(name=name) | GlobalName(name=name):
            return name
        case Import(name=name, dotted=dotted):
            return name or dotted.rpartition(".")[2]
        case FunctionTerm(function=function):
            return function.name
        case ClassTerm(cls=cls):
            return cls.name
        case Parameter(name=name):
            return name
        case _:
            return None


def decorating(decorator: Term) -> Term:
    """What decorates: `cache` for `@cache` and for `@cache(ttl=60)`."""
    return decorator.call.callee if isinstance(decorator, Result) else decorator


def arguments_of(key: Term) -> list[Term]:
    """The arguments of a subscripted type: at least one, for of `Annotated[()]` nobody knows what it is."""
    return list(key.elements) or [UNKNOWN] if isinstance(key, Collection) and key.kind == "tuple" else [key]
