"""Imports that nothing uses: a fix must not leave one behind."""

from __future__ import annotations

import libcst as cst

from asyncdb_lint.nodes import children


def idle_imports(text: str) -> set[str]:
    """The names that a module imports and that nothing in it reads."""
    imported: set[str] = set()
    read: set[str] = set()
    pending: list[cst.CSTNode] = [cst.parse_module(text)]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.ImportAlias):
            imported.add((node.evaluated_alias or node.evaluated_name).partition(".")[0])
        elif isinstance(node, cst.Name):
            read.add(node.value)
        elif isinstance(node, (cst.Attribute, cst.Arg)):
            pending.append(node.value)
        elif isinstance(node, cst.ImportFrom):
            pending.extend(() if isinstance(node.names, cst.ImportStar) else node.names)
        else:
            pending.extend(children(node))
    return imported - read
