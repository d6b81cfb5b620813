"""Nodes that are there when somebody asks: what a walk notes has something in their place until then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Nodes:
    """The nodes of one tree."""

    __slots__ = ("fetch",)

    def __init__(self) -> None:
        self.fetch: Callable[[], object] = _fail
        """Gives every `Unfetched` of the tree its node."""


def _fail() -> None:
    raise RuntimeError("nobody has said yet how to fetch the nodes of this tree")


class Unfetched:
    """Stands for a node. Two of one tree are the same object where their nodes would be."""

    __slots__ = ("node", "nodes")

    node: Any
    nodes: Nodes

    def fetched(self) -> Any:
        """The node."""
        try:
            return self.node
        except AttributeError:
            self.nodes.fetch()
            return self.node


_new: Callable[[type[Unfetched]], Unfetched] = object.__new__
_set_nodes: Callable[[Unfetched, Nodes], None] = Unfetched.__dict__["nodes"].__set__


def unfetched(nodes: Nodes) -> Unfetched:
    """Stands for a node of some; a walk makes many, and an `__init__` would take twice as long."""
    made = _new(Unfetched)
    _set_nodes(made, nodes)
    return made


class NodeField(property):
    """A field of a class with slots that holds a node, a tuple of nodes or None, and fetches what is unfetched.

    Writing costs what it costs without.
    """

    def __init__(self, slot: Any) -> None:
        self.held: Callable[[object], Any] = slot.__get__
        """What is in the field, as it is; AttributeError if there is nothing."""
        super().__init__(_fetching(slot.__get__), slot.__set__, slot.__delete__)


def held(cls: type, name: str) -> Callable[[Any], Any]:
    """What reads a field for nodes without fetching them: enough to see whether two things have the same node."""
    place = cls.__dict__[name]
    if not isinstance(place, NodeField):
        raise TypeError(f"{cls.__name__}.{name} is no field for nodes")
    return place.held


def identity(item: Any, name: str = "node") -> int:
    """What tells a node in a field from all others, as `id` does; few have to be fetched for that."""
    place = getattr(type(item), name)
    try:
        return id(place.held(item))
    except AttributeError:
        # What was restored from a summary has neither node nor stand-in.
        return id(getattr(item, name))


def _fetching(held: Callable[[object], Any]) -> Callable[[object], Any]:
    def fetched(item: object) -> Any:
        value = held(item)
        kind = type(value)
        if kind is Unfetched:
            return value.fetched()
        if kind is tuple:
            return tuple([one.fetched() if type(one) is Unfetched else one for one in value])
        return value

    return fetched


def is_node(annotation: str) -> bool:
    """Whether a field with such an annotation holds what only a tree has."""
    return annotation == "ParsedModule" or annotation.removeprefix("tuple[").startswith("cst.")
