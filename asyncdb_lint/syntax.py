"""The nodes that a walk reads: what a program does, and nothing of how it is written.

They are called as in LibCST, and so are their fields; an operator is the name of LibCST's class, and `asynchronous` a
bool. `quick_tree` makes them from what Python's own parser says, in a fifth of the time of LibCST's and without its
import, which takes longer than linting a small project; `full_tree` makes them from LibCST's nodes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

if TYPE_CHECKING:
    import libcst as cst


class _NodeType(type):
    """Makes the annotations of a class its fields; `dataclass` takes thirty times as long, and there are ninety."""

    def __new__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> _NodeType:
        inherited = tuple(field for base in bases for field in getattr(base, "fields", ()))
        slots = tuple(field for field in namespace.get("__annotations__", ()) if field != "fields")
        fields = inherited + tuple(field for field in slots if field != "full")
        return super().__new__(cls, name, bases, {**namespace, "__slots__": slots, "fields": fields})


class Node(metaclass=_NodeType):
    """A part of a tree. Nobody changes one, and each is what it is by identity."""

    fields: ClassVar[tuple[str, ...]]
    """The names of its fields, in the order in which `maker` takes them."""
    full: cst.CSTNode
    """The node that it stands for, or what is `Unfetched` in place of it, once a walk has noted it."""


class Tree(Protocol):
    """The tree of a module, and what becomes of its nodes when a walk notes them."""

    @property
    def module(self) -> Module:
        """The root."""
        ...

    def noted(self, node: Node, /) -> Any:
        """What records have in place of a node: LibCST's node, where that is known."""
        ...

    def expression(self, text: str) -> Expression | None:
        """The tree of an expression that stands in a text of the module; None if it is none."""
        ...


# -- expressions -------------------------------------------------------------------------------------------------------


class Expression(Node):
    """Whatever has a value."""


class Name(Expression):
    """`name`, also `None`, `True` and `False`."""

    value: str


class Attribute(Expression):
    """`value.attr`"""

    value: Expression
    attr: Name


class Arg(Node):
    """An argument; `star` is "", "*" or "**"."""

    value: Expression
    keyword: Name | None
    star: str


class Call(Expression):
    """`func(args)`"""

    func: Expression
    args: Sequence[Arg]


class Index(Node):
    """A key in brackets."""

    value: Expression


class Slice(Node):
    """`lower:upper:step` in brackets."""

    lower: Expression | None
    upper: Expression | None
    step: Expression | None


class SubscriptElement(Node):
    """What stands between the commas in brackets."""

    slice: Index | Slice


class Subscript(Expression):
    """`value[slice]`"""

    value: Expression
    slice: Sequence[SubscriptElement]


class Await(Expression):
    """`await expression`"""

    expression: Expression


class From(Node):
    """`from item`"""

    item: Expression


class Yield(Expression):
    """`yield value` and `yield from value`"""

    value: Expression | From | None


class IfExp(Expression):
    """`body if test else orelse`"""

    test: Expression
    body: Expression
    orelse: Expression


class BooleanOperation(Expression):
    """`left and right`"""

    left: Expression
    operator: str
    right: Expression


class BinaryOperation(Expression):
    """`left + right`"""

    left: Expression
    operator: str
    right: Expression


class UnaryOperation(Expression):
    """`not expression`"""

    operator: str
    expression: Expression


class ComparisonTarget(Node):
    """`< comparator`"""

    operator: str
    comparator: Expression


class Comparison(Expression):
    """`left < right <= ...`"""

    left: Expression
    comparisons: Sequence[ComparisonTarget]


class NamedExpr(Expression):
    """`(target := value)`"""

    target: Expression
    value: Expression


class SimpleString(Expression):
    """One literal of text or bytes."""

    value: str


class ConcatenatedString(Expression):
    """Literals one behind the other."""

    left: Expression
    right: Expression


class FormattedStringText(Node):
    """A piece of text in an f-string."""

    value: str


class FormattedStringExpression(Node):
    """A hole in an f-string."""

    expression: Expression
    format_spec: Sequence[FormattedStringText | FormattedStringExpression] | None


class FormattedString(Expression):
    """`f"..."`; `start` is what it begins with, such as `rf'''`."""

    start: str
    parts: Sequence[FormattedStringText | FormattedStringExpression]


class Integer(Expression):
    """An integer."""

    value: str


class Float(Expression):
    """A number with a point or an exponent."""

    value: str


class Imaginary(Expression):
    """An imaginary number."""

    value: str


class Ellipsis(Expression):  # noqa: A001 - as LibCST calls it
    """`...`"""


class Element(Node):
    """What stands between the commas of a list, a tuple or a set."""

    value: Expression


class StarredElement(Expression):
    """`*value` there."""

    value: Expression


class List(Expression):
    """`[a, b]`"""

    elements: Sequence[Element | StarredElement]


