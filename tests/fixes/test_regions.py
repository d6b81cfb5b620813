"""What of a statement is written out again for a fix: only the part that changes, and it lands where it stood."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import libcst as cst
import pytest

from asyncdb_lint.fixes import Change, FixPlan, InsertAfter, InsertBefore, Remove, Replace, apply_edits, resolve
from asyncdb_lint.fixes.differing import changed_region
from asyncdb_lint.nodes import descendants
from asyncdb_lint.parsing import ParsedModule, parse

PATH = Path("module.py")


def named(module: ParsedModule, name: str) -> cst.SimpleStatementLine:
    """The line that is nothing but a name."""
    for node in descendants(module.tree):
        if isinstance(node, cst.SimpleStatementLine) and module.code_of(node.body[0]) == name:
            return node
    raise LookupError(name)


def line(code: str) -> cst.SimpleStatementLine:
    return cst.ensure_type(cst.parse_statement(code), cst.SimpleStatementLine)


def applied(source: str, *kinds: str) -> str:
    """A source after `a` is replaced, removed, preceded or followed."""
    module = parse(PATH, source.encode())
    target = named(module, "a")
    changes: dict[str, Change] = {
        "replace": Replace(module, target, target.with_changes(body=line("new").body)),
        "remove": Remove(module, target),
        "before": InsertBefore(module, target, [line("new")]),
        "after": InsertAfter(module, target, [line("new")]),
    }
    fix = resolve(FixPlan.safe("mend", *(changes[kind] for kind in kinds)))
    return apply_edits(module.text, fix.edits)


def method(*lines: str) -> str:
    """A method of a class, with something before and after it."""
    body = "".join(f"        {line}\n" if line else "\n" for line in lines)
    return (
        f"x = 1\n\n\n@d\nclass C:\n    def e(self): ...\n\n    # why\n    @d\n    async def f(self):\n{body}    y = 1\n"
    )


@pytest.mark.parametrize(
    ("source", "kind", "expected"),
    [
        (method("a", "b"), "replace", method("new", "b")),
        (method("a", "b"), "before", method("new", "a", "b")),
        (method("b", "a"), "after", method("b", "a", "new")),
        (method("b", "a", "b"), "remove", method("b", "b")),
        (method("a"), "remove", method("pass")),
        (method("async with b:", "    a"), "replace", method("async with b:", "    new")),
        # Equal lines, comments and blank lines around it.
        (method("new", "new", "a", "new"), "replace", method("new", "new", "new", "new")),
        (method("c", "", "# so", "a  # and so", "", "c"), "replace", method("c", "", "# so", "new  # and so", "", "c")),
        # Indentation and line ends are the file's own, also those of single blocks.
        ("def f():\r\n\tif b:\r\n\t\ta\r\n", "after", "def f():\r\n\tif b:\r\n\t\ta\r\n\t\tnew\r\n"),
        ("def f():\n    if b:\n      a\n    b\n", "after", "def f():\n    if b:\n      a\n      new\n    b\n"),
        # The last line of a file may have no end.
        ("def f():\n    b\n    a", "after", "def f():\n    b\n    a\n    new"),
        ("def f():\n    b\n    a", "replace", "def f():\n    b\n    new"),
        # What LibCST does not write is still there.
        ("b\n\x0cdef f():\n    b\n    a\n", "replace", "b\n\x0cdef f():\n    b\n    new\n"),
        ("def f():\n    b\n\x0c    a\n    b\n", "replace", "def f():\n    b\n\x0c    new\n    b\n"),
    ],
)
def test_a_change_inside_of_blocks_lands_where_it_belongs(source: str, kind: str, expected: str) -> None:
    assert applied(source, kind) == expected


def test_two_changes_in_one_block_are_one_region() -> None:
    assert applied(method("b", "a", "b"), "before", "after") == method("b", "new", "a", "new", "b")


def region(source: str, after: str) -> tuple[str, str, int]:
    """The statements of a region, before and after, and how many blocks they stand in."""
    tree = cst.parse_module(source)
    other = cst.parse_module(after)
    kept = {tree.code_for_node(node): node for node in descendants(tree) if isinstance(node, cst.BaseStatement)}

    class WithKept(cst.CSTTransformer):
        def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
            return kept.get(other.code_for_node(original_node), updated_node)

    found = changed_region(tree.body, cst.ensure_type(other.visit(WithKept()), cst.Module).body)

    def text(nodes: Sequence[cst.CSTNode]) -> str:
        return " ".join(tree.code_for_node(node).strip() for node in nodes)

    return text(found.old), text(found.new), len(found.indents)


@pytest.mark.parametrize(
    ("source", "after", "old", "new", "depth"),
    [
        ("a\nb\nc\n", "a\nx\nc\n", "b", "x", 0),
        ("a\nb\nc\n", "a\nc\n", "b", "", 0),
        # Something is there to know the place by.
        ("a\nb\n", "a\nx\nb\n", "b", "x b", 0),
        ("a\nb\n", "a\nb\nx\n", "b", "b x", 0),
        ("a\nb\nc\nd\n", "a\nx\nc\ny\n", "b c d", "x c y", 0),
    ],
)
def test_a_region_is_all_between_the_first_and_the_last_change(
    source: str, after: str, old: str, new: str, depth: int
) -> None:
    assert region(source, after) == (old, new, depth)


def test_a_region_is_as_deep_as_only_blocks_differ() -> None:
    tree = cst.parse_module("class C:\n    def f(self):\n        a\n        b\n    def g(self): ...\n")
    outer = cst.ensure_type(tree.body[0], cst.ClassDef)
    method = cst.ensure_type(outer.body.body[0], cst.FunctionDef)
    changed = method.with_changes(body=method.body.with_changes(body=[line("x"), method.body.body[1]]))
    renamed = changed.with_changes(name=cst.Name("h"))
    for new, old, depth in ((changed, method.body.body[0], 2), (renamed, method, 1)):
        rebuilt = outer.with_changes(body=outer.body.with_changes(body=[new, outer.body.body[1]]))
        found = changed_region([outer], [rebuilt])
        assert list(found.old) == [old]
        assert len(found.indents) == depth
