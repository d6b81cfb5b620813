"""What a walk notes down: modules, classes, functions, calls, and what became of each call's result.

Records are filled while their module is walked and are only read afterwards. They lead to one another, so none shows
what is in it: that would be the whole project.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..files import NOTEBOOK_SUFFIX
from ..lazy import cst
from ..unfetched import identity
from .terms import Restorable, last_name

if TYPE_CHECKING:
    from pathlib import Path

    from ..parsing import ParsedModule
    from .terms import Collection, GlobalName, Mapping, Result, Term


class UseKind(enum.Enum):
    """What was done with a value."""

    BOUND = "bound to a name"
    DISCARDED = "discarded"
    AWAITED = "awaited"
    TESTED = "tested"
    COMPARED = "compared"
    SUBSCRIPTED = "indexed"
    ITERATED = "iterated"
    ASYNC_ITERATED = "iterated with async for"
    ENTERED = "entered"
    ASYNC_ENTERED = "entered with async with"
    FORMATTED = "formatted"
    OPERAND = "used with an operator"
    ATTRIBUTE = "asked for an attribute"
    CALLED = "called"
    RETURNED = "returned"
    YIELDED = "yielded"
    ARGUMENT = "passed on"
    STORED = "stored"
    UNPACKED = "unpacked"
    ITEM_SET = "given an item"
    DELETED = "deleted, or an item of it"
    OTHER = "used"

    # A walk looks kinds up in sets for each use; `Enum` hashes the name each time, in Python.
    __hash__ = object.__hash__


@dataclass(slots=True, eq=False, repr=False)
class Use(Restorable):
    """One use of a value: how, where, and for an argument the call it was passed to."""

    kind: UseKind
    node: cst.CSTNode
    function: FunctionRecord
    call: CallRecord | None = None
    argument: int = 0
    name: str | None = None
    contained: bool = False
    """The value was inside a collection, and this was done with the collection."""
    taken: bool = False
    """This was done with something taken out of the value, not with the value itself."""
    is_certain: bool = True
    """This was done with this very value: `isinstance` did not ask before, and it was not one of several in a list."""
    holder: Term | None = None
    """What the value was put into: the `a` of `a.name = value`, `a[key] = value` and `a.append(value)`."""

    @property
    def is_starred(self) -> bool:
        """Whether the argument is `*value` or `**value`."""
        return (
            self.call is not None
            and self.argument < len(self.call.arguments)
            and bool(self.call.arguments[self.argument].star)
        )

    @property
    def attribute(self) -> str:
        """The attribute that was asked for."""
        return self.name or "" if self.kind is UseKind.ATTRIBUTE else ""


class ContextKind(enum.Enum):
    """What a statement stands in, inside its function."""

    TRY = "try body"
    EXCEPT = "except handler"
    FINALLY = "finally"
    LOOP = "loop"
    COMPREHENSION = "comprehension"
    WITH = "with"
    ASYNC_WITH = "async with"
    MAIN = "if __name__ == '__main__'"


@dataclass(slots=True, eq=False, repr=False)
class ExceptClause(Restorable):
    """`except types as name:`"""

    types: tuple[Term, ...]
    node: cst.CSTNode
    is_bare: bool
    raises_again: bool = False
    """Whether what it has caught may go on from it: `raise`, `raise error`."""


@dataclass(slots=True, eq=False, repr=False)
class Context(Restorable):
    """One enclosing construct; `parent` leads outwards to the function's own body (None)."""

    kind: ContextKind
    parent: Context | None
    node: cst.CSTNode
    clauses: tuple[ExceptClause, ...] = ()
    items: tuple[Term, ...] = ()
    """What a `with` enters, or a `for` iterates."""
    entered: cst.CSTNode | None = None
    """The expression that a `with` enters."""
    is_async: bool = False
    """Whether it is an `async for`, or such a clause of a comprehension: it waits for its items."""

    first: Context | None = None
    """Of a `try`, a `with` or a loop in the body of a loop that was walked twice: what it was the first time."""

    def is_same(self, other: Context) -> bool:
        """Whether another context stands for the same construct."""
        if self is other or (self.first or self) is (other.first or other):
            return True
        return self.kind is other.kind and self.kind not in _LISTED and identity(self) == identity(other)


_LISTED = {ContextKind.TRY, ContextKind.WITH, ContextKind.ASYNC_WITH, ContextKind.LOOP}


def outwards(context: Context | None) -> Iterator[Context]:
    """A context and all around it in its function, from the inside out."""
    while context is not None:
        yield context
        context = context.parent


