"""One module as the mutators read it: LibCST nodes with offsets and parents, and nothing of the linter's own knowledge.

Where the pitfall can be made is decided here by syntax and imports alone. Asking the linter would be circular: what it
does not understand would never be broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, ParentNodeProvider, PositionProvider

_LINE_END = re.compile(r"\r\n?|\n")
_Node = TypeVar("_Node", bound=cst.CSTNode)


@dataclass(slots=True, eq=False)
class Function:
    """A function of a module; `owner` is the class it is a method of."""

    source: Source
    node: cst.FunctionDef
    owner: cst.ClassDef | None
    parent: Function | None

    @property
    def name(self) -> str:
        """The name it is defined by."""
        return self.node.name.value

    @property
    def is_async(self) -> bool:
        """Whether it is an `async def`."""
        return self.node.asynchronous is not None

    @property
    def key(self) -> tuple[Path, int]:
        """Tells it from all others, across processes."""
        return self.source.path, self.source.start(self.node)

    def parameters(self) -> dict[str, cst.Param]:
        """Its named parameters."""
        inner = self.node.params
        return {param.name.value: param for param in (*inner.posonly_params, *inner.params, *inner.kwonly_params)}


class Source:
    """A parsed module."""

    def __init__(self, path: Path, data: bytes) -> None:
        tree = cst.parse_module(data)
        self.path = path
        self.encoding = tree.encoding
        self.text = tree.code
        wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
        self.tree = wrapper.module
        self._positions = wrapper.resolve(PositionProvider)
        self._parents = wrapper.resolve(ParentNodeProvider)
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(self.text))]

    def start(self, node: cst.CSTNode) -> int:
        """Where a node starts, its parentheses left out."""
        place = self._range(node).start
        return self._starts[place.line - 1] + place.column

    def end(self, node: cst.CSTNode) -> int:
        """Where a node ends, its parentheses left out."""
        place = self._range(node).end
        return self._starts[place.line - 1] + place.column

    def line(self, node: cst.CSTNode) -> int:
        """The line a node starts on, from 1."""
        return self._range(node).start.line

    def text_of(self, node: cst.CSTNode) -> str:
        """A node as written."""
        return self.text[self.start(node) : self.end(node)]

    def line_text(self, line: int) -> str:
        """A whole line, stripped."""
        return _LINE_END.split(self.text)[line - 1].strip()

    def above(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """What a node stands in, from the inside out."""
        current = self._parents.get(node)
        while current is not None:
            yield current
            current = self._parents.get(current)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode:
        """What a node stands in directly."""
        return self._parents[node]

    def nodes(self, kind: type[_Node]) -> list[_Node]:
        """Every node of a kind, in the order of the text."""
        return [node for node in self._all if isinstance(node, kind)]

    def awaited_by(self, node: cst.CSTNode) -> cst.Await | None:
        """The `await` directly before an expression."""
        parent = self._parents.get(node)
        return parent if isinstance(parent, cst.Await) else None

    def function_of(self, node: cst.CSTNode) -> Function | None:
        """The function whose body a node runs in; what a lambda holds runs elsewhere and has none."""
        below = node
        for outer in self.above(node):
            if isinstance(outer, cst.Lambda):
                return None
            # Defaults, decorators and annotations run outside the function.
            if isinstance(outer, cst.FunctionDef) and below is outer.body:
                return self.functions[outer]
            below = outer
        return None

    @cached_property
    def functions(self) -> dict[cst.FunctionDef, Function]:
        """Every function, by its node."""
        found: dict[cst.FunctionDef, Function] = {}
        for node in self.nodes(cst.FunctionDef):
            around = next((n for n in self.above(node) if isinstance(n, cst.FunctionDef | cst.ClassDef)), None)
            owner = around if isinstance(around, cst.ClassDef) else None
            parent = found.get(around) if isinstance(around, cst.FunctionDef) else None
            found[node] = Function(self, node, owner, parent)
        return found

    @cached_property
    def imports(self) -> dict[str, str]:
        """What every imported name stands for, as a dotted path; a relative one starts with dots."""
        found: dict[str, str] = {}
        for node in self.nodes(cst.Import):
            for alias in node.names:
                whole = dotted(alias.name) or ""
                if alias.asname is not None:
                    found[_local(alias)] = whole
                else:
                    found[whole.split(".", maxsplit=1)[0]] = whole.split(".", maxsplit=1)[0]
        for origin in self.nodes(cst.ImportFrom):
            if isinstance(origin.names, cst.ImportStar):
                continue
            source = "." * len(origin.relative) + (dotted(origin.module) or "")
            for alias in origin.names:
                found[_local(alias)] = source + ("" if source.endswith(".") else ".") + (dotted(alias.name) or "")
        return found

    @cached_property
    def _all(self) -> list[cst.CSTNode]:
        found: list[cst.CSTNode] = []
        pending: list[cst.CSTNode] = [self.tree]
        while pending:
            node = pending.pop()
            found.append(node)
            pending.extend(reversed(node.children))
        return found

    def _range(self, node: cst.CSTNode) -> CodeRange:
        return self._positions[node]


def _local(alias: cst.ImportAlias) -> str:
    """The name that an import binds."""
    named = alias.asname.name if alias.asname is not None else alias.name
    return named.value if isinstance(named, cst.Name) else ""


def dotted(node: cst.BaseExpression | None) -> str | None:
    """`a.b.c` as text; None for anything but names and attributes."""
    if isinstance(node, cst.Name):
        return node.value
    if isinstance(node, cst.Attribute):
        base = dotted(node.value)
        return None if base is None else f"{base}.{node.attr.value}"
    return None
