"""Statements and patterns, from Python's own tree to the nodes of a walk."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Sequence
from typing import Any

from asyncdb_lint import syntax
from asyncdb_lint.quick_tree import nodes as make
from asyncdb_lint.quick_tree.expressions import ARITHMETIC, MOST_LEVELS, Expressions, TooLittleKnown, operators
from asyncdb_lint.syntax import Maker

_Converter = Callable[["Statements", Any], Any]


class Statements(Expressions):
    """The conversion of one source."""

    def module(self, node: ast.Module) -> syntax.Module:
        """All of it."""
        made: syntax.Module = make.Module(self._statements(node.body))
        return made

    def _statements(self, nodes: Sequence[ast.stmt]) -> list[Any]:
        """Statements that each start a line; `a; b` is one line."""
        made: list[Any] = []
        line: list[Any] = []
        last: int | None = None
        for node in nodes:
            convert = _COMPOUND.get(type(node))
            if convert is not None:
                made.append(self.deeper(convert, node))
                continue
            if node.lineno != last:
                line = []
                made.append(make.SimpleStatementLine(line))
            line.append(self._small(node))
            last = node.end_lineno
        return made

    def _small(self, node: ast.stmt) -> Any:
        convert = _SMALL.get(type(node))
        if convert is None:
            raise TooLittleKnown
        return convert(self, node)

    def block(self, nodes: Sequence[ast.stmt]) -> Any:
        """The body of a compound statement."""
        first = nodes[0]
        if type(first) not in _COMPOUND and self.before(first):
            return make.SimpleStatementSuite([self._small(node) for node in nodes])
        return make.IndentedBlock(self._statements(nodes))

    def otherwise(self, nodes: Sequence[ast.stmt]) -> Any:
        """`else:`, if there is one."""
        return make.Else(self.block(nodes)) if nodes else None

    # -- each kind of small statement --------------------------------------------------------------------------------

    def _expression_statement(self, node: ast.Expr) -> Any:
        return make.Expr(self.expression(node.value))

    def _assign(self, node: ast.Assign) -> Any:
        targets = [make.AssignTarget(self.expression(target)) for target in node.targets]
        return make.Assign(targets, self.expression(node.value))

    def _annotated_assign(self, node: ast.AnnAssign) -> Any:
        return make.AnnAssign(self.expression(node.target), self.annotation(node.annotation), self.maybe(node.value))

    def _augmented_assign(self, node: ast.AugAssign) -> Any:
        return make.AugAssign(self.expression(node.target), _AUGMENTED[type(node.op)], self.expression(node.value))

    def _returned(self, node: ast.Return) -> Any:
        return make.Return(self.maybe(node.value))

    def _raised(self, node: ast.Raise) -> Any:
        cause = make.From(self.expression(node.cause)) if node.cause is not None else None
        return make.Raise(self.maybe(node.exc), cause)

    def _asserted(self, node: ast.Assert) -> Any:
        return make.Assert(self.expression(node.test), self.maybe(node.msg))

    def _deleted(self, node: ast.Delete) -> Any:
        if len(node.targets) == 1:
            return make.Del(self.expression(node.targets[0]))
        return make.Del(make.Tuple(self.elements(node.targets)))

    def _imported(self, node: ast.Import) -> Any:
        names = [make.ImportAlias(make.dotted(alias.name), make.renamed(alias.asname)) for alias in node.names]
        return make.Import(names)

    def _imported_from(self, node: ast.ImportFrom) -> Any:
        names = [make.ImportAlias(make.Name(alias.name), make.renamed(alias.asname)) for alias in node.names]
        return make.ImportFrom(
            make.dotted(node.module) if node.module else None,
            make.ImportStar() if node.names[0].name == "*" else names,
            node.level,
        )

    def _global_names(self, node: ast.Global) -> Any:
        return make.Global([make.NameItem(make.Name(name)) for name in node.names])

    def _nonlocal_names(self, node: ast.Nonlocal) -> Any:
        return make.Nonlocal([make.NameItem(make.Name(name)) for name in node.names])

    def _type_alias(self, node: Any) -> Any:
        return make.TypeAlias(self.expression(node.name), self.expression(node.value))

    # -- each kind of compound statement -----------------------------------------------------------------------------

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Any:
        return make.FunctionDef(
            make.Name(node.name),
            self.parameters(node.args),
            [make.Decorator(self.expression(item)) for item in node.decorator_list],
            self.annotation(node.returns),
            isinstance(node, ast.AsyncFunctionDef),
            self.block(node.body),
        )

    def _class_definition(self, node: ast.ClassDef) -> Any:
        return make.ClassDef(
            make.Name(node.name),
            [self.argument(base) for base in node.bases],
            [self.argument(keyword) for keyword in node.keywords],
            [make.Decorator(self.expression(item)) for item in node.decorator_list],
            self.block(node.body),
        )

    def _branch(self, node: ast.If) -> Any:
        chain = [node]
        while len(chain[-1].orelse) == 1 and isinstance(other := chain[-1].orelse[0], ast.If):
            chain.append(other)
        # A chain of `elif` is as deep as it is long.
        if len(chain) > MOST_LEVELS:
            raise TooLittleKnown
        made = self.otherwise(chain[-1].orelse)
        for part in reversed(chain):
            made = make.If(self.expression(part.test), self.block(part.body), made)
        return made

    def _for_loop(self, node: ast.For | ast.AsyncFor) -> Any:
        return make.For(
            self.expression(node.target),
            self.expression(node.iter),
            self.block(node.body),
            self.otherwise(node.orelse),
            isinstance(node, ast.AsyncFor),
        )

    def _while_loop(self, node: ast.While) -> Any:
        return make.While(self.expression(node.test), self.block(node.body), self.otherwise(node.orelse))

    def _tried(self, node: ast.Try) -> Any:
        return self._try(node, make.Try, make.ExceptHandler)

    def _tried_star(self, node: Any) -> Any:
        return self._try(node, make.TryStar, make.ExceptStarHandler)

    def _try(self, node: ast.Try, statement: Maker, handler: Maker) -> Any:
        return statement(
            self.block(node.body),
            [handler(self.maybe(item.type), make.renamed(item.name), self.block(item.body)) for item in node.handlers],
            self.otherwise(node.orelse),
            make.Finally(self.block(node.finalbody)) if node.finalbody else None,
        )

    def _with_block(self, node: ast.With | ast.AsyncWith) -> Any:
        items = [
            make.WithItem(
                self.expression(item.context_expr),
                make.AsName(self.expression(item.optional_vars)) if item.optional_vars is not None else None,
            )
            for item in node.items
        ]
        return make.With(items, self.block(node.body), isinstance(node, ast.AsyncWith))

    def _matched(self, node: ast.Match) -> Any:
        cases = [
            make.MatchCase(self.pattern(item.pattern), self.maybe(item.guard), self.block(item.body))
            for item in node.cases
        ]
        return make.Match(self.expression(node.subject), cases)

    def pattern(self, node: ast.pattern) -> Any:
        """The nodes of a pattern; its keys are left out, for they bind nothing."""
        match node:
            case ast.MatchAs(pattern=inner, name=name):
                return make.MatchAs(self.pattern(inner) if inner is not None else None, make.named(name))
            case ast.MatchOr(patterns=options):
                return make.MatchOr([make.MatchOrElement(self.pattern(option)) for option in options])
            case ast.MatchValue(value=value):
                return make.MatchValue(self.expression(value))
            case ast.MatchSingleton():
                return make.MatchSingleton()
            case ast.MatchClass(cls=cls, patterns=elements, kwd_patterns=keywords):
                return make.MatchClass(
                    self.expression(cls),
                    [make.MatchSequenceElement(self.pattern(element)) for element in elements],
                    [make.MatchKeywordElement(self.pattern(keyword)) for keyword in keywords],
                )
            case ast.MatchSequence(patterns=elements):
                return make.MatchList([self._element(element) for element in elements])
            case ast.MatchMapping(patterns=entries, rest=rest):
                made = [make.MatchMappingElement(self.pattern(entry)) for entry in entries]
                return make.MatchMapping(made, make.named(rest))
        raise TooLittleKnown

    def _element(self, node: ast.pattern) -> Any:
        if isinstance(node, ast.MatchStar):
            return make.MatchStar(make.named(node.name))
        return make.MatchSequenceElement(self.pattern(node))


_AUGMENTED = operators(ARITHMETIC, "Assign")
_SMALL: dict[type[ast.stmt], _Converter] = {
    ast.Expr: Statements._expression_statement,
    ast.Assign: Statements._assign,
    ast.AnnAssign: Statements._annotated_assign,
    ast.AugAssign: Statements._augmented_assign,
    ast.Return: Statements._returned,
    ast.Raise: Statements._raised,
    ast.Assert: Statements._asserted,
    ast.Delete: Statements._deleted,
    ast.Import: Statements._imported,
    ast.ImportFrom: Statements._imported_from,
    ast.Global: Statements._global_names,
    ast.Nonlocal: Statements._nonlocal_names,
    ast.Pass: lambda conversion, node: make.Pass(),
    ast.Break: lambda conversion, node: make.Break(),
    ast.Continue: lambda conversion, node: make.Continue(),
}
_COMPOUND: dict[type[ast.stmt], _Converter] = {
    ast.FunctionDef: Statements._function,
    ast.AsyncFunctionDef: Statements._function,
    ast.ClassDef: Statements._class_definition,
    ast.If: Statements._branch,
    ast.For: Statements._for_loop,
    ast.AsyncFor: Statements._for_loop,
    ast.While: Statements._while_loop,
    ast.Try: Statements._tried,
    ast.With: Statements._with_block,
    ast.AsyncWith: Statements._with_block,
    ast.Match: Statements._matched,
}
if sys.version_info >= (3, 11):
    _COMPOUND[ast.TryStar] = Statements._tried_star
if sys.version_info >= (3, 12):
    _SMALL[ast.TypeAlias] = Statements._type_alias
