"""Plans to texts: each change in the layouts it meets in real code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import libcst as cst
import libcst.matchers as m
import pytest

from asyncdb_lint.diagnostics import Applicability
from asyncdb_lint.fixes import (
    AddImport,
    Change,
    FixPlan,
    InsertAfter,
    InsertBefore,
    PlanRefused,
    Remove,
    Replace,
    apply_edits,
    resolve,
)
from asyncdb_lint.nodes import descendants
from asyncdb_lint.parsing import ParsedModule, parse

PATH = Path("module.py")


def fixed(source: str, plan: Callable[[ParsedModule], Sequence[Change]]) -> str:
    module = parse(PATH, source.encode())
    return apply_edits(module.text, resolve(FixPlan.safe("mend", *plan(module))).edits)


def calls(module: ParsedModule, name: str = "query") -> list[cst.Call]:
    found = [node for node in descendants(module.tree) if isinstance(node, cst.Call)]
    return [call for call in found if isinstance(call.func, cst.Name) and call.func.value == name]


def line_of(module: ParsedModule, code: str) -> cst.SimpleStatementLine:
    for node in m.findall(module.tree, m.SimpleStatementLine()):
        if module.text_of(module.range_of(node)).startswith(code):
            return cst.ensure_type(node, cst.SimpleStatementLine)
    raise LookupError(code)


def small(module: ParsedModule, code: str) -> cst.BaseSmallStatement:
    for node in m.findall(module.tree, m.Expr() | m.Assign() | m.Pass()):
        if isinstance(node, cst.BaseSmallStatement) and module.text_of(module.range_of(node)) == code:
            return node
    raise LookupError(code)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = query(q)\n", "x = await query(q)\n"),
        ("x = query(q).name\n", "x = (await query(q)).name\n"),
        ("x = (query(q)).name  # c\n", "x = (await query(q)).name  # c\n"),
        ("x = query(query(q)[0])[0]\n", "x = (await query((await query(q))[0]))[0]\n"),
        ("return(query(q))\n", "return(await query(q))\n"),
        ("x = query(a) ** query(b)\n", "x = await query(a) ** await query(b)\n"),
        ("f(*query(a), **query(b), c=query(c), )\n", "f(*await query(a), **await query(b), c=await query(c), )\n"),
        ("with query(a)as b: pass\n", "with await query(a)as b: pass\n"),
        # LibCST's own checks do not see these parentheses.
        ("return(1 if query(q) else 2)\n", "return(1 if await query(q) else 2)\n"),
        ("return(query(a) if b else query(c))\n", "return(await query(a) if b else await query(c))\n"),
        ("x = b or(1 if b else query(c))\n", "x = b or(1 if b else await query(c))\n"),
        ("return(lambda: 1)if query(b)else 2\n", "return(lambda: 1)if await query(b)else 2\n"),
        ("return[query(a)]\n", "return[await query(a)]\n"),
        ("@query(a)\ndef f(): pass\n", "@await query(a)\ndef f(): pass\n"),
        ("x = query(  # why\n    q,\n)\n", "x = await query(  # why\n    q,\n)\n"),
        ("class A:\n\tdef f(self):\n\t\tx = (\r\n\t\t\tquery(q)\r\n\t\t)\n", None),
        ("a\n\x0cx = query(q)\n", "a\n\x0cx = await query(q)\n"),
        ("x = query(q)", "x = await query(q)"),
    ],
)
def test_an_expression_is_replaced_with_parentheses_where_needed(source: str, expected: str | None) -> None:
    wanted = expected or source.replace("query", "await query")
    assert fixed(source, lambda module: [Replace(module, call, cst.Await(call)) for call in calls(module)]) == wanted


def test_an_edit_is_as_small_as_it_can_be() -> None:
    module = parse(PATH, b"def f():\n    user = query(  # why\n        q\n    )\n")
    (edit,) = resolve(FixPlan.safe("mend", Replace(module, calls(module)[0], cst.Await(calls(module)[0])))).edits
    assert (edit.range.start, edit.range.end, edit.content) == (edit.range.end, edit.range.start, "await ")
    assert (edit.range.start.line, edit.range.start.column) == (2, 12)


@pytest.mark.parametrize(
    ("source", "code", "expected"),
    [
        ("a\nquery()\nb\n", "query()", "a\nb\n"),
        ("a; query(); b  # c\n", "query()", "a; b  # c\n"),
        ("query(); b\n", "query()", "b\n"),
        ("a; query();\n", "query()", "a\n"),
        ("if a: query()\nb\n", "query()", "if a: pass\nb\n"),
        ("if a: x; query()  # c\n", "query()", "if a: x  # c\n"),
        ("def f():\n    query()\n", "query()", "def f():\n    pass\n"),
        ("def f():\n    # why\n    query()  # beside\n", "query()", "def f():\n    # why\n    # beside\n    pass\n"),
        ("a\n\n# why\nquery()  # beside\nb\n", "query()", "a\n\n# why\n# beside\nb\n"),
        ("a\n\nquery()\nb\n", "query()", "a\n\nb\n"),
        ("a\nquery()\n\nb\n", "query()", "a\n\nb\n"),
        ("a\n\nquery()  # noqa: E501\n\nb\n", "query()", "a\n\nb\n"),
        (
            "def f():\n    a\n    # why\n    query()\n    # end\nb\n",
            "query()",
            "def f():\n    a\n    # why\n    # end\nb\n",
        ),
        ("a\n# why\nquery()", "query()", "a\n# why"),
        ("a\r\nquery()\r\n", "query()", "a\r\n"),
        ("query()\n", "query()", ""),
        ("try:\n    query()\nfinally:\n    a\n", "query()", "try:\n    pass\nfinally:\n    a\n"),
        ("class A:\n\tx = query(\n\t\ta,  # lost with it\n\t)\n\ty = 1\n", "x =", "class A:\n\ty = 1\n"),
    ],
)
def test_a_removed_statement_leaves_its_comments(source: str, code: str, expected: str) -> None:
    def plan(module: ParsedModule) -> list[Change]:
        try:
            return [Remove(module, small(module, code))]
        except LookupError:
            return [Remove(module, line_of(module, code))]

    assert fixed(source, plan) == expected


def test_neighbours_removed_together_leave_one_gap() -> None:
    source = "def f():\n    a\n\n    # one\n    query(1)\n\n    # two\n    query(2)\n\n    b\n"
    expected = "def f():\n    a\n\n    # one\n\n    # two\n\n    b\n"
    assert fixed(source, lambda module: [Remove(module, line_of(module, f"query({i})")) for i in "12"]) == expected


@pytest.mark.parametrize(
    ("source", "before", "after"),
    [
        ("a\nx\nb\n", "a\nnew()\nx\nb\n", "a\nx\nnew()\nb\n"),
        ("a\n\n# c\nx  # d\n", "a\n\nnew()\n# c\nx  # d\n", "a\n\n# c\nx  # d\nnew()\n"),
        ("a; x; b  # c\n", "a\nnew()\nx; b  # c\n", "a; x\nnew()\nb  # c\n"),
        ("if a: x\n", "if a:\n    new()\n    x\n", "if a:\n    x\n    new()\n"),
        ("if a:\r\n\tx", "if a:\r\n\tnew()\r\n\tx", "if a:\r\n\tx\r\n\tnew()"),
        ("# head\n\nx\n", "# head\n\nnew()\nx\n", "# head\n\nx\nnew()\n"),
    ],
)
def test_statements_are_inserted_in_the_block_and_its_style(source: str, before: str, after: str) -> None:
    new = [cst.parse_statement("new()\n")]
    assert fixed(source, lambda module: [InsertBefore(module, small(module, "x"), new)]) == before
    assert fixed(source, lambda module: [InsertAfter(module, small(module, "x"), new)]) == after


def test_definitions_keep_their_distance() -> None:
    source = "import a\n\n\n# about f\n@d\ndef f(): pass\n\n\nb\n"
    new = [cst.parse_statement("def g():\n  pass\n")]
    expected = "import a\n\n\n# about f\n@d\ndef f(): pass\n\n\ndef g():\n    pass\n\n\nb\n"
    assert fixed(source, lambda module: [InsertAfter(module, module.tree.body[1], new)]) == expected
    expected = "import a\n\n\nnew = 1\n\n\n# about f\n@d\ndef f(): pass\n\n\nb\n"
    new = [cst.parse_statement("new = 1")]
    assert fixed(source, lambda module: [InsertBefore(module, module.tree.body[1], new)]) == expected


def wrapped(module: ParsedModule, statement: cst.SimpleStatementLine) -> Replace:
    guard = cst.ensure_type(cst.parse_statement("try:\n  pass\nexcept E as error:\n  raise X from error\n"), cst.Try)
    return Replace(module, statement, guard.with_changes(body=cst.IndentedBlock([statement])))


def test_a_statement_moves_into_its_replacement_with_all_it_holds() -> None:
    source = "def f():\n  a\n\n  # why\n  x = query('''\nq''',  # q\n    1)  # beside\n  b\n"
    expected = (
        "def f():\n  a\n\n  try:\n    # why\n    x = await query('''\nq''',  # q\n      1)  # beside\n"
        "  except E as error:\n    raise X from error\n  b\n"
    )

    def plan(module: ParsedModule) -> list[Change]:
        call = calls(module)[0]
        return [wrapped(module, line_of(module, "x")), Replace(module, call, cst.Await(call))]

    assert fixed(source, plan) == expected


def test_a_nested_change_whose_place_is_gone_is_refused() -> None:
    def plan(module: ParsedModule) -> list[Change]:
        outer, inner = calls(module)
        return [Replace(module, outer, cst.Name("gone")), Replace(module, inner, cst.Await(inner))]

    with pytest.raises(PlanRefused, match=r"`query\(b\)` has no place in the result"):
        fixed("query(query(b))\n", plan)


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        (lambda module, call: [Replace(module, call, call)], "changes nothing"),
        (lambda module, call: [Replace(module, cst.Name("other"), call)], "is not part of"),
        (
            lambda module, call: [Replace(module, call, cst.Name("a")), Replace(module, call, cst.Name("b"))],
            "two different",
        ),
        (lambda module, call: [Replace(module, call.func, cst.Name("not"))], "would"),
        (lambda module, call: [InsertBefore(module, call, [cst.Pass()])], "no place in the result"),
    ],
)
def test_what_cannot_be_done_rightly_is_refused(plan: Callable[..., list[Change]], reason: str) -> None:
    with pytest.raises(PlanRefused, match=reason):
        fixed("x = query(q)\n", lambda module: plan(module, calls(module)[0]))


def test_a_fix_spans_files_and_keeps_its_applicability() -> None:
    one, two = parse(Path("a.py"), b"x = 1\n"), parse(Path("b.py"), b"y = 1\n")
    fix = resolve(FixPlan.unsafe("mend", Remove(two, two.tree.body[0]), AddImport(one, "os")))
    assert [edit.path.name for edit in fix.edits] == ["a.py", "b.py"]
    assert (fix.message, fix.applicability) == ("mend", Applicability.UNSAFE)


IMPORTS = {
    "empty": ("", "import new\n"),
    "comment only": ("# c", "# c\nimport new\n"),
    "docstring": ('"""Doc."""\n\n\ndef f(): pass\n', '"""Doc."""\n\nimport new\n\n\ndef f(): pass\n'),
    "docstring only": ('"""Doc."""\n', '"""Doc."""\n\nimport new\n'),
    "future": (
        "from __future__ import annotations\n\nx = 1\n",
        "from __future__ import annotations\n\nimport new\n\nx = 1\n",
    ),
    "sorted": ("import a\nimport z\nfrom b import c\n", "import a\nimport new\nimport z\nfrom b import c\n"),
    "sorted in its form": (
        "import os\nimport store\nfrom z import a\nfrom b import c\n",
        "import os\nimport new\nimport store\nfrom z import a\nfrom b import c\n",
    ),
    "no order": ("import z\nimport b\nfrom z import a\n", "import z\nimport b\nimport new\nfrom z import a\n"),
    "no order, other form": ("from z import a\nfrom b import c\n", "from z import a\nfrom b import c\nimport new\n"),
    "own section": ("import os\n\nfrom . import a\n", "import os\n\nimport new\n\nfrom . import a\n"),
    "first of its section": ("# c\n\nimport z\n", "# c\n\nimport new\nimport z\n"),
    "type checking": (
        "import a\nif TYPE_CHECKING:\n    import new\n",
        "import a\nimport new\nif TYPE_CHECKING:\n    import new\n",
    ),
    "try": ("try:\n    import a\nexcept E:\n    a = 1\n", "import new\n\ntry:\n    import a\nexcept E:\n    a = 1\n"),
    "crlf": ("import a\r\n", "import a\r\nimport new\r\n"),
}


@pytest.mark.parametrize("name", IMPORTS)
def test_a_module_is_imported_where_the_file_has_such_imports(name: str) -> None:
    source, expected = IMPORTS[name]
    assert fixed(source, lambda module: [AddImport(module, "new")]) == expected


NAMES = {
    "none": ("import a\n", "import a\nfrom m import new\n"),
    "sorted": ("from m import a, z  # c\n", "from m import a, new, z  # c\n"),
    "kinds": ("from m import CONST, Class, z\n", "from m import CONST, Class, new, z\n"),
    "unsorted": ("from m import z, a\n", "from m import z, a, new\n"),
    "lines": (
        "from m import (\n    a,  # a\n    b,  # b\n)\n",
        "from m import (\n    a,  # a\n    b,  # b\n    new,\n)\n",
    ),
    "lines without a last comma": (
        "from m import (\n    a,\n    b\n)\n",
        "from m import (\n    a,\n    b,\n    new\n)\n",
    ),
    "one on a line": ("from m import (\n    z,\n)\n", "from m import (\n    new,\n    z,\n)\n"),
    "brackets on one line": ("from m import (a, z)\n", "from m import (a, new, z)\n"),
    "star": ("from m import *\n", "from m import *\nfrom m import new\n"),
    "alias": ("from m import new as other\n", "from m import new as other, new\n"),
    "long": (
        f"from m import {'a' * 40}, {'b' * 35}\n",
        f"from m import (\n    {'a' * 40},\n    {'b' * 35},\n    new,\n)\n",
    ),
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_joins_the_import_of_its_module(name: str) -> None:
    source, expected = NAMES[name]
    assert fixed(source, lambda module: [AddImport(module, "m", "new")]) == expected


def test_several_imports_of_one_plan_come_out_in_order() -> None:
    def plan(module: ParsedModule) -> list[Change]:
        wanted = [("databases", "Database"), ("contextlib", "asynccontextmanager"), ("__future__", "annotations")]
        return [AddImport(module, "databases", "core", "kernel"), AddImport(module, ".db", "x")] + [
            AddImport(module, *pair) for pair in wanted
        ]

    assert fixed("import os\n\nimport fastapi\n", plan) == (
        "from __future__ import annotations\n\nimport os\nfrom contextlib import asynccontextmanager\n\n"
        "import fastapi\nfrom databases import Database, core as kernel\n\nfrom .db import x\n"
    )


def test_an_import_that_exists_or_cannot_be_is_refused() -> None:
    for source in ["import a, new\n", "x = 1\nimport new\n"]:
        with pytest.raises(PlanRefused, match="changes nothing"):
            fixed(source, lambda module: [AddImport(module, "new")])
    for source in ["new = 1\n", "def new(): pass\n", "from m import new\n", "import x as new\n"]:
        with pytest.raises(PlanRefused, match="`new` already means something else"):
            fixed(source, lambda module: [AddImport(module, "new")])