class Tuple(Expression):
    """`(a, b)`"""

    elements: Sequence[Element | StarredElement]


class Set(Expression):
    """`{a, b}`"""

    elements: Sequence[Element | StarredElement]


class DictElement(Node):
    """`key: value`"""

    key: Expression
    value: Expression


class StarredDictElement(Node):
    """`**value`"""

    value: Expression


class Dict(Expression):
    """`{a: b, **c}`"""

    elements: Sequence[DictElement | StarredDictElement]


class CompIf(Node):
    """`if test` in a comprehension."""

    test: Expression


class CompFor(Node):
    """`for target in iter` in a comprehension, and the clauses behind it."""

    target: Expression
    iter: Expression
    ifs: Sequence[CompIf]
    inner_for_in: CompFor | None
    asynchronous: bool


class ListComp(Expression):
    """`[elt for ...]`"""

    elt: Expression
    for_in: CompFor


class SetComp(Expression):
    """`{elt for ...}`"""

    elt: Expression
    for_in: CompFor


class GeneratorExp(Expression):
    """`(elt for ...)`"""

    elt: Expression
    for_in: CompFor


class DictComp(Expression):
    """`{key: value for ...}`"""

    key: Expression
    value: Expression
    for_in: CompFor


class Annotation(Node):
    """`: annotation` or `-> annotation`"""

    annotation: Expression


class Param(Node):
    """A parameter."""

    name: Name
    annotation: Annotation | None
    default: Expression | None


class Parameters(Node):
    """All parameters of a function."""

    posonly_params: Sequence[Param]
    params: Sequence[Param]
    star_arg: Param | None
    kwonly_params: Sequence[Param]
    star_kwarg: Param | None


class Lambda(Expression):
    """`lambda params: body`"""

    params: Parameters
    body: Expression


class OtherExpression(Expression):
    """An expression that nobody thought of yet, with those that are parts of it."""

    parts: Sequence[Expression]


# -- small statements --------------------------------------------------------------------------------------------------


class SmallStatement(Node):
    """A statement without others in it."""


class Expr(SmallStatement):
    """An expression by itself."""

    value: Expression


class AssignTarget(Node):
    """`target =`"""

    target: Expression


class Assign(SmallStatement):
    """`a = b = value`"""

    targets: Sequence[AssignTarget]
    value: Expression


class AnnAssign(SmallStatement):
    """`target: annotation = value`"""

    target: Expression
    annotation: Annotation
    value: Expression | None


class AugAssign(SmallStatement):
    """`target += value`"""

    target: Expression
    operator: str
    value: Expression


class Return(SmallStatement):
    """`return value`"""

    value: Expression | None


class Raise(SmallStatement):
    """`raise exc from cause`"""

    exc: Expression | None
    cause: From | None


class Assert(SmallStatement):
    """`assert test, msg`"""

    test: Expression
    msg: Expression | None


class Del(SmallStatement):
    """`del target`"""

    target: Expression


class Pass(SmallStatement):
    """`pass`"""


class Break(SmallStatement):
    """`break`"""


class Continue(SmallStatement):
    """`continue`"""


class AsName(Node):
    """`as name`"""

    name: Expression


class ImportAlias(Node):
    """`name as asname`"""

    name: Expression
    asname: AsName | None


class ImportStar(Node):
    """`*`"""


class Import(SmallStatement):
    """`import names`"""

    names: Sequence[ImportAlias]


class ImportFrom(SmallStatement):
    """`from module import names`, with `relative` points in front of the module."""

    module: Expression | None
    names: Sequence[ImportAlias] | ImportStar
    relative: int


class NameItem(Node):
    """A name of a `global` statement."""

    name: Name


class Global(SmallStatement):
    """`global names`"""

    names: Sequence[NameItem]


class Nonlocal(SmallStatement):
    """`nonlocal names`"""

    names: Sequence[NameItem]


class TypeAlias(SmallStatement):
    """`type name = value`"""

    name: Name
    value: Expression


# -- compound statements -----------------------------------------------------------------------------------------------


class CompoundStatement(Node):
    """A statement with others in it."""


class SimpleStatementLine(Node):
    """Small statements in a line."""

    body: Sequence[SmallStatement]


class Suite(Node):
    """The body of a compound statement."""

    body: Sequence[Node]


class IndentedBlock(Suite):
    """One of lines."""


class SimpleStatementSuite(Suite):
    """One behind the colon."""


class Module(Node):
    """The root."""

    body: Sequence[SimpleStatementLine | CompoundStatement]


class Decorator(Node):
    """`@decorator`"""

    decorator: Expression


class FunctionDef(CompoundStatement):
    """`def name(params) -> returns: body`"""

    name: Name
    params: Parameters
    decorators: Sequence[Decorator]
    returns: Annotation | None
    asynchronous: bool
    body: Suite


