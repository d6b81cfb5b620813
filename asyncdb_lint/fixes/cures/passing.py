"""How a query is given its values, and how it is given more of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import libcst as cst

from ...semantics.records import Argument, CallRecord, FunctionRecord, UseKind
from ...semantics.terms import Choice, Computed, Constant, Item, Term, last_name
from ...semantics.terms import Mapping as MappingTerm

_NO_SPACE = cst.SimpleWhitespace("")


class Passing(NamedTuple):
    """The arguments of a query that matter when values are added."""

    call: cst.Call
    query: Argument
    values: Argument | None
    keyword: str
    keys: frozenset[str]
    """The bind parameters that have values already."""

    def with_values(self, values: Mapping[str, str], quote: str, others: Mapping[int, cst.BaseExpression]) -> cst.Call:
        """The call with more values; `others` are further arguments to put in the place of theirs, by identity."""
        arguments = [arg.with_changes(value=others.get(id(arg.value), arg.value)) for arg in self.call.args]
        if self.values is None:
            return self._extended(arguments, _dict(values, quote))
        old = self.values.node
        if isinstance(old, cst.Dict):
            new: cst.BaseExpression = _with_entries(old, values, quote)
        elif isinstance(old, cst.Name) and old.value == "None":
            new = _dict(values, quote)
        else:
            new = _dict(values, quote).with_changes(
                elements=[_spaced(cst.StarredDictElement(old)), *_dict(values, quote).elements]
            )
        return self.call.with_changes(
            args=[arg.with_changes(value=new) if arg.value is old else arg for arg in arguments]
        )

    def _extended(self, arguments: Sequence[cst.Arg], values: cst.Dict) -> cst.Call:
        """One more argument, on a line of its own where the others are."""
        *others, last = arguments
        added = cst.Arg(values, keyword=cst.Name(self.keyword), equal=cst.AssignEqual(_NO_SPACE, _NO_SPACE))
        opening = self.call.whitespace_before_args
        between: cst.BaseParenthesizableWhitespace = cst.SimpleWhitespace(" ")
        if isinstance(opening, cst.ParenthesizedWhitespace):
            between = opening.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
        if isinstance(last.comma, cst.Comma):
            closing = last.comma.whitespace_after
            added = added.with_changes(comma=last.comma.with_changes(whitespace_after=_without_comment(closing)))
        else:
            closing = last.whitespace_after_arg
            added = added.with_changes(whitespace_after_arg=_without_comment(closing))
        if isinstance(between, cst.ParenthesizedWhitespace) and isinstance(closing, cst.ParenthesizedWhitespace):
            between = between.with_changes(first_line=closing.first_line)
        last = last.with_changes(comma=cst.Comma(whitespace_after=between), whitespace_after_arg=_NO_SPACE)
        return self.call.with_changes(args=[*others, last, added])


def passing(call: CallRecord, method: FunctionRecord | None) -> Passing | None:
    """How a call passes its query and values; None where values cannot be added to it."""
    if method is None or any(argument.star for argument in call.arguments):
        return None
    names = {_role(parameter.annotation): parameter.name for parameter in method.parameters}
    order = [parameter.name for parameter in method.parameters if parameter is not method.parameters[0]]
    if "SQL" not in names or "Binds" not in names:
        return None
    query = call.argument(order.index(names["SQL"]), names["SQL"])
    values = call.argument(order.index(names["Binds"]), names["Binds"])
    if query is None:
        return None
    keys = _keys(values, call) if values is not None else frozenset[str]()
    return Passing(call.node, query, values, names["Binds"], keys) if keys is not None else None


def _role(annotation: Term | None) -> str | None:
    match annotation:
        case Computed(operands=options) | Choice(options=options):
            return next((name for option in options if (name := last_name(option)) in ("SQL", "Binds")), None)
        case None | Item():
            return None
        case _:
            return last_name(annotation)


def _keys(values: Argument, call: CallRecord) -> frozenset[str] | None:
    """The keys of the values; None where they are not all known."""
    term = values.term
    if isinstance(term, Constant) and term.value is None:
        return frozenset() if isinstance(values.node, cst.Name) else None
    if not isinstance(term, MappingTerm) or not isinstance(values.node, cst.Dict | cst.Name):
        return None
    if any(use.call is not call and use.kind is not UseKind.BOUND for use in term.uses):
        return None
    keys = [key.value for key, _ in term.entries if isinstance(key, Constant) and isinstance(key.value, str)]
    return frozenset(keys) if len(keys) == len(term.entries) else None


def _dict(values: Mapping[str, str], quote: str) -> cst.Dict:
    elements = list(_elements(values, quote))
    return cst.Dict([*map(_spaced, elements[:-1]), elements[-1]])


def _elements(values: Mapping[str, str], quote: str) -> Iterable[cst.DictElement]:
    for name, value in values.items():
        yield cst.DictElement(cst.SimpleString(f"{quote}{name}{quote}"), cst.parse_expression(value))


def _spaced(element: cst.BaseDictElement) -> cst.BaseDictElement:
    return element.with_changes(comma=cst.Comma(whitespace_after=cst.SimpleWhitespace(" ")))


def _with_entries(old: cst.Dict, values: Mapping[str, str], quote: str) -> cst.Dict:
    """A dict with more entries, laid out as those it has."""
    if not old.elements:
        return old.with_changes(elements=_dict(values, quote).elements)
    *others, last = old.elements
    opening, closing = old.lbrace.whitespace_after, old.rbrace.whitespace_before
    between: cst.BaseParenthesizableWhitespace = cst.SimpleWhitespace(" ")
    if isinstance(opening, cst.ParenthesizedWhitespace):
        between = opening.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])
    before = between
    if isinstance(before, cst.ParenthesizedWhitespace) and isinstance(closing, cst.ParenthesizedWhitespace):
        # A comment beside the last entry stays beside it.
        before = before.with_changes(first_line=closing.first_line)
    *new, final = _elements(values, quote)
    return old.with_changes(
        elements=[
            *others,
            last.with_changes(comma=cst.Comma(whitespace_after=before)),
            *(element.with_changes(comma=cst.Comma(whitespace_after=between)) for element in new),
            final.with_changes(comma=last.comma),
        ],
        rbrace=old.rbrace.with_changes(whitespace_before=_without_comment(closing)),
    )


def _without_comment(space: cst.BaseParenthesizableWhitespace) -> cst.BaseParenthesizableWhitespace:
    if isinstance(space, cst.ParenthesizedWhitespace):
        return space.with_changes(first_line=cst.TrailingWhitespace(newline=space.first_line.newline))
    return space