def stands_in(context: Context | None, outer: Context) -> bool:
    """Whether a context is another one, or lies in it."""
    return any(inner.is_same(outer) for inner in outwards(context))


def within_node(context: Context | None, node: cst.CSTNode) -> bool:
    """Whether a context, or one around it, is the construct of a node."""
    return any(outer.node is node for outer in outwards(context))


def in_generator_expression(context: Context | None) -> bool:
    """Whether an `await` here would turn a generator expression into an asynchronous one."""
    return any(isinstance(outer.node, cst.GeneratorExp) for outer in outwards(context))


@dataclass(slots=True, eq=False, repr=False)
class Argument(Restorable):
    """One argument of a call; `star` is "", "*" or "**"."""

    term: Term
    keyword: str | None
    star: str
    node: cst.BaseExpression


@dataclass(slots=True, eq=False, repr=False)
class CallRecord(Restorable):
    """One call expression and what became of its result."""

    module: ModuleRecord
    function: FunctionRecord
    node: cst.Call
    callee: Term
    arguments: tuple[Argument, ...]
    context: Context | None
    statement: cst.CSTNode
    uses: list[Use] = field(default_factory=list)
    awaited_uses: list[Use] = field(default_factory=list)
    result: Result = field(init=False)

    def argument(self, position: int, keyword: str) -> Argument | None:
        """The argument at `position` or named `keyword`; None if absent or hidden behind a star."""
        for argument in self.arguments:
            if argument.keyword == keyword:
                return argument
        index = 0
        for argument in self.arguments:
            if argument.star:
                return None
            if argument.keyword is None:
                if index == position:
                    return argument
                index += 1
        return None


# No class of a project can have a method on these.
_NEVER_AN_INSTANCE = frozenset({"str", "int", "float", "bool", "bytes", "dict", "list", "tuple", "set"})


class ParameterKind(enum.Enum):
    """How a parameter takes its argument."""

    POSITIONAL = "positional"
    KEYWORD = "keyword"
    ARGS = "*args"
    KWARGS = "**kwargs"


@dataclass(slots=True, eq=False, repr=False)
class ParameterRecord(Restorable):
    """A parameter as declared."""

    name: str
    kind: ParameterKind
    annotation: Term | None
    default: Term | None
    node: cst.Param


@dataclass(slots=True, eq=False, repr=False)
class Returned(Restorable):
    """A `return`: what it gives, and what it stands in."""

    node: cst.Return
    term: Term
    context: Context | None


@dataclass(slots=True, eq=False, repr=False)
class Unpacked(Restorable):
    """A value taken apart into several names: `a, b = value`, `for a, b in values`."""

    target: cst.Tuple | cst.List
    value: Term
    source: cst.BaseExpression
    """What is taken apart, as written; of a loop, what it iterates."""
    function: FunctionRecord


@dataclass(slots=True, eq=False, repr=False)
class Spread(Restorable):
    """`*value` among the elements of a list or the arguments of a call."""

    value: Term
    node: cst.BaseExpression
    function: FunctionRecord


@dataclass(slots=True, eq=False, repr=False)
class Member(Restorable):
    """`self.name = value`, in a method: an attribute of its class."""

    method: FunctionRecord
    name: str
    value: Term
    annotation: Term | None


@dataclass(slots=True, eq=False, repr=False, kw_only=True)
class Notes(Restorable):
    """What a walk notes down for the whole module, of the module's own body or of one function in it."""

    stars: list[Term] = field(default_factory=list)
    functions: list[FunctionRecord] = field(default_factory=list)
    classes: list[ClassRecord] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    collections: list[Collection | Mapping] = field(default_factory=list)
    references: dict[str, list[Use]] = field(default_factory=dict)
    attribute_uses: dict[str, list[Use]] = field(default_factory=dict)
    item_uses: dict[str, list[Use]] = field(default_factory=dict)
    """What was done with `a["key"]` and `a.get("key")`, whatever `a` is, by key."""
    aliases: dict[str, set[str]] = field(default_factory=dict)
    submodules: dict[str, list[str]] = field(default_factory=dict)
    unpacked: dict[int, Unpacked] = field(default_factory=dict)
    """Values that are taken apart, by the identity of the target's node."""
    spread: dict[int, Spread] = field(default_factory=dict)
    """Values whose items are put into a list, a tuple or a call, by the identity of the node."""
    declared: dict[int, tuple[Term, Term]] = field(default_factory=dict)
    """What local variables are annotated with, by the identity of what they are set to; both terms, kept alive."""
    bare_dependencies: list[Term] = field(default_factory=list)
    """Annotations of parameters whose default is `Depends()` alone."""


