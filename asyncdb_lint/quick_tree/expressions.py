"""Expressions, from Python's own tree to the nodes of a walk."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

from asyncdb_lint.quick_tree import nodes as make
from asyncdb_lint.syntax import Maker

# Beyond so many levels, LibCST's parser may give up (see `nesting`).
MOST_LEVELS = 60
_MOST_STRINGS = 60
_STRING = re.compile(
    rb"""[rbfuRBFU]{0,2}(?:
          '''(?:[^'\\]|\\.|'(?!''))*'''  |  \"""(?:[^"\\]|\\.|"(?!""))*\"""
        | '(?:[^'\\]|\\.)*'              |  "(?:[^"\\]|\\.)*" )""",
    re.DOTALL | re.VERBOSE,
)
# Python's tree does not tell the line ends of an f-string, and LibCST has its own idea of named characters.
_NOT_AS_WRITTEN = re.compile(rb"\r|\\N\{")
# `{value=}`: the first part is text as well, to Python's tree.
_SHOWN_WITH_SOURCE = re.compile(rb"(?:\{([^{}]*))?(=\s*)(?:![rsa])?\s*[:}]")
# What the text of a literal cannot have in it as it is.
_TO_ESCAPE = re.compile(r"[\\\r\0\ud800-\udfff]")
_KNOWS_PLACES_IN_FORMATTED = sys.version_info >= (3, 12)
_SINGLETONS = {True: "True", False: "False", None: "None"}


class TooLittleKnown(Exception):
    """Something that Python's own tree does not tell, or that may be too much for LibCST."""


