"""Evaluates expressions to symbolic terms, and marks every use of a call's result on the way."""

from __future__ import annotations

import ast
import re
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

import libcst as cst

from ..nodes import children
from .records import (
    Argument,
    CallRecord,
    ContextKind,
    FunctionRecord,
    Spread,
    Unpacked,
    UseKind,
)
from .scope import Scope, dotted_name
from .terms import (
    UNKNOWN,
    Attribute,
    Awaited,
    Checked,
    Choice,
    Collection,
    Computed,
    Constant,
    Element,
    FunctionTerm,
    GlobalName,
    Hole,
    Import,
    Item,
    Mapping,
    Narrowed,
    Parameter,
    Result,
    Template,
    Term,
    choice,
)

_HeldT = TypeVar("_HeldT", Collection, Mapping)

_GROWING_METHODS = {"append": 0, "add": 0, "appendleft": 0, "insert": 1, "extend": 0}
_COPYING = {"list", "tuple", "set", "frozenset", "sorted", "reversed"}
_PLAIN_STRING = re.compile(r"""(?:"[^"\\\r\n]*"|'[^'\\\r\n]*')\Z""")
_OPERATORS = {"Add": "+", "Modulo": "%", "BitOr": "|"}


class Expressions(Scope):
    """The part of a walk that evaluates expressions."""

    def __init__(self, function: FunctionRecord) -> None:
        super().__init__(function)
        self.calls: dict[int, CallRecord] = {}
        self.lambdas: dict[int, FunctionRecord] = {}

    # -- expressions ------------------------------------------------------------------------------------------------

    def expression(self, node: cst.BaseExpression) -> Term:
        """The term of an expression."""
        evaluate = _EVALUATORS.get(type(node))
        if evaluate is not None:
            return evaluate(self, node)
        for child in children(node):
            if isinstance(child, cst.BaseExpression):
                self.use(self.expression(child), UseKind.OTHER, node)
        return UNKNOWN

    def _name(self, node: cst.Name) -> Term:
        if node.value in ("None", "True", "False"):
            return Constant({"None": None, "True": True, "False": False}[node.value])
        return self.read(node.value)

    def _attribute(self, node: cst.Attribute) -> Term:
        base = self.expression(node.value)
        self.use(base, UseKind.ATTRIBUTE, node, name=node.attr.value)
        key = dotted_name(node)
        if key is not None and key in self.env:
            narrowed = self.env[key]
            if isinstance(narrowed, Checked | Narrowed) and narrowed.base is UNKNOWN:
                plain = Attribute(base, node.attr.value, node)
                return Checked(plain) if isinstance(narrowed, Checked) else Narrowed(plain, narrowed.type)
        return Attribute(base, node.attr.value, node)

    def _call(self, node: cst.Call) -> Term:
        callee = self.expression(node.func)
        self.use(callee, UseKind.CALLED, node)
        arguments = tuple(
            Argument(
                self.expression(argument.value),
                argument.keyword.value if argument.keyword is not None else None,
                argument.star,
                argument.value,
            )
            for argument in node.args
        )
        if isinstance(callee, Attribute) and self._grows(callee, arguments):
            return Constant(None)
        if self._copies(callee, arguments):
            return arguments[0].term
        if len(arguments) == 2 and _is_cast(callee):
            return self.declared(arguments[1].term, self.annotation_expression(node.args[0].value))
        if _is_builtin(callee, "dict") and arguments and all(argument.keyword is not None for argument in arguments):
            return self._kept(Mapping([(Constant(argument.keyword), argument.term) for argument in arguments]))
        record = self.calls.get(id(node))
        if record is None:
            record = CallRecord(
                self.function.module, self.function, node, callee, arguments, self.context, self.statement
            )
            record.result = Result(record)
            self.calls[id(node)] = record
            self.function.calls.append(record)
            self.function.notes.calls.append(record)
        holder = callee.base if isinstance(callee, Attribute) and callee.name in _GROWING_METHODS else None
        for index, argument in enumerate(arguments):
            self.use(argument.term, UseKind.ARGUMENT, node, record, index, argument.keyword, holder)
            if argument.star == "*":
                self.note_spread(argument.term, argument.node)
        return record.result

    def _grows(self, callee: Attribute, arguments: tuple[Argument, ...]) -> bool:
        """`tasks.append(x)` on a list written here: the element joins the list."""
        position = _GROWING_METHODS.get(callee.name)
        collections = [term for term in _options(callee.base) if isinstance(term, Collection)]
        if position is None or not collections or len(arguments) <= position:
            return False
        added = arguments[position].term
        if callee.name == "extend":
            terms = list(added.elements) if isinstance(added, Collection) else [self.element_of(added, False)]
        else:
            terms = [added]
        for collection in collections:
            collection.elements.extend(terms)
        return True

    def _copies(self, callee: Term, arguments: tuple[Argument, ...]) -> bool:
        """`list(x for x in y)`: another collection of the same elements."""
        return (
            isinstance(callee, GlobalName)
            and callee.name in _COPYING
            and callee.name not in callee.module.bindings
            and len(arguments) == 1
            and not arguments[0].star
            and isinstance(arguments[0].term, Collection)
        )

    def _awaited(self, node: cst.Await) -> Term:
        term = self.expression(node.expression)
        self.use(term, UseKind.AWAITED, node)
        return Awaited(term)

    def _lambda_function(self, node: cst.Lambda) -> Term:
        function = self.lambdas.get(id(node))
        if function is None:
            function = FunctionRecord(
                self.function.module,
                "<lambda>",
                f"{self.function.qualname}.<lambda>",
                node,
                is_async=False,
                parent=None if self.function.is_module else self.function,
                is_lambda=True,
                notes=self.function.notes,
            )
            self.lambdas[id(node)] = function
            self.parameters(node.params, function)
            self.function.notes.functions.append(function)
            self.function.nested.append(function)
        outer_function, outer_env, outer_context = self.function, self.env, self.context
        self.function, self.env, self.context = function, dict(outer_env), None
        for parameter in function.parameters:
            self.env[parameter.name] = Parameter(function, parameter.name)
        term = self.expression(node.body)
        self.use(term, UseKind.RETURNED, node)
        if not function.returned:
            function.returned.append(term)
        self.function, self.env, self.context = outer_function, outer_env, outer_context
        return FunctionTerm(function)

    @abstractmethod
    def declared(self, value: Term, annotation: Term) -> Term:
        """A value inside a function that is said to be of a type, which counts where nothing else is known of it."""

    @abstractmethod
    def parameters(self, parameters: cst.Parameters, function: FunctionRecord) -> None:
        """Notes the parameters of a function or lambda."""

    def _comprehension(self, node: cst.ListComp | cst.SetComp | cst.GeneratorExp | cst.DictComp) -> Term:
        outer_env, outer_context = self.env, self.context
        self.env = dict(outer_env)
        clause: cst.CompFor | None = node.for_in
        while clause is not None:
            iterable = self.expression(clause.iter)
            is_async = clause.asynchronous is not None
            self.use(iterable, UseKind.ASYNC_ITERATED if is_async else UseKind.ITERATED, clause.iter)
            self.context = self.enter(ContextKind.COMPREHENSION, node, (iterable,))
            self.context.is_async = is_async
            self.bind_target(clause.target, self.element_of(iterable, is_async), clause.iter)
            for test in clause.ifs:
                holds, _ = self.condition(test.test)
                self.narrow(holds)
            clause = clause.inner_for_in
        result: Term
        if isinstance(node, cst.DictComp):
            result = self._kept(Mapping([(self.expression(node.key), self.expression(node.value))]))
        else:
            kind = {cst.ListComp: "list", cst.SetComp: "set"}.get(type(node), "generator")
            result = self._kept(Collection(kind, [self.expression(node.elt)]))
        walruses = {name: term for name, term in self.env.items() if name not in outer_env}
        self.env, self.context = outer_env, outer_context
        for name, term in walruses.items():
            if isinstance(term, Result | Awaited):
                self.env.setdefault(name, term)
        return result

    def bind_target(self, target: cst.BaseExpression, term: Term, source: cst.BaseExpression) -> None:
        """Binds a comprehension's target, which lives in its own scope."""
        match target:
            case cst.Name():
                self.env[target.value] = term
            case cst.Tuple() | cst.List():
                self.note_unpacked(target, term, source)
                for index, element in enumerate(target.elements):
                    self.bind_target(element.value, Item(term, Constant(index)), source)
            case _:
                return

    def note_unpacked(self, target: cst.Tuple | cst.List, value: Term, source: cst.BaseExpression) -> None:
        """Notes that a value is taken apart; a loop body that is walked twice says it once."""
        known = self.function.notes.unpacked
        known.setdefault(id(target), Unpacked(target, value, source, self.function))

    def note_spread(self, value: Term, node: cst.BaseExpression) -> None:
        """Notes `*value`."""
        if not isinstance(value, Collection | Constant):
            self.function.notes.spread.setdefault(id(node), Spread(value, node, self.function))

    def element_of(self, iterable: Term, is_async: bool) -> Term:
        """What iterating gives; the elements themselves where they are written out."""
        if isinstance(iterable, Collection) and not is_async:
            return choice(list(iterable.elements)) if iterable.elements else Element(iterable, False)
        return Element(iterable, is_async)

    def _collection(self, node: cst.List | cst.Tuple | cst.Set) -> Term:
        kind = {cst.List: "list", cst.Tuple: "tuple"}.get(type(node), "set")
        elements: list[Term] = []
        for element in node.elements:
            term = self.expression(element.value)
            if isinstance(element, cst.StarredElement):
                self.use(term, UseKind.ITERATED, element)
                self.note_spread(term, element.value)
                term = self.element_of(term, False)
            elements.append(term)
        return self._kept(Collection(kind, elements))

    def _kept(self, term: _HeldT) -> _HeldT:
        self.function.notes.collections.append(term)
        return term

    def _mapping(self, node: cst.Dict) -> Term:
        entries: list[tuple[Term | None, Term]] = []
        for element in node.elements:
            if isinstance(element, cst.DictElement):
                entries.append((self.expression(element.key), self.expression(element.value)))
            else:
                term = self.expression(element.value)
                if isinstance(term, Mapping) and len(term.entries) == term.written:
                    entries.extend(term.entries)
                else:
                    self.use(term, UseKind.UNPACKED, element)
                    entries.append((None, term))
        return self._kept(Mapping(entries, node=node))

    def _subscript(self, node: cst.Subscript) -> Term:
        base = self.expression(node.value)
        key = self.subscript_key(node)
        self.use(key, UseKind.OTHER, node)
        if isinstance(base, Mapping) and isinstance(key, Constant):
            for known, term in base.entries:
                if isinstance(known, Constant) and known.value == key.value:
                    return term
        if isinstance(base, Collection) and isinstance(key, Constant) and isinstance(key.value, int):
            if -len(base.elements) <= key.value < len(base.elements):
                return base.elements[key.value]
        if isinstance(base, Collection) and _is_slice(node) and _holds_results(base):
            # What is done with a part of a list of results is done with them: `gather(*tasks[:5])`.
            return base
        self.use(base, UseKind.SUBSCRIPTED, node)
        return Item(base, key)

    def subscript_key(self, node: cst.Subscript) -> Term:
        """The key between the brackets; several make a tuple."""
        keys: list[Term] = []
        for element in node.slice:
            match element.slice:
                case cst.Index(value=value):
                    keys.append(self.expression(value))
                case cst.Slice(lower=lower, upper=upper, step=step):
                    for bound in (lower, upper, step):
                        if bound is not None:
                            self.use(self.expression(bound), UseKind.OTHER, bound)
                    keys.append(UNKNOWN)
                case _:
                    keys.append(UNKNOWN)
        return keys[0] if len(keys) == 1 else Collection("tuple", keys)

    def _conditional(self, node: cst.IfExp) -> Term:
        holds, fails = self.condition(node.test)
        before = dict(self.env)
        self.narrow(holds)
        body = self.expression(node.body)
        self.env = dict(before)
        self.narrow(fails)
        orelse = self.expression(node.orelse)
        self.env = before
        return choice([body, orelse])

    def _boolean(self, node: cst.BooleanOperation) -> Term:
        left = self.expression(node.left)
        self.use(left, UseKind.TESTED, node.left)
        return choice([left, self.expression(node.right)])

    def _comparison(self, node: cst.Comparison) -> Term:
        operands = [self.expression(node.left)]
        self.use(operands[0], UseKind.COMPARED, node)
        for comparison in node.comparisons:
            term = self.expression(comparison.comparator)
            self.use(term, UseKind.COMPARED, node)
            operands.append(term)
        return Computed("compare", tuple(operands), ())

    def _unary(self, node: cst.UnaryOperation) -> Term:
        term = self.expression(node.expression)
        self.use(term, UseKind.TESTED if isinstance(node.operator, cst.Not) else UseKind.OPERAND, node.expression)
        if isinstance(node.operator, cst.Minus) and isinstance(term, Constant) and isinstance(term.value, int | float):
            return Constant(-term.value)
        return Computed("not" if isinstance(node.operator, cst.Not) else "unary", (term,), (node.expression,))

    def _binary(self, node: cst.BinaryOperation) -> Term:
        left, right = self.expression(node.left), self.expression(node.right)
        operator = type(node.operator).__name__
        if isinstance(left, Collection) and isinstance(right, Collection) and operator == "Add":
            return self._kept(Collection(left.kind, [*left.elements, *right.elements]))
        if isinstance(left, Collection) and operator == "Multiply":
            return left
        use = UseKind.FORMATTED if operator == "Modulo" and _is_text(left) else UseKind.OPERAND
        self.use(left, UseKind.OPERAND, node.left)
        self.use(right, use, node.right)
        if isinstance(right, Collection | Mapping) and use is UseKind.FORMATTED:
            for term in right.elements if isinstance(right, Collection) else [value for _, value in right.entries]:
                self.use(term, UseKind.FORMATTED, node.right)
        return Computed(_OPERATORS.get(operator, operator), (left, right), (node.left, node.right))

    def _named(self, node: cst.NamedExpr) -> Term:
        term = self.expression(node.value)
        if isinstance(node.target, cst.Name):
            self.bind(node.target.value, term)
        return term

    def _yielded(self, node: cst.Yield) -> Term:
        self.function.is_generator = True
        if not self.function.yields_in:
            self.function.calls_before_yield = len(self.function.calls)
        self.function.yields_in.append(self.context)
        if node.value is None:
            self.function.yielded.append(Constant(None))
            return UNKNOWN
        if isinstance(node.value, cst.From):
            term = self.expression(node.value.item)
            self.use(term, UseKind.OTHER, node)
            self.function.yielded.append(Element(term, False))
            return UNKNOWN
        term = self.expression(node.value)
        self.use(term, UseKind.YIELDED, node)
        self.function.yielded.append(term)
        return UNKNOWN

    # -- literals ---------------------------------------------------------------------------------------------------

    def _literal(self, node: cst.SimpleString | cst.Integer | cst.Float | cst.Imaginary) -> Term:
        try:
            return Constant(_literal_value(node.value), node)
        except (ValueError, SyntaxError, OverflowError):
            return UNKNOWN

    def _concatenated(self, node: cst.ConcatenatedString) -> Term:
        parts: list[str | Hole] = []
        pending: list[cst.BaseExpression] = [node]
        while pending:
            current = pending.pop(0)
            if isinstance(current, cst.ConcatenatedString):
                pending[:0] = [current.left, current.right]
                continue
            match self.expression(current):
                case Constant(value=str() as text):
                    parts.append(text)
                case Template(parts=inner):
                    parts.extend(inner)
                case _:
                    return UNKNOWN
        if all(isinstance(part, str) for part in parts):
            return Constant("".join(part for part in parts if isinstance(part, str)), node)
        return Template(tuple(parts), node)

    def _formatted(self, node: cst.FormattedString) -> Term:
        parts: list[str | Hole] = []
        raw = "r" in node.prefix.lower()
        for part in node.parts:
            if isinstance(part, cst.FormattedStringText):
                parts.append(_plain(part.value, raw))
            elif isinstance(part, cst.FormattedStringExpression):
                term = self.expression(part.expression)
                self.use(term, UseKind.FORMATTED, part)
                spec = ""
                for inner in part.format_spec or ():
                    if isinstance(inner, cst.FormattedStringExpression):
                        self.use(self.expression(inner.expression), UseKind.FORMATTED, inner)
                    elif isinstance(inner, cst.FormattedStringText):
                        spec += inner.value
                parts.append(Hole(term, part.expression, spec))
        if all(isinstance(part, str) for part in parts):
            return Constant("".join(part for part in parts if isinstance(part, str)), node)
        return Template(tuple(parts), node)

    # -- annotations ------------------------------------------------------------------------------------------------

    def annotation(self, node: cst.Annotation) -> Term:
        """The term of a type, reading string annotations too."""
        return self.annotation_expression(node.annotation)

    def annotation_expression(self, node: cst.BaseExpression) -> Term:
        """The term of a type expression."""
        if isinstance(node, cst.SimpleString | cst.ConcatenatedString):
            text = node.evaluated_value
            if not isinstance(text, str):
                return UNKNOWN
            try:
                node = cst.parse_expression(text.strip())
            except cst.ParserSyntaxError:
                return UNKNOWN
        return self.expression(node)


