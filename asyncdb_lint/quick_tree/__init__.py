"""The tree of a source as a walk reads it, made from what Python's own parser says, in a fifth of LibCST's time.

It has LibCST's nodes and says what a program does, not how it is written: a walk over it notes the same, but for the
nodes (`semantics.summary` fetches those from a full tree when somebody asks). Where Python of this version cannot read
a source, or its tree tells too little, LibCST's own parser has to do.
"""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from asyncdb_lint.quick_tree.expressions import TooLittleKnown
from asyncdb_lint.quick_tree.statements import Statements

if TYPE_CHECKING:
    import libcst as cst

# In a nest of so many brackets LibCST's parser may give up, and those around nothing else are in no tree (`nesting`).
_BRACKETS = re.compile(rb"(?:[(\[{](?:[ \t\f\r\n\\]|#[^\r\n]*[\r\n])*){30}")


def quick_tree(text: str) -> cst.Module | None:
    """The tree of a source, good for a walk only; None where that takes LibCST's parser."""
    try:
        with warnings.catch_warnings():
            # A file's own SyntaxWarnings are none of ours.
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        source = text.encode()
        if _BRACKETS.search(source) is not None:
            return None
        return Statements(source).module(tree)
    except (TooLittleKnown, SyntaxError, ValueError, MemoryError, RecursionError, OverflowError):
        return None


__all__ = ["quick_tree"]