class Expressions:
    """The part of a conversion that makes expressions."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._lines: list[bytes] | None = None
        self._depth = 0
        self._formatted_source: bytes | None = None
        """The f-string around, if there is one."""

    def expression(self, node: ast.expr) -> Any:
        """The nodes of an expression."""
        return self.deeper(_EXPRESSIONS.get(type(node)), node)

    def deeper(self, convert: Callable[[Any, Any], Any] | None, node: ast.AST) -> Any:
        """What a node becomes, one level below the one around it."""
        self._depth += 1
        # A newer Python has what is unknown here, such as templates.
        if convert is None or self._depth > MOST_LEVELS:
            raise TooLittleKnown
        made = convert(self, node)
        self._depth -= 1
        return made

    def maybe(self, node: ast.expr | None) -> Any:
        """The same, if there is one."""
        return None if node is None else self.expression(node)

    def annotation(self, node: ast.expr | None) -> Any:
        """The nodes of an annotation, if there is one."""
        return None if node is None else make.Annotation(self.expression(node))

    def elements(self, nodes: Sequence[ast.expr]) -> list[Any]:
        """What stands between commas."""
        return [
            self._starred(node) if isinstance(node, ast.Starred) else make.Element(self.expression(node))
            for node in nodes
        ]

    def arguments(self, args: Sequence[ast.expr], keywords: Sequence[ast.keyword]) -> list[Any]:
        """The arguments of a call, in the order of the source."""
        together: list[ast.expr | ast.keyword] = [*args, *keywords]
        if keywords and any(isinstance(arg, ast.Starred) for arg in args):
            together.sort(key=lambda item: (item.lineno, item.col_offset))
        return [self.argument(item) for item in together]

    def argument(self, node: ast.expr | ast.keyword) -> Any:
        """One argument."""
        match node:
            case ast.keyword(arg=None, value=value):
                return make.Arg(self.expression(value), None, "**")
            case ast.keyword(arg=name, value=value):
                return make.Arg(self.expression(value), make.Name(name), "")
            case ast.Starred(value=value):
                return make.Arg(self.expression(value), None, "*")
        return make.Arg(self.expression(node), None, "")

    def parameters(self, node: ast.arguments) -> Any:
        """The parameters of a function or lambda."""
        positional = [*node.posonlyargs, *node.args]
        defaults = [None] * (len(positional) - len(node.defaults)) + node.defaults
        made = [self._parameter(*pair) for pair in zip(positional, defaults, strict=True)]
        only = len(node.posonlyargs)
        return make.Parameters(
            made[:only],
            made[only:],
            self._parameter(node.vararg, None) if node.vararg is not None else None,
            [self._parameter(*pair) for pair in zip(node.kwonlyargs, node.kw_defaults, strict=True)],
            self._parameter(node.kwarg, None) if node.kwarg is not None else None,
        )

    def _parameter(self, node: ast.arg, default: ast.expr | None) -> Any:
        return make.Param(make.Name(node.arg), self.annotation(node.annotation), self.maybe(default))

    # -- each kind of expression -----------------------------------------------------------------------------------

    def _name(self, node: ast.Name) -> Any:
        return make.Name(node.id)

    def _attribute(self, node: ast.Attribute) -> Any:
        return make.Attribute(self.expression(node.value), make.Name(node.attr))

    def _call(self, node: ast.Call) -> Any:
        return make.Call(self.expression(node.func), self.arguments(node.args, node.keywords))

    def _subscript(self, node: ast.Subscript) -> Any:
        keys = [node.slice]
        if isinstance(node.slice, ast.Tuple) and node.slice.elts:
            # `a[1, 2]` has two keys, `a[(1, 2)]` has one.
            if self._formatted_source is not None or self._written(node.slice).startswith(b"("):
                raise TooLittleKnown
            keys = node.slice.elts
        return make.Subscript(self.expression(node.value), [make.SubscriptElement(self._key(key)) for key in keys])

    def _key(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Slice):
            return make.Slice(self.maybe(node.lower), self.maybe(node.upper), self.maybe(node.step))
        return make.Index(self.expression(node.value if isinstance(node, ast.Starred) else node))

    def _awaited(self, node: ast.Await) -> Any:
        return make.Await(self.expression(node.value))

    def _yielded(self, node: ast.Yield) -> Any:
        return make.Yield(self.maybe(node.value))

    def _yielded_from(self, node: ast.YieldFrom) -> Any:
        return make.Yield(make.From(self.expression(node.value)))

    def _lambda_function(self, node: ast.Lambda) -> Any:
        return make.Lambda(self.parameters(node.args), self.expression(node.body))

    def _conditional(self, node: ast.IfExp) -> Any:
        return make.IfExp(self.expression(node.test), self.expression(node.body), self.expression(node.orelse))

    def _boolean(self, node: ast.BoolOp) -> Any:
        operator = _BOOLEAN[type(node.op)]
        first, *others = [self.expression(value) for value in node.values]
        for other in others:
            first = make.BooleanOperation(first, operator, other)
        return first

    def _binary(self, node: ast.BinOp) -> Any:
        return make.BinaryOperation(self.expression(node.left), _BINARY[type(node.op)], self.expression(node.right))

    def _unary(self, node: ast.UnaryOp) -> Any:
        return make.UnaryOperation(_UNARY[type(node.op)], self.expression(node.operand))

    def _comparison(self, node: ast.Compare) -> Any:
        targets = [
            make.ComparisonTarget(_COMPARED[type(operator)], self.expression(comparator))
            for operator, comparator in zip(node.ops, node.comparators, strict=True)
        ]
        return make.Comparison(self.expression(node.left), targets)

    def _named(self, node: ast.NamedExpr) -> Any:
        return make.NamedExpr(self.expression(node.target), self.expression(node.value))

    def _list_of(self, node: ast.List) -> Any:
        return make.List(self.elements(node.elts))

    def _tuple_of(self, node: ast.Tuple) -> Any:
        return make.Tuple(self.elements(node.elts))

    def _set_of(self, node: ast.Set) -> Any:
        return make.Set(self.elements(node.elts))

    def _starred(self, node: ast.Starred) -> Any:
        return make.StarredElement(self.expression(node.value))

    def _dict_of(self, node: ast.Dict) -> Any:
        return make.Dict(
            [
                make.StarredDictElement(self.expression(value))
                if key is None
                else make.DictElement(self.expression(key), self.expression(value))
                for key, value in zip(node.keys, node.values, strict=True)
            ]
        )

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> Any:
        return _COMPREHENSIONS[type(node)](self.expression(node.elt), self._clauses(node.generators))

    def _dict_comprehension(self, node: ast.DictComp) -> Any:
        return make.DictComp(self.expression(node.key), self.expression(node.value), self._clauses(node.generators))

    def _clauses(self, generators: Sequence[ast.comprehension]) -> Any:
        made: Any = None
        for generator in reversed(generators):
            tests = [make.CompIf(self.expression(test)) for test in generator.ifs]
            target, iterable = self.expression(generator.target), self.expression(generator.iter)
            made = make.CompFor(target, iterable, tests, made, bool(generator.is_async))
        return made

    # -- literals -----------------------------------------------------------------------------------------------------

    def _constant(self, node: ast.Constant) -> Any:
        match node.value:
            case str() | bytes():
                return self._string(node, node.value)
            case True | False | None:
                return make.Name(_SINGLETONS[node.value])
            case int():
                return make.Integer(repr(node.value))
            case float():
                return make.Float(repr(node.value) if isfinite(node.value) else "1e999")
            case complex():
                return make.Imaginary(repr(node.value))
        return make.EllipsisLiteral()

    def _string(self, node: ast.Constant, value: str | bytes) -> Any:
        made = make.SimpleString(repr(value))
        if self._formatted_source is not None and not _KNOWS_PLACES_IN_FORMATTED:
            # What stands there as it is, between quotes, is one literal.
            if isinstance(value, str) and any(f"{q}{value}{q}" in self._formatted_source.decode() for q in "'\""):
                return made
            raise TooLittleKnown
        # With no more than two quotes around its characters, it is one literal for sure.
        if node.end_lineno == node.lineno and (node.end_col_offset or 0) - node.col_offset == len(value) + 2:
            return made
        written = self._written(node)
        if _STRING.fullmatch(written) is not None:
            return made
        if len(_STRING.findall(written)) > _MOST_STRINGS:
            raise TooLittleKnown
        return make.ConcatenatedString(made, make.SimpleString(repr(value[:0])))

    def _formatted(self, node: ast.JoinedStr) -> Any:
        if self._formatted_source is not None:
            return make.FormattedString('f"', self._formatted_parts(node.values))
        written = self._written(node)
        if not _NOT_AS_WRITTEN.search(written) and len(_STRING.findall(written)) <= _MOST_STRINGS:
            self._formatted_source = written
            depth = self._depth
            try:
                # Literals one behind the other are one to Python, and to a walk.
                return make.FormattedString('f"', self._formatted_parts(node.values))
            except TooLittleKnown:
                self._depth = depth
            finally:
                self._formatted_source = None
        return _parsed(written.decode())

    def _formatted_parts(self, nodes: Sequence[ast.expr]) -> list[Any]:
        made = [self._formatted_part(node) for node in nodes]
        ends = [at for at, pair in enumerate(pairwise(nodes)) if _may_end_with_source(*pair)]
        shown = _SHOWN_WITH_SOURCE.findall(self._formatted_source or b"") if ends else ()
        # Where it is not certain which text has the source of a hole at its end, LibCST has to say it.
        if shown and len(shown) != len(ends):
            raise TooLittleKnown
        for at, (expression, equal) in zip(ends, shown, strict=False):
            source = (expression + equal).decode()
            if not made[at].value.endswith(source):
                raise TooLittleKnown
            made[at] = make.FormattedStringText(made[at].value.removesuffix(source))
        return made

    def _formatted_part(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value=str() as text):
                if _TO_ESCAPE.search(text):
                    text = text.encode("unicode_escape").decode()
                return make.FormattedStringText(text.replace("{", "{{").replace("}", "}}"))
            case ast.FormattedValue(value=value, format_spec=None):
                return make.FormattedStringExpression(self.expression(value), None)
            case ast.FormattedValue(value=value, format_spec=ast.JoinedStr(values=parts)):
                # A walk notes its text as it is written, with all escapes.
                texts = [str(part.value).encode() for part in parts if isinstance(part, ast.Constant)]
                if not all(text in (self._formatted_source or b"") for text in texts):
                    raise TooLittleKnown
                return make.FormattedStringExpression(self.expression(value), self._formatted_parts(parts))
        raise TooLittleKnown

    # -- the source ---------------------------------------------------------------------------------------------------

    def before(self, node: ast.stmt) -> bool:
        """Whether a statement has something before it on its line."""
        lines = self._by_line()
        before = lines[node.lineno - 1][: node.col_offset].strip()
        if not before and node.lineno > 1 and lines[node.lineno - 2].rstrip(b"\r\n").endswith(b"\\"):
            raise TooLittleKnown
        return bool(before)

    def _written(self, node: ast.expr) -> bytes:
        """The source of an expression."""
        lines = self._by_line()[node.lineno - 1 : node.end_lineno]
        # From the end, for it may be the same line.
        lines[-1] = lines[-1][: node.end_col_offset]
        lines[0] = lines[0][node.col_offset :]
        return b"".join(lines)

    def _by_line(self) -> list[bytes]:
        if self._lines is None:
            self._lines = self._source.splitlines(keepends=True)
        return self._lines


def _may_end_with_source(text: ast.expr, hole: ast.expr) -> bool:
    """Whether a text may end with what the hole behind it has as `{value=}`."""
    match text, hole:
        case ast.Constant(value=str() as value), ast.FormattedValue(conversion=conversion, format_spec=spec):
            return value.rstrip().endswith("=") and (conversion != -1 or spec is not None)
    return False


def _parsed(expression: str) -> Any:
    """An expression as LibCST reads it; it may stand on several lines."""
    from asyncdb_lint.full_tree import converted_expression

    made = converted_expression(f"({expression})")
    if made is None:
        raise TooLittleKnown
    return made


def operators(names: Mapping[str, str], ending: str = "") -> dict[type[ast.AST], str]:
    """What stands for each of Python's operators."""
    return {getattr(ast, name): other + ending for name, other in names.items()}