def _literal_value(text: str) -> object:
    # Most literals are plain strings, which `ast` would compile one by one.
    if _PLAIN_STRING.match(text):
        return text[1:-1]
    return ast.literal_eval(text)


def _is_builtin(callee: Term, name: str) -> bool:
    return isinstance(callee, GlobalName) and callee.name == name and name not in callee.module.bindings


def _is_cast(callee: Term) -> bool:
    """`typing.cast(T, x)` is x."""
    match callee:
        case GlobalName(module=module, name=name):
            bound = module.bindings.get(name, ())
            return any(isinstance(term, Import) and term.dotted == "typing" and term.name == "cast" for term in bound)
        case Attribute(base=GlobalName(name="typing"), name="cast"):
            return True
        case _:
            return False


def _is_slice(node: cst.Subscript) -> bool:
    return len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Slice)


def _holds_results(held: Collection) -> bool:
    return bool(held.elements) and all(isinstance(element, Result) for element in held.elements)


def _options(term: Term) -> tuple[Term, ...]:
    return term.options if isinstance(term, Choice) else (term,)


def _is_text(term: Term) -> bool:
    return isinstance(term, Template) or (isinstance(term, Constant) and isinstance(term.value, str))


def _plain(text: str, raw: bool) -> str:
    """The characters that a piece of an f-string stands for."""
    text = text.replace("{{", "{").replace("}}", "}")
    if raw or "\\" not in text:
        return text
    quoted = '"""' + text.replace('"', '\\"') + '"""'
    try:
        value = ast.literal_eval(quoted)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, str) else text


