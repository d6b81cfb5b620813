"""Text with gaps, as an expression may stand for it, and the expressions that fill the gaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from ..lazy import cst
from .records import Argument, CallRecord, FunctionRecord
from .terms import Computed, Hole, Term

Place: TypeAlias = "Callable[[], cst.BaseExpression]"
"""Gives an expression of the source; only what is reported needs it."""


class Frame(NamedTuple):
    """The call through which a function is looked at: its parameters are that call's arguments."""

    call: CallRecord
    function: FunctionRecord
    outer: Frame | None = None


class Gap(NamedTuple):
    """A hole left in a flattened text: which expression fills it, and through which calls it was reached."""

    term: Term
    place: Place
    frame: Frame | None
    spec: str = ""

    @property
    def node(self) -> cst.BaseExpression:
        """The expression that fills it."""
        return self.place()


Parts = tuple["str | Gap", ...]


class FlatText(NamedTuple):
    """One text that an expression may stand for."""

    parts: Parts

    @property
    def literal(self) -> str | None:
        """The whole text, if nothing is filled in."""
        if all(isinstance(part, str) for part in self.parts):
            return "".join(part for part in self.parts if isinstance(part, str))
        return None


def place_of(noted: Hole | Argument) -> Place:
    """Where a hole or an argument is written."""
    return lambda: noted.node


def place_of_call(call: CallRecord) -> Place:
    """Where a call is written."""
    return lambda: call.node


def operand_place(term: Computed, index: int) -> Place:
    """Where one operand is written."""
    return lambda: term.nodes[index]


def element_place(whole: Place, index: int, count: int) -> Place:
    """The element of a tuple with `count` of them; of anything else, the whole."""

    def find() -> cst.BaseExpression:
        node = whole()
        if count and isinstance(node, cst.Tuple) and len(node.elements) == count:
            return node.elements[min(index, count - 1)].value
        return node

    return find


def named_place(whole: Place, name: str) -> Place:
    """What a dict holds under a name; of anything else, the whole."""
    return lambda: _named_node(whole(), name)


def seen_at(parts: Parts, place: Place) -> Parts:
    """Text that only wraps a value (quotes, percent signs) is seen where it is filled in; SQL where it is written."""
    gaps = [part for part in parts if not isinstance(part, str)]
    literal = "".join(part for part in parts if isinstance(part, str))
    if len(gaps) != 1 or any(character.isalnum() for character in literal):
        return parts
    return tuple(part if isinstance(part, str) else part._replace(place=place) for part in parts)


def _named_node(node: cst.BaseExpression, name: str) -> cst.BaseExpression:
    if isinstance(node, cst.Dict):
        for element in node.elements:
            if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
                if element.key.evaluated_value == name:
                    return element.value
    return node