ARITHMETIC = {
    "Add": "Add", "Sub": "Subtract", "Mult": "Multiply", "MatMult": "MatrixMultiply", "Div": "Divide", "Mod": "Modulo",
    "Pow": "Power", "LShift": "LeftShift", "RShift": "RightShift", "BitOr": "BitOr", "BitXor": "BitXor",
    "BitAnd": "BitAnd", "FloorDiv": "FloorDivide",
}  # fmt: skip
"""LibCST's names of operators, by Python's."""
_BINARY = operators(ARITHMETIC)
_BOOLEAN = operators({"And": "And", "Or": "Or"})
_UNARY = operators({"Not": "Not", "USub": "Minus", "UAdd": "Plus", "Invert": "BitInvert"})
_COMPARED = operators(
    {
        "Eq": "Equal", "NotEq": "NotEqual", "Lt": "LessThan", "LtE": "LessThanEqual", "Gt": "GreaterThan",
        "GtE": "GreaterThanEqual", "Is": "Is", "IsNot": "IsNot", "In": "In", "NotIn": "NotIn",
    }
)  # fmt: skip
_COMPREHENSIONS: dict[type[ast.AST], Maker] = {
    ast.ListComp: make.ListComp,
    ast.SetComp: make.SetComp,
    ast.GeneratorExp: make.GeneratorExp,
}
_EXPRESSIONS: dict[type[ast.AST], Callable[[Expressions, Any], Any]] = {
    ast.Name: Expressions._name,
    ast.Attribute: Expressions._attribute,
    ast.Call: Expressions._call,
    ast.Constant: Expressions._constant,
    ast.JoinedStr: Expressions._formatted,
    ast.Subscript: Expressions._subscript,
    ast.Await: Expressions._awaited,
    ast.Yield: Expressions._yielded,
    ast.YieldFrom: Expressions._yielded_from,
    ast.Lambda: Expressions._lambda_function,
    ast.IfExp: Expressions._conditional,
    ast.BoolOp: Expressions._boolean,
    ast.BinOp: Expressions._binary,
    ast.UnaryOp: Expressions._unary,
    ast.Compare: Expressions._comparison,
    ast.NamedExpr: Expressions._named,
    ast.List: Expressions._list_of,
    ast.Tuple: Expressions._tuple_of,
    ast.Set: Expressions._set_of,
    ast.Starred: Expressions._starred,
    ast.Dict: Expressions._dict_of,
    ast.ListComp: Expressions._comprehension,
    ast.SetComp: Expressions._comprehension,
    ast.GeneratorExp: Expressions._comprehension,
    ast.DictComp: Expressions._dict_comprehension,
}