_EVALUATORS: dict[type, Callable[[Any, Any], Term]] = {
    cst.Name: Expressions._name,
    cst.Attribute: Expressions._attribute,
    cst.Call: Expressions._call,
    cst.Await: Expressions._awaited,
    cst.Lambda: Expressions._lambda_function,
    cst.ListComp: Expressions._comprehension,
    cst.SetComp: Expressions._comprehension,
    cst.GeneratorExp: Expressions._comprehension,
    cst.DictComp: Expressions._comprehension,
    cst.List: Expressions._collection,
    cst.Tuple: Expressions._collection,
    cst.Set: Expressions._collection,
    cst.Dict: Expressions._mapping,
    cst.Subscript: Expressions._subscript,
    cst.IfExp: Expressions._conditional,
    cst.BooleanOperation: Expressions._boolean,
    cst.Comparison: Expressions._comparison,
    cst.UnaryOperation: Expressions._unary,
    cst.BinaryOperation: Expressions._binary,
    cst.NamedExpr: Expressions._named,
    cst.Yield: Expressions._yielded,
    cst.SimpleString: Expressions._literal,
    cst.Integer: Expressions._literal,
    cst.Float: Expressions._literal,
    cst.ConcatenatedString: Expressions._concatenated,
    cst.FormattedString: Expressions._formatted,
    cst.Ellipsis: lambda _self, _node: Constant(...),
}