class ClassDef(CompoundStatement):
    """`class name(bases, keywords): body`"""

    name: Name
    bases: Sequence[Arg]
    keywords: Sequence[Arg]
    decorators: Sequence[Decorator]
    body: Suite


class Else(Node):
    """`else: body`"""

    body: Suite


class If(CompoundStatement):
    """`if test: body`"""

    test: Expression
    body: Suite
    orelse: If | Else | None


class For(CompoundStatement):
    """`for target in iter: body`"""

    target: Expression
    iter: Expression
    body: Suite
    orelse: Else | None
    asynchronous: bool


class While(CompoundStatement):
    """`while test: body`"""

    test: Expression
    body: Suite
    orelse: Else | None


class ExceptHandler(Node):
    """`except type as name: body`"""

    type: Expression | None
    name: AsName | None
    body: Suite


class ExceptStarHandler(Node):
    """`except* type as name: body`"""

    type: Expression
    name: AsName | None
    body: Suite


class Finally(Node):
    """`finally: body`"""

    body: Suite


class Try(CompoundStatement):
    """`try: body`"""

    body: Suite
    handlers: Sequence[ExceptHandler]
    orelse: Else | None
    finalbody: Finally | None


class TryStar(CompoundStatement):
    """`try: body`, with `except*`"""

    body: Suite
    handlers: Sequence[ExceptStarHandler]
    orelse: Else | None
    finalbody: Finally | None


class WithItem(Node):
    """`item as asname`"""

    item: Expression
    asname: AsName | None


class With(CompoundStatement):
    """`with items: body`"""

    items: Sequence[WithItem]
    body: Suite
    asynchronous: bool


# -- patterns ----------------------------------------------------------------------------------------------------------


class Pattern(Node):
    """What stands behind `case`."""


class MatchAs(Pattern):
    """`pattern as name`, `name` and `_`"""

    pattern: Pattern | None
    name: Name | None


class MatchOrElement(Node):
    """What stands between `|`."""

    pattern: Pattern


class MatchOr(Pattern):
    """`a | b`"""

    patterns: Sequence[MatchOrElement]


class MatchValue(Pattern):
    """A value to compare with."""

    value: Expression


class MatchSingleton(Pattern):
    """`None`, `True` or `False`"""


class MatchSequenceElement(Node):
    """What stands between the commas of a sequence."""

    value: Pattern


class MatchStar(Node):
    """`*name`"""

    name: Name | None


class MatchList(Pattern):
    """`[a, *b]` or `(a, *b)`"""

    patterns: Sequence[MatchSequenceElement | MatchStar]


class MatchKeywordElement(Node):
    """`key=pattern`"""

    pattern: Pattern


class MatchClass(Pattern):
    """`cls(patterns, kwds)`"""

    cls: Expression
    patterns: Sequence[MatchSequenceElement]
    kwds: Sequence[MatchKeywordElement]


class MatchMappingElement(Node):
    """`key: pattern`; the key binds nothing."""

    pattern: Pattern


class MatchMapping(Pattern):
    """`{key: pattern, **rest}`"""

    elements: Sequence[MatchMappingElement]
    rest: Name | None


class MatchCase(Node):
    """`case pattern if guard: body`"""

    pattern: Pattern
    guard: Expression | None
    body: Suite


class Match(CompoundStatement):
    """`match subject: cases`"""

    subject: Expression
    cases: Sequence[MatchCase]


# -- making them -------------------------------------------------------------------------------------------------------

Maker = Callable[..., Any]

_new: Callable[[type], Any] = object.__new__


def maker(cls: type[Node]) -> Maker:
    """What makes a node of a class from the values of its fields."""
    setters = [getattr(cls, name).__set__ for name in cls.fields]
    makers: dict[int, Callable[..., Maker]] = {0: _plain, 1: _of_one, 2: _of_two, 3: _of_three}
    return makers.get(len(setters), _of_several)(cls, *setters)


# The first ones are called for nearly every node; a loop over the setters would take twice as long.


def _plain(cls: type) -> Maker:
    return lambda: _new(cls)


def _of_one(cls: type, first: Maker) -> Maker:
    def make(one: object) -> Any:
        node = _new(cls)
        first(node, one)
        return node

    return make


def _of_two(cls: type, first: Maker, second: Maker) -> Maker:
    def make(one: object, two: object) -> Any:
        node = _new(cls)
        first(node, one)
        second(node, two)
        return node

    return make


def _of_three(cls: type, first: Maker, second: Maker, third: Maker) -> Maker:
    def make(one: object, two: object, three: object) -> Any:
        node = _new(cls)
        first(node, one)
        second(node, two)
        third(node, three)
        return node

    return make


def _of_several(cls: type, *setters: Maker) -> Maker:
    def make(*values: object) -> Any:
        node = _new(cls)
        for setter, value in zip(setters, values, strict=True):
            setter(node, value)
        return node

    return make
