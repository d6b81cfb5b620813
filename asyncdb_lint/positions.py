"""Where each node of a tree stands, as LibCST's `PositionProvider` says, without its deep copy of the tree."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from itertools import accumulate, pairwise
from typing import NamedTuple

import libcst as cst

# LibCST's own position providers extend this same class; it has no public name.
from libcst._nodes.internal import CodegenState

Place = tuple[cst.CSTNode, int, int, int, int]


class PlaceRecorder(CodegenState):
    """Writes a tree out and notes start and end, as line and column from 1, of every node by its identity.

    Each record holds its node: identities of nodes that LibCST makes while writing would otherwise be used again.
    """

    __slots__ = ("_column", "_line", "_starts", "places")

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.places: dict[int, Place] = {}
        self._starts: list[tuple[int, int]] = []
        self._line = 1
        self._column = 1

    def begin_group(self) -> dict[int, Place]:
        """Notes what comes from now on by itself."""
        self.places = {}
        return self.places

    def add_token(self, value: str) -> None:
        """Appends a token and moves on by its length."""
        self.tokens.append(value)
        if "\n" in value or "\r" in value:
            lines = value.replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self._line += len(lines) - 1
            self._column = len(lines[-1]) + 1
        else:
            self._column += len(value)

    def add_indent_tokens(self) -> None:
        """Appends the indentation of a line."""
        self.tokens.extend(self.indent_tokens)
        self._column += sum(map(len, self.indent_tokens))

    def before_codegen(self, node: cst.CSTNode) -> None:
        """Notes where a node starts."""
        self._starts.append((self._line, self._column))

    def after_codegen(self, node: cst.CSTNode) -> None:
        """Notes where a node ends."""
        line, column = self._starts.pop()
        # What `record_syntactic_position` noted, without the whitespace around, is better than this.
        if id(node) not in self.places:
            self.places[id(node)] = (node, line, column, self._line, self._column)

    def record_syntactic_position(  # type: ignore[override] # LibCST says how its own is made
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> _SyntacticPlace:
        """Notes where a node stands without the whitespace that belongs to it."""
        return _SyntacticPlace(self, node, start_node, end_node)


class _SyntacticPlace(AbstractContextManager[None]):
    """Notes where a node stands; a generator as a context manager would take three times as long, for every node."""

    __slots__ = ("_end_node", "_line_and_column", "_node", "_recorder", "_start_node")

    def __init__(
        self,
        recorder: PlaceRecorder,
        node: cst.CSTNode,
        start_node: cst.CSTNode | None,
        end_node: cst.CSTNode | None,
    ) -> None:
        self._recorder = recorder
        self._node = node
        self._start_node = start_node
        self._end_node = end_node

    def __enter__(self) -> None:
        self._line_and_column = self._recorder._line, self._recorder._column

    def __exit__(self, *failure: object) -> None:
        if failure[0] is not None:
            return
        recorder = self._recorder
        start, end = self._line_and_column, (recorder._line, recorder._column)
        if self._start_node is not None:
            start = recorder.places[id(self._start_node)][1:3]
        if self._end_node is not None:
            end = recorder.places[id(self._end_node)][3:5]
        recorder.places[id(self._node)] = (self._node, *start, *end)


class PlainText(CodegenState):
    """Writes a tree out and notes nothing."""

    def record_syntactic_position(  # type: ignore[override] # LibCST says how its own is made
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: cst.CSTNode | None = None
    ) -> AbstractContextManager[None]:
        """Does nothing, at a third of the price of the state that LibCST writes trees out with."""
        return _NOTHING


_NOTHING = nullcontext()


class Group(NamedTuple):
    """Where the nodes of one top-level statement stand, by their identity, before it moved down by some lines."""

    nodes: dict[int, Place]
    down: int


class Places(NamedTuple):
    """Where everything in a module stands."""

    groups: tuple[Group, ...]
    """The header, each top-level statement with all that belongs to it, and the footer."""
    whole: Place
    """Where the module itself stands."""
    statements: tuple[tuple[int, int], ...]
    """Start and end, as indices into the text, of each top-level statement with all that belongs to it."""
    lines: tuple[int, ...]
    """The first line of each top-level statement with all that belongs to it."""
    text: str
    """What the tree is written out as."""

    def of(self, node: cst.CSTNode) -> Place | None:
        """Where a node stands; None if it is none of this module."""
        if node is self.whole[0]:
            return self.whole
        for nodes, down in self.groups:
            found = nodes.get(id(node))
            if found is not None and found[0] is node:
                _, line, column, end_line, end_column = found
                return node, line + down, column, end_line + down, end_column
        return None


def record_places(tree: cst.Module) -> Places:
    """Writes a module out and notes where everything in it stands."""
    recorder = PlaceRecorder(tree.default_indent, tree.default_newline)
    groups = [recorder.places]
    counts: list[int] = []
    lines: list[int] = []
    for line in tree.header:
        line._codegen(recorder)
    for statement in tree.body:
        counts.append(len(recorder.tokens))
        lines.append(recorder._line)
        groups.append(recorder.begin_group())
        statement._codegen(recorder)
    counts.append(len(recorder.tokens))
    groups.append(recorder.begin_group())
    for line in tree.footer:
        line._codegen(recorder)
    # The parser made a line end for the last line that has none in the file.
    if not tree.has_trailing_newline:
        recorder.pop_trailing_newline()
    elif not recorder.tokens:
        recorder.add_token(tree.default_newline)
    ends = list(accumulate(map(len, recorder.tokens), initial=0))
    offsets = [ends[min(count, len(recorder.tokens))] for count in counts]
    whole = (tree, 1, 1, recorder._line, recorder._column)
    return Places(
        tuple(Group(nodes, 0) for nodes in groups),
        whole,
        tuple(pairwise(offsets)),
        tuple(lines),
        "".join(recorder.tokens),
    )
