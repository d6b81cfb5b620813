"""The tree of a source as a walk reads it, made from what Python's own parser says, in a fifth of LibCST's time.

A walk over it notes the same as over a full tree, but for the nodes (`semantics.summary` fetches those from a full tree
when somebody asks). Where Python of this version cannot read a source, or its tree tells too little, LibCST's own
parser has to do.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

from asyncdb_lint import syntax
from asyncdb_lint.quick_tree.expressions import TooLittleKnown
from asyncdb_lint.quick_tree.statements import Statements
from asyncdb_lint.unfetched import Nodes, Unfetched, unfetched

# In a nest of so many brackets LibCST's parser may give up, and those around nothing else are in no tree (`nesting`).
_BRACKETS = re.compile(rb"(?:[(\[{](?:[ \t\f\r\n\\]|#[^\r\n]*[\r\n])*){30}")
_UNREADABLE = (TooLittleKnown, SyntaxError, ValueError, MemoryError, RecursionError, OverflowError)


class QuickTree:
    """Such a tree; nobody who walks it learns of LibCST's nodes."""

    def __init__(self, module: syntax.Module) -> None:
        self.module = module
        self.nodes = Nodes()
        self.parsed: Any = unfetched(self.nodes)
        """Stands for the module as LibCST parses it."""

    def noted(self, node: syntax.Node) -> Unfetched:
        """What stands for LibCST's node, which is yet to be fetched."""
        # Where LibCST read a part of the source by itself, there are nodes already, but those of no tree.
        noted = getattr(node, "full", None)
        if type(noted) is not Unfetched:
            noted = node.full = unfetched(self.nodes)  # type: ignore[assignment]
        return noted

    def expression(self, text: str) -> syntax.Expression | None:
        """The tree of an expression that stands in a text of the module; None if it is none."""
        try:
            made: syntax.Expression = Statements(text.encode()).expression(_parsed(text, "eval").body)
        except _UNREADABLE:
            from asyncdb_lint.full_tree import converted_expression

            return converted_expression(text)
        return made


def quick_tree(text: str) -> QuickTree | None:
    """The tree of a source; None where that takes LibCST's parser."""
    try:
        tree = _parsed(text, "exec")
        source = text.encode()
        if _BRACKETS.search(source) is not None:
            return None
        return QuickTree(Statements(source).module(tree))
    except _UNREADABLE:
        return None


def _parsed(text: str, mode: str) -> Any:
    with warnings.catch_warnings():
        # A file's own SyntaxWarnings are none of ours.
        warnings.simplefilter("ignore")
        return ast.parse(text, mode=mode)


__all__ = ["QuickTree", "quick_tree"]
