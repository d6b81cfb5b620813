"""What makes the nodes of a walk, called like the classes of what it makes."""

from __future__ import annotations

from typing import Any

from asyncdb_lint import syntax
from asyncdb_lint.syntax import maker

Name = maker(syntax.Name)
Attribute = maker(syntax.Attribute)
Call = maker(syntax.Call)
Arg = maker(syntax.Arg)
Subscript = maker(syntax.Subscript)
SubscriptElement = maker(syntax.SubscriptElement)
Index = maker(syntax.Index)
Slice = maker(syntax.Slice)
Await = maker(syntax.Await)
Yield = maker(syntax.Yield)
From = maker(syntax.From)
Lambda = maker(syntax.Lambda)
IfExp = maker(syntax.IfExp)
BooleanOperation = maker(syntax.BooleanOperation)
BinaryOperation = maker(syntax.BinaryOperation)
UnaryOperation = maker(syntax.UnaryOperation)
Comparison = maker(syntax.Comparison)
ComparisonTarget = maker(syntax.ComparisonTarget)
NamedExpr = maker(syntax.NamedExpr)
SimpleString = maker(syntax.SimpleString)
ConcatenatedString = maker(syntax.ConcatenatedString)
FormattedString = maker(syntax.FormattedString)
FormattedStringText = maker(syntax.FormattedStringText)
FormattedStringExpression = maker(syntax.FormattedStringExpression)
Integer = maker(syntax.Integer)
Float = maker(syntax.Float)
Imaginary = maker(syntax.Imaginary)
EllipsisLiteral = maker(syntax.Ellipsis)
List = maker(syntax.List)
Tuple = maker(syntax.Tuple)
Set = maker(syntax.Set)
Element = maker(syntax.Element)
StarredElement = maker(syntax.StarredElement)
Dict = maker(syntax.Dict)
DictElement = maker(syntax.DictElement)
StarredDictElement = maker(syntax.StarredDictElement)
ListComp = maker(syntax.ListComp)
SetComp = maker(syntax.SetComp)
GeneratorExp = maker(syntax.GeneratorExp)
DictComp = maker(syntax.DictComp)
CompFor = maker(syntax.CompFor)
CompIf = maker(syntax.CompIf)
Annotation = maker(syntax.Annotation)

Module = maker(syntax.Module)
SimpleStatementLine = maker(syntax.SimpleStatementLine)
SimpleStatementSuite = maker(syntax.SimpleStatementSuite)
IndentedBlock = maker(syntax.IndentedBlock)
Expr = maker(syntax.Expr)
Assign = maker(syntax.Assign)
AssignTarget = maker(syntax.AssignTarget)
AnnAssign = maker(syntax.AnnAssign)
AugAssign = maker(syntax.AugAssign)
Return = maker(syntax.Return)
Raise = maker(syntax.Raise)
Assert = maker(syntax.Assert)
Del = maker(syntax.Del)
Pass = maker(syntax.Pass)
Break = maker(syntax.Break)
Continue = maker(syntax.Continue)
Import = maker(syntax.Import)
ImportFrom = maker(syntax.ImportFrom)
ImportStar = maker(syntax.ImportStar)
ImportAlias = maker(syntax.ImportAlias)
AsName = maker(syntax.AsName)
Global = maker(syntax.Global)
Nonlocal = maker(syntax.Nonlocal)
NameItem = maker(syntax.NameItem)
TypeAlias = maker(syntax.TypeAlias)

FunctionDef = maker(syntax.FunctionDef)
ClassDef = maker(syntax.ClassDef)
Decorator = maker(syntax.Decorator)
Parameters = maker(syntax.Parameters)
Param = maker(syntax.Param)
If = maker(syntax.If)
Else = maker(syntax.Else)
For = maker(syntax.For)
While = maker(syntax.While)
Try = maker(syntax.Try)
TryStar = maker(syntax.TryStar)
ExceptHandler = maker(syntax.ExceptHandler)
ExceptStarHandler = maker(syntax.ExceptStarHandler)
Finally = maker(syntax.Finally)
With = maker(syntax.With)
WithItem = maker(syntax.WithItem)
Match = maker(syntax.Match)
MatchCase = maker(syntax.MatchCase)
MatchAs = maker(syntax.MatchAs)
MatchOr = maker(syntax.MatchOr)
MatchOrElement = maker(syntax.MatchOrElement)
MatchValue = maker(syntax.MatchValue)
MatchSingleton = maker(syntax.MatchSingleton)
MatchClass = maker(syntax.MatchClass)
MatchKeywordElement = maker(syntax.MatchKeywordElement)
MatchList = maker(syntax.MatchList)
MatchSequenceElement = maker(syntax.MatchSequenceElement)
MatchStar = maker(syntax.MatchStar)
MatchMapping = maker(syntax.MatchMapping)
MatchMappingElement = maker(syntax.MatchMappingElement)


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
