"""Evaluates expressions to symbolic terms, and marks every use of a call's result on the way."""

from __future__ import annotations

import ast
import re
from abc import abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from .. import syntax
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
_QUOTE_OR_ESCAPE = re.compile(r'\\.|"', re.DOTALL)
_OPERATORS = {"Add": "+", "Modulo": "%", "BitOr": "|"}


class Expressions(Scope):
    """The part of a walk that evaluates expressions."""

    def __init__(self, function: FunctionRecord, node: syntax.Node, tree: syntax.Tree) -> None:
        super().__init__(function, node, tree)
        self.calls: dict[int, CallRecord] = {}
        self.lambdas: dict[int, FunctionRecord] = {}

    # -- expressions ------------------------------------------------------------------------------------------------

    def expression(self, node: syntax.Expression) -> Term:
        """The term of an expression."""
        evaluate = _EVALUATORS.get(type(node))
        if evaluate is not None:
            return evaluate(self, node)
        return UNKNOWN

    def _name(self, node: syntax.Name) -> Term:
        if node.value in ("None", "True", "False"):
            return Constant({"None": None, "True": True, "False": False}[node.value])
        return self.read(node.value)

    def _attribute(self, node: syntax.Attribute) -> Term:
        base = self.expression(node.value)
        self.use(base, UseKind.ATTRIBUTE, node, name=node.attr.value)
        narrowed = self.env.get(dotted_name(node) or "") if self.knows_dotted else None
        if isinstance(narrowed, Checked | Narrowed) and narrowed.base is UNKNOWN:
            plain = Attribute(base, node.attr.value, self.noted(node))
            return Checked(plain) if isinstance(narrowed, Checked) else Narrowed(plain, narrowed.type)
        return Attribute(base, node.attr.value, self.noted(node))

    def _call(self, node: syntax.Call) -> Term:
        callee = self.expression(node.func)
        self.use(callee, UseKind.CALLED, node)
        arguments = tuple(
            Argument(
                self.expression(argument.value),
                argument.keyword.value if argument.keyword is not None else None,
                argument.star,
                self.noted(argument.value),
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
        noted = self.noted(node)
        record = self.calls.get(id(noted))
        if record is None:
            statement = self.noted(self.statement)
            record = CallRecord(self.function.module, self.function, noted, callee, arguments, self.context, statement)
            record.result = Result(record)
            self.calls[id(noted)] = record
            self.function.calls.append(record)
            self.function.notes.calls.append(record)
        holder = callee.base if isinstance(callee, Attribute) and callee.name in _GROWING_METHODS else None
        for index, argument in enumerate(arguments):
            self.use(argument.term, UseKind.ARGUMENT, node, record, index, argument.keyword, holder)
            if argument.star == "*":
                self.note_spread(argument.term, node.args[index].value)
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

    def _awaited(self, node: syntax.Await) -> Term:
        term = self.expression(node.expression)
        self.use(term, UseKind.AWAITED, node)
        return Awaited(term)

    def _lambda_function(self, node: syntax.Lambda) -> Term:
        noted = self.noted(node)
        function = self.lambdas.get(id(noted))
        if function is None:
            function = FunctionRecord(
                self.function.module,
                "<lambda>",
                f"{self.function.qualname}.<lambda>",
                noted,
                is_async=False,
                parent=None if self.function.is_module else self.function,
                is_lambda=True,
                notes=self.function.notes,
            )
            self.lambdas[id(noted)] = function
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
    def parameters(self, parameters: syntax.Parameters, function: FunctionRecord) -> None:
        """Notes the parameters of a function or lambda."""

    def _comprehension(self, node: syntax.ListComp | syntax.SetComp | syntax.GeneratorExp | syntax.DictComp) -> Term:
        outer_env, outer_context = self.env, self.context
        self.env = dict(outer_env)
        clause: syntax.CompFor | None = node.for_in
        while clause is not None:
            iterable = self.expression(clause.iter)
            is_async = clause.asynchronous
            self.use(iterable, UseKind.ASYNC_ITERATED if is_async else UseKind.ITERATED, clause.iter)
            self.context = self.enter(ContextKind.COMPREHENSION, node, (iterable,))
            self.context.is_async = is_async
            self.bind_target(clause.target, self.element_of(iterable, is_async), clause.iter)
            for test in clause.ifs:
                holds, _ = self.condition(test.test)
                self.narrow(holds)
            clause = clause.inner_for_in
        result: Term
        if isinstance(node, syntax.DictComp):
            result = self._kept(Mapping([(self.expression(node.key), self.expression(node.value))]))
        else:
            kind = {syntax.ListComp: "list", syntax.SetComp: "set"}.get(type(node), "generator")
            result = self._kept(Collection(kind, [self.expression(node.elt)]))
        walruses = {name: term for name, term in self.env.items() if name not in outer_env}
        self.env, self.context = outer_env, outer_context
        for name, term in walruses.items():
            if isinstance(term, Result | Awaited):
                self.env.setdefault(name, term)
        return result

    def bind_target(self, target: syntax.Expression, term: Term, source: syntax.Expression) -> None:
        """Binds a comprehension's target, which lives in its own scope."""
        match target:
            case syntax.Name():
                self.env[target.value] = term
            case syntax.Tuple() | syntax.List():
                self.note_unpacked(target, term, source)
                for index, element in enumerate(target.elements):
                    self.bind_target(element.value, Item(term, Constant(index)), source)
            case _:
                return

    def note_unpacked(self, target: syntax.Tuple | syntax.List, value: Term, source: syntax.Expression) -> None:
        """Notes that a value is taken apart; a loop body that is walked twice says it once."""
        noted = self.noted(target)
        unpacked = Unpacked(noted, value, self.noted(source), self.function)
        self.function.notes.unpacked.setdefault(id(noted), unpacked)

    def note_spread(self, value: Term, node: syntax.Expression) -> None:
        """Notes `*value`."""
        if not isinstance(value, Collection | Constant):
            noted = self.noted(node)
            self.function.notes.spread.setdefault(id(noted), Spread(value, noted, self.function))

    def element_of(self, iterable: Term, is_async: bool) -> Term:
        """What iterating gives; the elements themselves where they are written out."""
        if isinstance(iterable, Collection) and not is_async:
            return choice(list(iterable.elements)) if iterable.elements else Element(iterable, False)
        return Element(iterable, is_async)

    def _collection(self, node: syntax.List | syntax.Tuple | syntax.Set) -> Term:
        kind = {syntax.List: "list", syntax.Tuple: "tuple"}.get(type(node), "set")
        elements: list[Term] = []
        for element in node.elements:
            term = self.expression(element.value)
            if isinstance(element, syntax.StarredElement):
                self.use(term, UseKind.ITERATED, element)
                self.note_spread(term, element.value)
                term = self.element_of(term, False)
            elements.append(term)
        return self._kept(Collection(kind, elements))

    def _kept(self, term: _HeldT) -> _HeldT:
        self.function.notes.collections.append(term)
        return term

    def _mapping(self, node: syntax.Dict) -> Term:
        entries: list[tuple[Term | None, Term]] = []
        for element in node.elements:
            if isinstance(element, syntax.DictElement):
                entries.append((self.expression(element.key), self.expression(element.value)))
            else:
                term = self.expression(element.value)
                if isinstance(term, Mapping) and len(term.entries) == term.written:
                    entries.extend(term.entries)
                else:
                    self.use(term, UseKind.UNPACKED, element)
                    entries.append((None, term))
        return self._kept(Mapping(entries, node=self.noted(node)))

    def _subscript(self, node: syntax.Subscript) -> Term:
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

    def subscript_key(self, node: syntax.Subscript) -> Term:
        """The key between the brackets; several make a tuple."""
        keys: list[Term] = []
        for element in node.slice:
            match element.slice:
                case syntax.Index(value=value):
                    keys.append(self.expression(value))
                case syntax.Slice(lower=lower, upper=upper, step=step):
                    for bound in (lower, upper, step):
                        if bound is not None:
                            self.use(self.expression(bound), UseKind.OTHER, bound)
                    keys.append(UNKNOWN)
        return keys[0] if len(keys) == 1 else Collection("tuple", keys)

    def _conditional(self, node: syntax.IfExp) -> Term:
        holds, fails = self.condition(node.test)
        before = dict(self.env)
        self.narrow(holds)
        body = self.expression(node.body)
        self.env = dict(before)
        self.narrow(fails)
        orelse = self.expression(node.orelse)
        self.env = before
        return choice([body, orelse])

    def _boolean(self, node: syntax.BooleanOperation) -> Term:
        left = self.expression(node.left)
        self.use(left, UseKind.TESTED, node.left)
        return choice([left, self.expression(node.right)])

    def _comparison(self, node: syntax.Comparison) -> Term:
        operands = [self.expression(node.left)]
        self.use(operands[0], UseKind.COMPARED, node)
        for comparison in node.comparisons:
            term = self.expression(comparison.comparator)
            self.use(term, UseKind.COMPARED, node)
            operands.append(term)
        return Computed("compare", tuple(operands), ())

    def _unary(self, node: syntax.UnaryOperation) -> Term:
        term = self.expression(node.expression)
        negates = node.operator == "Not"
        self.use(term, UseKind.TESTED if negates else UseKind.OPERAND, node.expression)
        if node.operator == "Minus" and isinstance(term, Constant) and isinstance(term.value, int | float):
            return Constant(-term.value)
        return Computed("not" if negates else "unary", (term,), (self.noted(node.expression),))

    def _binary(self, node: syntax.BinaryOperation) -> Term:
        left, right = self.expression(node.left), self.expression(node.right)
        operator = node.operator
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
        nodes = self.noted(node.left), self.noted(node.right)
        return Computed(_OPERATORS.get(operator, operator), (left, right), nodes)

    def _other(self, node: syntax.OtherExpression) -> Term:
        for part in node.parts:
            self.use(self.expression(part), UseKind.OTHER, node)
        return UNKNOWN

    def _named(self, node: syntax.NamedExpr) -> Term:
        term = self.expression(node.value)
        if isinstance(node.target, syntax.Name):
            self.bind(node.target.value, term)
        return term

    def _yielded(self, node: syntax.Yield) -> Term:
        self.function.is_generator = True
        if not self.function.yields_in:
            self.function.calls_before_yield = len(self.function.calls)
        self.function.yields_in.append(self.context)
        if node.value is None:
            self.function.yielded.append(Constant(None))
            return UNKNOWN
        if isinstance(node.value, syntax.From):
            term = self.expression(node.value.item)
            self.use(term, UseKind.OTHER, node)
            self.function.yielded.append(Element(term, False))
            return UNKNOWN
        term = self.expression(node.value)
        self.use(term, UseKind.YIELDED, node)
        self.function.yielded.append(term)
        return UNKNOWN

    # -- literals ---------------------------------------------------------------------------------------------------

    def _literal(self, node: syntax.SimpleString | syntax.Integer | syntax.Float | syntax.Imaginary) -> Term:
        try:
            return Constant(_literal_value(node.value), self.noted(node))
        except (ValueError, SyntaxError, OverflowError):
            return UNKNOWN

    def _concatenated(self, node: syntax.ConcatenatedString) -> Term:
        parts: list[str | Hole] = []
        pending: list[syntax.Expression] = [node]
        while pending:
            current = pending.pop(0)
            if isinstance(current, syntax.ConcatenatedString):
                pending[:0] = [current.left, current.right]
                continue
            match self.expression(current):
                case Constant(value=str() as text):
                    parts.append(text)
                case Template(parts=inner):
                    parts.extend(inner)
                case _:
                    return UNKNOWN
        return self._text_of(parts, node)

    def _formatted(self, node: syntax.FormattedString) -> Term:
        parts: list[str | Hole] = []
        raw = "r" in node.start.lower()
        for part in node.parts:
            if isinstance(part, syntax.FormattedStringText):
                parts.append(_plain(part.value, raw))
            elif isinstance(part, syntax.FormattedStringExpression):
                term = self.expression(part.expression)
                self.use(term, UseKind.FORMATTED, part)
                spec = ""
                for inner in part.format_spec or ():
                    if isinstance(inner, syntax.FormattedStringExpression):
                        self.use(self.expression(inner.expression), UseKind.FORMATTED, inner)
                    elif isinstance(inner, syntax.FormattedStringText):
                        spec += inner.value
                parts.append(Hole(term, self.noted(part.expression), spec))
        return self._text_of(parts, node)

    def _text_of(self, parts: list[str | Hole], node: syntax.Expression) -> Term:
        merged: list[str | Hole] = []
        for part in parts:
            if isinstance(part, str) and merged and isinstance(merged[-1], str):
                merged[-1] += part
            elif part != "":
                merged.append(part)
        match merged:
            case []:
                return Constant("", self.noted(node))
            case [str() as text]:
                return Constant(text, self.noted(node))
            case _:
                return Template(tuple(merged), self.noted(node))

    # -- annotations ------------------------------------------------------------------------------------------------

    def annotation(self, node: syntax.Annotation) -> Term:
        """The term of a type, reading string annotations too."""
        return self.annotation_expression(node.annotation)

    def annotation_expression(self, node: syntax.Expression) -> Term:
        """The term of a type expression."""
        if isinstance(node, syntax.SimpleString | syntax.ConcatenatedString):
            written = _text(node)
            named = self.tree.expression(written.strip()) if written is not None else None
            return self.expression(named) if named is not None else UNKNOWN
        return self.expression(node)


def _text(node: syntax.Expression) -> str | None:
    """What a text says that is written in one piece or several; None for bytes and holes."""
    match node:
        case syntax.SimpleString(value=value):
            try:
                text = _literal_value(value)
            except (ValueError, SyntaxError):
                return None
            return text if isinstance(text, str) else None
        case syntax.ConcatenatedString(left=left, right=right):
            first, second = _text(left), _text(right)
            return first + second if first is not None and second is not None else None
        case _:
            return None


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


def _is_slice(node: syntax.Subscript) -> bool:
    return len(node.slice) == 1 and isinstance(node.slice[0].slice, syntax.Slice)


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
    quoted = '"""' + _QUOTE_OR_ESCAPE.sub(lambda found: found[0].rjust(2, "\\"), text) + '"""'
    try:
        value = ast.literal_eval(quoted)
    except (ValueError, SyntaxError):
        return text
    return value if isinstance(value, str) else text


_EVALUATORS: dict[type, Callable[[Any, Any], Term]] = {
    syntax.Name: Expressions._name,
    syntax.Attribute: Expressions._attribute,
    syntax.Call: Expressions._call,
    syntax.Await: Expressions._awaited,
    syntax.Lambda: Expressions._lambda_function,
    syntax.ListComp: Expressions._comprehension,
    syntax.SetComp: Expressions._comprehension,
    syntax.GeneratorExp: Expressions._comprehension,
    syntax.DictComp: Expressions._comprehension,
    syntax.List: Expressions._collection,
    syntax.Tuple: Expressions._collection,
    syntax.Set: Expressions._collection,
    syntax.Dict: Expressions._mapping,
    syntax.Subscript: Expressions._subscript,
    syntax.IfExp: Expressions._conditional,
    syntax.BooleanOperation: Expressions._boolean,
    syntax.Comparison: Expressions._comparison,
    syntax.UnaryOperation: Expressions._unary,
    syntax.BinaryOperation: Expressions._binary,
    syntax.NamedExpr: Expressions._named,
    syntax.Yield: Expressions._yielded,
    syntax.SimpleString: Expressions._literal,
    syntax.Integer: Expressions._literal,
    syntax.Float: Expressions._literal,
    syntax.ConcatenatedString: Expressions._concatenated,
    syntax.FormattedString: Expressions._formatted,
    syntax.Ellipsis: lambda _self, _node: Constant(...),
    syntax.OtherExpression: Expressions._other,
}