@dataclass(slots=True, eq=False, repr=False)
class FunctionRecord(Restorable):
    """A function, method, lambda, or a module's own body (`is_module`)."""

    module: ModuleRecord
    name: str
    qualname: str
    node: cst.CSTNode
    is_async: bool
    owner: ClassRecord | None = None
    parent: FunctionRecord | None = None
    is_module: bool = False
    is_lambda: bool = False
    is_generator: bool = False
    parameters: list[ParameterRecord] = field(default_factory=list)
    decorators: list[Term] = field(default_factory=list)
    returns: Term | None = None
    returned: list[Term] = field(default_factory=list)
    returns_at: dict[int, Returned] = field(default_factory=dict)
    """The `return` statements, by the identity of their nodes."""
    yielded: list[Term] = field(default_factory=list)
    calls: list[CallRecord] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    parameter_uses: dict[str, list[Use]] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)
    """The parameters that are known to be one of certain texts if the function comes to its end."""
    bindings: dict[str, list[Term]] = field(default_factory=dict)
    nested: list[FunctionRecord] = field(default_factory=list)
    tries: list[Context] = field(default_factory=list)
    withs: list[Context] = field(default_factory=list)
    loops: list[Context] = field(default_factory=list)
    yields_in: list[Context | None] = field(default_factory=list)
    calls_before_yield: int = 0
    """How many of its calls come before its first `yield`."""
    notes: Notes = field(default_factory=Notes)
    """Where a walk of its body notes what counts for the module: nested functions share those of the outermost."""
    roles: frozenset[str] | None = None
    """The roles that a stub gives it, as soon as somebody has asked."""

    def parameter(self, name: str) -> ParameterRecord | None:
        """The parameter called `name`."""
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

    @property
    def is_method(self) -> bool:
        """Whether the first parameter is the instance or class."""
        if not self.is_member or any(last_name(decorator) == "staticmethod" for decorator in self.decorators):
            return False
        # `def by_name(name: str)` in a class is asked of the class: only `@staticmethod` was left out.
        first = self.parameters[0].annotation if self.parameters else None
        return first is None or last_name(first) not in _NEVER_AN_INSTANCE

    @property
    def is_member(self) -> bool:
        """Whether it is defined in the body of a class."""
        return self.owner is not None and self.parent is None


@dataclass(slots=True, eq=False, repr=False)
class AttributeRecord(Restorable):
    """An attribute of a class: declared type and everything assigned to it."""

    annotation: Term | None = None
    values: list[Term] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class ClassRecord(Restorable):
    """A class with its bases, attributes (class level and `self.x`) and methods."""

    module: ModuleRecord
    name: str
    qualname: str
    node: cst.ClassDef
    bases: list[Term] = field(default_factory=list)
    metaclass: Term | None = None
    decorators: list[Term] = field(default_factory=list)
    attributes: dict[str, AttributeRecord] = field(default_factory=dict)
    methods: dict[str, FunctionRecord] = field(default_factory=dict)
    classes: dict[str, ClassRecord] = field(default_factory=dict)
    field_order: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False, repr=False)
class Store(Restorable):
    """`base.name = value`, anywhere in a function."""

    base: Term
    name: str
    value: Term
    function: FunctionRecord
    node: cst.CSTNode


@dataclass(slots=True, eq=False, repr=False)
class ModuleRecord(Notes):
    """Everything a walk learned about one module."""

    path: Path
    parsed: ParsedModule
    is_stub: bool = False
    bindings: dict[str, list[Term]] = field(default_factory=dict)
    annotations: dict[str, Term] = field(default_factory=dict)
    body: FunctionRecord | None = None
    names: dict[str, GlobalName] = field(default_factory=dict)
    runs_as_script: bool = False
    is_bound_inside: bool = False
    """Whether a function binds names of the module (`global`)."""
    walked: dict[int, FunctionRecord] = field(default_factory=dict)
    """The functions of the module's own scope and of its classes, by the identity of their nodes."""
    shape: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    """The names that the module's own body binds, and for each what it may import: bodies of functions ask for that."""

    @property
    def is_notebook(self) -> bool:
        """Whether the module is made of the cells of a notebook, which run one by one, and may await."""
        return self.path.suffix == NOTEBOOK_SUFFIX
