"""A text with holes as it stands in the source: which characters stand for which, so that holes can be taken out.

Everything outside what is taken out stays as it was written: quotes, prefixes, layout, implicit concatenation.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

from ...parsing import ParsedModule
from ...semantics.terms import Collection, Computed, Constant, Mapping, Result, Template, Term

_ESCAPE = r"\\(?:\r\n|N\{[^}]*\}|x..|u.{4}|U.{8}|[0-7]{1,3}|.)"
_DOUBLED = r"\{\{|\}\}"
_FIELD = r"\{[^{}]*\}"
_PERCENT = r"%(?:\(\w+\))?[^a-zA-Z%]*[a-zA-Z%]"
_PLAIN_FIELD = re.compile(r"\{(\w*)\}")
_PLAIN_PERCENT = re.compile(r"%(?:\((\w+)\))?s")
_NUMBERS = frozenset("diouxXeEfFgG")


class Unreadable(Exception):
    """A text that cannot be rewritten."""


@dataclass(slots=True, eq=False)
class Literal:
    """One string token."""

    start: int
    end: int
    prefix: str
    quote: str

    @property
    def body(self) -> tuple[int, int]:
        """Where its characters are, between the quotes."""
        return self.start + len(self.prefix) + len(self.quote), self.end - len(self.quote)

    @property
    def style(self) -> tuple[str, str]:
        """What two tokens must share to become one."""
        return self.prefix.lower().replace("f", ""), self.quote


@dataclass(slots=True, eq=False)
class Blank:
    """A hole: the expression that fills it, and whether it is filled in as it is, without format or conversion."""

    term: Term
    node: cst.BaseExpression
    is_plain: bool = True
    argument: int | str | None = None
    """Which argument of `%` or `.format` it takes."""


@dataclass(slots=True, eq=False)
class Atom:
    """A character of the text, or a hole, and where that is written."""

    text: str
    start: int
    end: int
    literal: Literal | None = None
    blank: Blank | None = None


@dataclass(slots=True, eq=False)
class Leaf:
    """One operand of a chain of `+`: string tokens, or any other expression."""

    start: int
    end: int
    literals: list[Literal] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class SqlText:
    """An expression that puts a text together."""

    module: ParsedModule
    root: cst.BaseExpression
    start: int
    end: int
    atoms: list[Atom] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    arguments: dict[int | str, str] = field(default_factory=dict)
    """The arguments of `%` or `.format`, as written."""

    @property
    def blanks(self) -> list[Blank]:
        """The holes, in the order of the text."""
        return [atom.blank for atom in self.atoms if atom.blank is not None]

    @property
    def form(self) -> str:
        """How the holes are filled in: "%", "format", or "" for f-strings and `+`."""
        if isinstance(self.root, cst.Call):
            return "format"
        return "%" if isinstance(self.root, cst.BinaryOperation) and isinstance(self.root.operator, cst.Modulo) else ""


def read_text(module: ParsedModule, term: Term, root: cst.BaseExpression) -> SqlText:
    """Reads an expression, whose term is known; raises `Unreadable` for forms that are not rewritten."""
    place = module.range_of(root)
    text = SqlText(module, root, module.offset_of(place.start), module.offset_of(place.end))
    match root, term:
        case cst.BinaryOperation(operator=cst.Modulo()), Computed(operator="%", operands=(_, right)):
            _Reader(text, *_percent_arguments(text, root.right, right)).strings(root.left, None)
        case cst.Call(func=cst.Attribute(value=base)), Result():
            _Reader(text, *_format_arguments(text, root, term)).strings(base, None)
        case _:
            _Reader(text, {}, None).operand(root, term)
    return text


def _extent(module: ParsedModule, node: cst.BaseExpression) -> tuple[int, int]:
    """Where an expression stands, with its own parentheses."""
    first, last = (node.lpar[0], node.rpar[-1]) if node.lpar else (node, node)
    return module.offset_of(module.range_of(first).start), module.offset_of(module.range_of(last).end)


_Arguments = dict["int | str", tuple[Term, cst.BaseExpression]]


def _percent_arguments(text: SqlText, node: cst.BaseExpression, term: Term) -> tuple[_Arguments, str]:
    found: _Arguments = {}
    if isinstance(node, cst.Tuple) and isinstance(term, Collection) and len(term.elements) == len(node.elements):
        for index, element in enumerate(node.elements):
            if isinstance(element, cst.StarredElement):
                raise Unreadable
            found[index] = (term.elements[index], element.value)
    elif isinstance(node, cst.Dict) and isinstance(term, Mapping) and len(term.entries) == len(node.elements):
        for (key, value), entry in zip(term.entries, node.elements, strict=True):
            if not isinstance(key, Constant) or not isinstance(key.value, str):
                raise Unreadable
            found[key.value] = (value, entry.value)
    elif isinstance(term, Collection | Mapping):
        raise Unreadable
    else:
        found[0] = (term, node)
    text.arguments.update((key, text.module.code_of(value)) for key, (_, value) in found.items())
    return found, "%"


def _format_arguments(text: SqlText, node: cst.Call, term: Result) -> tuple[_Arguments, str]:
    found: _Arguments = {}
    if term.call.node is not node or not isinstance(node.func, cst.Attribute) or node.func.attr.value != "format":
        raise Unreadable
    for index, (argument, written) in enumerate(zip(term.call.arguments, node.args, strict=True)):
        if argument.star:
            raise Unreadable
        key = argument.keyword or index
        found[key] = (argument.term, argument.node)
        text.arguments[key] = text.module.code_of(written.with_changes(comma=cst.MaybeSentinel.DEFAULT)).strip()
    return found, "format"


class _Reader:
    """Takes an expression apart."""

    def __init__(self, text: SqlText, arguments: _Arguments, form: str | None) -> None:
        self._text = text
        self._module = text.module
        self._arguments = arguments
        self._form = form
        self._next = 0

    def operand(self, node: cst.BaseExpression, term: Term) -> None:
        """One operand of `+`, or the whole expression."""
        match node, term:
            case cst.BinaryOperation(operator=cst.Add()), Computed(operator="+", operands=(left, right)):
                self.operand(node.left, left)
                self.operand(node.right, right)
            case cst.SimpleString() | cst.FormattedString() | cst.ConcatenatedString(), _:
                self.strings(node, term)
            case _:
                start, end = _extent(self._module, node)
                self._text.leaves.append(Leaf(start, end))
                self._text.atoms.append(Atom("", start, end, None, Blank(term, node)))

    def strings(self, node: cst.BaseExpression, term: Term | None) -> None:
        """String tokens that stand beside each other."""
        leaf = Leaf(*_extent(self._module, node))
        self._text.leaves.append(leaf)
        holes = term.parts if isinstance(term, Template) else ()
        terms = {id(hole.node): hole.term for hole in holes if not isinstance(hole, str)}
        for token in _tokens(node):
            place = self._module.range_of(token)
            start, end = self._module.offset_of(place.start), self._module.offset_of(place.end)
            if isinstance(token, cst.SimpleString):
                literal = Literal(start, end, token.prefix, token.quote)
                leaf.literals.append(literal)
                self._characters(token.raw_value, literal.body[0], literal)
            else:
                if self._form is not None:
                    raise Unreadable
                literal = Literal(start, end, token.prefix, token.quote)
                leaf.literals.append(literal)
                self._formatted(token, literal, terms)

    def _formatted(self, token: cst.FormattedString, literal: Literal, terms: dict[int, Term]) -> None:
        at = literal.body[0]
        for part in token.parts:
            if isinstance(part, cst.FormattedStringText):
                self._characters(part.value, at, literal)
                at += len(part.value)
            elif isinstance(part, cst.FormattedStringExpression):
                end = at + len(self._module.code_of(part))
                term = terms.get(id(part.expression))
                if term is None:
                    raise Unreadable
                plain = part.conversion is None and part.format_spec is None and part.equal is None
                self._text.atoms.append(Atom("", at, end, literal, Blank(term, part.expression, plain)))
                at = end
        if at != literal.body[1]:
            raise Unreadable

    def _characters(self, raw: str, at: int, literal: Literal) -> None:
        kinds = literal.prefix.lower()
        if "b" in kinds:
            raise Unreadable
        doubles = "f" in kinds or self._form == "format"
        patterns = [] if "r" in kinds else [_ESCAPE]
        patterns += [_DOUBLED] if doubles else []
        patterns += {"%": [_PERCENT], "format": [_FIELD]}.get(self._form or "", [])
        for match in re.finditer("|".join([*patterns, r"\r\n", "."]), raw, re.DOTALL):
            unit = match.group()
            start, end = at + match.start(), at + match.end()
            if len(unit) > 1 and unit[0] in "%{" and unit not in ("{{", "%%"):
                self._text.atoms.append(self._argument(unit, start, end, literal))
            else:
                self._text.atoms.append(Atom(_meaning(unit), start, end, literal))

    def _argument(self, unit: str, start: int, end: int, literal: Literal) -> Atom:
        plain = (_PLAIN_PERCENT if unit[0] == "%" else _PLAIN_FIELD).fullmatch(unit)
        is_number = unit[0] == "%" and unit[-1] in _NUMBERS
        if plain is None and not is_number:
            raise Unreadable
        written = plain.group(1) if plain is not None else None
        key: int | str = written or self._next
        if written and unit[0] == "{" and written.isdigit():
            key = int(written)
        elif not written:
            self._next += 1
        if key not in self._arguments:
            raise Unreadable
        term, node = self._arguments[key]
        return Atom("0" if is_number else "", start, end, literal, Blank(term, node, not is_number, key))


def _tokens(node: cst.BaseExpression) -> Iterator[cst.SimpleString | cst.FormattedString]:
    pending: list[cst.BaseExpression] = [node]
    while pending:
        current = pending.pop()
        if isinstance(current, cst.ConcatenatedString):
            pending += [current.right, current.left]
        elif isinstance(current, cst.SimpleString | cst.FormattedString):
            yield current
        else:
            raise Unreadable


def _meaning(unit: str) -> str:
    """What a unit of source stands for."""
    if unit in ("{{", "}}", "%%"):
        return unit[0]
    if unit == "\r\n":
        return "\n"
    if len(unit) == 1:
        return unit
    try:
        value = ast.literal_eval(f'"""{unit}"""')
    except (ValueError, SyntaxError):
        raise Unreadable from None
    return value if isinstance(value, str) else ""
