"""LibCST's nodes with nothing in them but what a walk reads: no whitespace, no parentheses, no punctuation.

They are made without their own `__init__`, which sets twice as many fields. Who asks one of them for what it does not
have gets an AttributeError. The functions are called like the classes of what they make.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import libcst as cst

Maker = Callable[..., Any]

_new: Callable[[type], Any] = object.__new__


def maker(cls: type[cst.CSTNode], *names: str) -> Maker:
    """What makes a node of a class from the values of these fields, in this order."""
    setters = [getattr(cls, name).__set__ for name in names]
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


Name = maker(cst.Name, "value")
Attribute = maker(cst.Attribute, "value", "attr")
Call = maker(cst.Call, "func", "args")
Arg = maker(cst.Arg, "value", "keyword", "star")
Subscript = maker(cst.Subscript, "value", "slice")
SubscriptElement = maker(cst.SubscriptElement, "slice")
Index = maker(cst.Index, "value")
Slice = maker(cst.Slice, "lower", "upper", "step")
Await = maker(cst.Await, "expression")
Yield = maker(cst.Yield, "value")
From = maker(cst.From, "item")
Lambda = maker(cst.Lambda, "params", "body")
IfExp = maker(cst.IfExp, "test", "body", "orelse")
BooleanOperation = maker(cst.BooleanOperation, "left", "operator", "right")
BinaryOperation = maker(cst.BinaryOperation, "left", "operator", "right")
UnaryOperation = maker(cst.UnaryOperation, "operator", "expression")
Comparison = maker(cst.Comparison, "left", "comparisons")
ComparisonTarget = maker(cst.ComparisonTarget, "operator", "comparator")
NamedExpr = maker(cst.NamedExpr, "target", "value")
SimpleString = maker(cst.SimpleString, "value")
ConcatenatedString = maker(cst.ConcatenatedString, "left", "right")
FormattedString = maker(cst.FormattedString, "start", "parts")
FormattedStringText = maker(cst.FormattedStringText, "value")
FormattedStringExpression = maker(cst.FormattedStringExpression, "expression", "format_spec")
Integer = maker(cst.Integer, "value")
Float = maker(cst.Float, "value")
Imaginary = maker(cst.Imaginary, "value")
EllipsisLiteral = maker(cst.Ellipsis)
List = maker(cst.List, "elements")
Tuple = maker(cst.Tuple, "elements")
Set = maker(cst.Set, "elements")
Element = maker(cst.Element, "value")
StarredElement = maker(cst.StarredElement, "value")
Dict = maker(cst.Dict, "elements")
DictElement = maker(cst.DictElement, "key", "value")
StarredDictElement = maker(cst.StarredDictElement, "value")
ListComp = maker(cst.ListComp, "elt", "for_in")
SetComp = maker(cst.SetComp, "elt", "for_in")
GeneratorExp = maker(cst.GeneratorExp, "elt", "for_in")
DictComp = maker(cst.DictComp, "key", "value", "for_in")
CompFor = maker(cst.CompFor, "target", "iter", "ifs", "inner_for_in", "asynchronous")
CompIf = maker(cst.CompIf, "test")
Annotation = maker(cst.Annotation, "annotation")

Module = maker(cst.Module, "body")
SimpleStatementLine = maker(cst.SimpleStatementLine, "body")
SimpleStatementSuite = maker(cst.SimpleStatementSuite, "body")
IndentedBlock = maker(cst.IndentedBlock, "body")
Expr = maker(cst.Expr, "value")
Assign = maker(cst.Assign, "targets", "value")
AssignTarget = maker(cst.AssignTarget, "target")
AnnAssign = maker(cst.AnnAssign, "target", "annotation", "value")
AugAssign = maker(cst.AugAssign, "target", "operator", "value")
Return = maker(cst.Return, "value")
Raise = maker(cst.Raise, "exc", "cause")
Assert = maker(cst.Assert, "test", "msg")
Del = maker(cst.Del, "target")
Pass = maker(cst.Pass)
Break = maker(cst.Break)
Continue = maker(cst.Continue)
Import = maker(cst.Import, "names")
ImportFrom = maker(cst.ImportFrom, "module", "names", "relative")
ImportStar = maker(cst.ImportStar)
ImportAlias = maker(cst.ImportAlias, "name", "asname")
AsName = maker(cst.AsName, "name")
Global = maker(cst.Global, "names")
Nonlocal = maker(cst.Nonlocal, "names")
NameItem = maker(cst.NameItem, "name")
TypeAlias = maker(cst.TypeAlias, "name", "value")

FunctionDef = maker(cst.FunctionDef, "name", "params", "decorators", "returns", "asynchronous", "body")
ClassDef = maker(cst.ClassDef, "name", "bases", "keywords", "decorators", "body")
Decorator = maker(cst.Decorator, "decorator")
Parameters = maker(cst.Parameters, "posonly_params", "params", "star_arg", "kwonly_params", "star_kwarg")
Param = maker(cst.Param, "name", "annotation", "default")
If = maker(cst.If, "test", "body", "orelse")
Else = maker(cst.Else, "body")
For = maker(cst.For, "target", "iter", "body", "orelse", "asynchronous")
While = maker(cst.While, "test", "body", "orelse")
Try = maker(cst.Try, "body", "handlers", "orelse", "finalbody")
TryStar = maker(cst.TryStar, "body", "handlers", "orelse", "finalbody")
ExceptHandler = maker(cst.ExceptHandler, "type", "name", "body")
ExceptStarHandler = maker(cst.ExceptStarHandler, "type", "name", "body")
Finally = maker(cst.Finally, "body")
With = maker(cst.With, "items", "body", "asynchronous")
WithItem = maker(cst.WithItem, "item", "asname")
Match = maker(cst.Match, "subject", "cases")
MatchCase = maker(cst.MatchCase, "pattern", "guard", "body")
MatchAs = maker(cst.MatchAs, "pattern", "name")
MatchOr = maker(cst.MatchOr, "patterns")
MatchOrElement = maker(cst.MatchOrElement, "pattern")
MatchValue = maker(cst.MatchValue, "value")
MatchSingleton = maker(cst.MatchSingleton)
MatchClass = maker(cst.MatchClass, "cls", "patterns", "kwds")
MatchKeywordElement = maker(cst.MatchKeywordElement, "pattern")
MatchList = maker(cst.MatchList, "patterns")
MatchSequenceElement = maker(cst.MatchSequenceElement, "value")
MatchStar = maker(cst.MatchStar, "name")
MatchMapping = maker(cst.MatchMapping, "elements", "rest")
MatchMappingElement = maker(cst.MatchMappingElement, "pattern")


def shared(cls: type[cst.CSTNode]) -> Any:
    """A node of which only the class says something, so that one is enough for all."""
    return _new(cls)


ASYNCHRONOUS = shared(cst.Asynchronous)


def dotted(name: str) -> Any:
    """The nodes of `a.b.c`."""
    first, *others = name.split(".")
    made = Name(first)
    for other in others:
        made = Attribute(made, Name(other))
    return made


def named(name: str | None) -> Any:
    """The node of a name, if there is one."""
    return Name(name) if name is not None else None


def renamed(name: str | None) -> Any:
    """The node of `as name`, if there is one."""
    return AsName(Name(name)) if name is not None else None
