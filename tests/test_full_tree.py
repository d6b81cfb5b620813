"""What a walk reads of LibCST's tree: every kind of node that says what a program does, each standing for its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
import pytest

from asyncdb_lint import syntax
from asyncdb_lint.full_tree import FullTree
from asyncdb_lint.nodes import descendants
from asyncdb_lint.project import lint_files
from asyncdb_lint.settings import Settings
from tests.test_summaries import TREES

# Where a walk reads something else than the field itself.
TOLD_OTHERWISE = {"OtherExpression": {"parts"}}
READ_AS = {"MatchTuple": "MatchList", "LazyImport": "Import", "LazyImportFrom": "ImportFrom"}
# Of these the expressions count that they are made of, and nothing else.
WITHOUT_A_CLASS = {"TemplatedString", "StarredDictComp"}


def kinds(cls: type[cst.CSTNode]) -> Iterator[type[cst.CSTNode]]:
    for kind in cls.__subclasses__():
        if not kind.__subclasses__() and not kind.__name__.startswith(("Base", "_")):
            yield kind
        yield from kinds(kind)


@pytest.mark.parametrize(
    "family", [cst.BaseExpression, cst.BaseSmallStatement, cst.BaseCompoundStatement, cst.MatchPattern, cst.BaseSuite]
)
def test_every_kind_of_node_has_a_class(family: type[cst.CSTNode]) -> None:
    names = {kind.__name__ for kind in kinds(family)}
    assert len(names) > 1
    assert {name for name in names if not hasattr(syntax, READ_AS.get(name, name))} <= WITHOUT_A_CLASS


@pytest.mark.parametrize(
    "cls", [cls for cls in vars(syntax).values() if isinstance(cls, type) and issubclass(cls, syntax.Node)]
)
def test_fields_are_called_as_in_libcst(cls: type[syntax.Node]) -> None:
    original = getattr(cst, cls.__name__, None)
    if original is not None:
        assert {*cls.fields} <= {field.name for field in dataclasses.fields(original)}
    else:
        assert {*cls.fields} <= {"body", *TOLD_OTHERWISE.get(cls.__name__, ())}


def read(node: object) -> Iterator[syntax.Node]:
    """A node of a walk and all below it."""
    if isinstance(node, syntax.Node):
        yield node
        for name in node.fields:
            yield from read(getattr(node, name))
    elif isinstance(node, list):
        for item in node:
            yield from read(item)


def test_every_node_stands_for_one_of_the_tree() -> None:
    for path in TREES:
        tree = cst.parse_module(path.read_text(encoding="utf-8"))
        found = list(read(FullTree(tree).module))
        assert {id(node.full) for node in found} <= {id(node) for node in descendants(tree)}
        assert all(type(node.full).__name__ == type(node).__name__ for node in found)


def test_statements_that_stay_are_not_read_again() -> None:
    tree = cst.parse_module("import a\nb = a.c()\nd = b\n")
    before = FullTree(tree)
    after = FullTree(
        tree.with_changes(body=[tree.body[0], *cst.parse_module("b = 1\n").body, tree.body[2]]), before.converted
    )
    same = [one is two for one, two in zip(before.module.body, after.module.body, strict=True)]
    assert same == [True, False, True]


@pytest.mark.skipif(not hasattr(cst, "LazyImportFrom"), reason="older versions of LibCST do not know the syntax")
def test_lazy_imports_are_imports(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "lazy from databases import Database\n"
        "database = Database('sqlite:///shop.db')\n"
        "async def find():\n    return database.fetch_one('SELECT 1') is None\n"
    )
    found = lint_files([tmp_path / "app.py"], settings=Settings(root=tmp_path)).diagnostics
    assert [item.code for item in found] == ["ADB101"]


@pytest.mark.skipif(not hasattr(cst, "StarredDictComp"), reason="older versions of LibCST do not know the syntax")
def test_the_parts_of_what_nobody_thought_of_are_read() -> None:
    (line,) = FullTree(cst.parse_module("{**a for b in c}")).module.body
    assert isinstance(line, syntax.SimpleStatementLine)
    (statement,) = line.body
    assert isinstance(statement, syntax.Expr)
    assert isinstance(statement.value, syntax.OtherExpression)
    assert [part.value for part in statement.value.parts if isinstance(part, syntax.Name)] == ["a"]
