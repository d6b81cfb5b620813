"""A walk over a quick tree notes what a walk over LibCST's own tree notes, or there is no quick tree."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import asyncdb_lint
from asyncdb_lint import quick_tree as module_of_quick_trees
from asyncdb_lint.project import lint_files
from asyncdb_lint.quick_tree import QuickTree, quick_tree
from asyncdb_lint.semantics.after_failure import stands_in_clause
from asyncdb_lint.semantics.module_walk import walk_module
from asyncdb_lint.semantics.records import ModuleRecord
from asyncdb_lint.semantics.summary import NotTheSame, fetching, written
from asyncdb_lint.semantics.terms import Computed
from asyncdb_lint.session import Session
from asyncdb_lint.settings import Settings
from asyncdb_lint.unfetched import identity
from tests.test_cache import FIXTURES
from tests.test_summaries import PATH, TREES, never, nodes, walked

STANDARD = Path(asyncio.__file__).parent.parent
FILES = [
    *TREES,
    *sorted(Path(asyncdb_lint.__file__).parent.rglob("*.py"))[::6],
    *sorted((STANDARD / "asyncio").glob("*.py"))[::3],
    *(STANDARD / f"{name}.py" for name in ("ast", "dataclasses", "enum", "typing")),
]


def quickly(text: str) -> ModuleRecord:
    """A module that was walked by its quick tree."""
    tree = quick_tree(text)
    assert tree is not None, text
    return walk_module(ModuleRecord(PATH, tree.parsed), tree)


def notes(record: ModuleRecord) -> str:
    return json.dumps(written(record))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_whole_files_are_noted_alike(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if quick_tree(text) is not None:
        assert notes(quickly(text)) == notes(walked(text))


def test_nearly_every_file_has_one() -> None:
    trees = [quick_tree(path.read_text(encoding="utf-8")) for path in FILES]
    assert trees.count(None) <= len(trees) // 50


EXPRESSIONS = [
    "a.b.c",
    "f(a, *b, c=1, *d, **e)",
    "f(c=1, *b)",
    "f(x for x in y)",
    "f(**a, b=2)",
    "a[1]",
    "a[1, 2]",
    "a[1:2, ::3, b]",
    "a[()]",
    "a and b and c or d and not e",
    "a and (b and c)",
    "a < b <= c is not d not in e",
    "-1 - -a ** ~b @ +c",
    "a if b else c if d else e",
    "(a := f(b)).c",
    "lambda a, /, b=f(1), *c, d, e=2, **g: f(a)",
    "lambda *, a: a",
    "[f(x) for x in y if x if z for w in x]",
    "{f(x) for x, y in z}",
    "{f(x): y for x in z}",
    "[f(x) async for x in y]",
    "{1: f(a), **b, 'c': {*d, e}}",
    "[*a, (b,), (), [], {}]",
    "'a' 'b'",
    "b'a' b'b'",
    "'a' in 'b' 'c'",
    "x == 'a' 'b'",
    "'''a\n''' r'\\d' u'x'",
    "'\\N{EM DASH} \\x00 \\ud800'",
    "0x1F + 1_000 + 1e999 + 1.5e3 + 2j + 0o7",
    "f'{a}'",
    "f'a{{b}}{c!r:>{d}.{e}}{f(g):%Y}'",
    "f'{a=}'",
    "f'{a = !r}'",
    "f'{a=:>3}' f'b={b!r}' f'c={c}'",
    "f'a = :a AND b={b!r}'",
    "', '.join([f'{a}' for a in b]) + f'{\", \".join([f\"<{a!r}>\" for a in b])}'",
    "f'a\\n{b}'",
    "f'\\'{a}\\\\ \\x41 \\0 {{\\t}} \\ud800' 'b\\\nc'",
    'f"\\"{a}\\" \'"',
    "f'\\{a}' rf'\\n{b}\\\\' f'{c:\\x20>3}'",
    "f'\\N{EM DASH}'",
    "f'' '' f'{a}' '' f''",
    "f'' ''",
    "'a' f'b' == c",
    'f\'{a["b"]}{a == "c"}{a == ("d" "e")}{f(b"g" b"h")}\'',
    "(f'{a}'  # don't\n 'b'\n)",
    "f'{a}' 'b' f'{c}'",
    "('a'\n f'{b}'\n 'c')",
    "f'''a\n{b}\n'''",
    "f'''a\r\n{b}\r\n'''",
    "f'{a[\"b\"]}'",
    "f'{x!r}' + rf'\\d{y}' + F'{z:d}'",
    "f'{a:{b}}' % c",
    "f'{f(*a)[0]} {(lambda: 1)()}'",
    "None is True is False is ...",
    "await f(await g)",
    "f(a)(b)[c].d(e)",
    "'é' 'ü' + f(ä)",
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_expressions_are_noted_alike(expression: str) -> None:
    body = f"    x = ({expression})\n    for y in {expression}: g(y)\n    if ({expression}) == 'x': h(x)\n"
    text = f"async def f(a):\n{body}"
    assert notes(quickly(text)) == notes(walked(text))


STATEMENTS = [
    "a = b = f(c)",
    "a, (b, *c) = f()",
    "a.b = f()\na[f(1)] = g()",
    "a: int = f()\nb: 'list[C]'\nself.c: 'D' = f()",
    "a += f()\na.b += f()\na %= 1\na @= b",
    "x = 1; y = f(); z = y",
    "del a\ndel a, b[0]\ndel (a, b)\ndel a.b",
    "import a\nimport a.b.c, d as e\nimport a.b as c",
    "from . import a\nfrom .b import c as d\nfrom ..e.f import *\nfrom g import (h, i)",
    "def f():\n    global a\n    nonlocal_ = 1\n    a = g()",
    "def f():\n    a = 1\n    def g():\n        nonlocal a\n        a = h()",
    "assert f(a), g(b)\nraise f(a) from g(b)\nraise",
    "if a: f()\nelif b: g()\nelse: h()",
    "if a:\n    f()\nelse:\n    if b:\n        g()\n    else:\n        h()",
    "if __name__ == '__main__':\n    f()",
    "if 0:\n    import a\nelif False:\n    f()",
    "for a, b in f(c):\n    if a: break\n    continue\nelse:\n    g()",
    "while f(a):\n    a = g(a)\nelse:\n    pass",
    "try:\n    f()\nexcept A as b:\n    g(b)\nexcept (C, D):\n    raise\nexcept:\n    pass",
    "try: f()\nfinally: g()",
    "try:\n    f()\nexcept A:\n    pass\nelse:\n    h()\nfinally:\n    i()",
    "with f() as a, g() as (b, c), h():\n    i(a)",
    "async def f():\n    async with a as b:\n        async for c in d:\n            yield c\n    return",
    "@a\n@b(c)\ndef f(a: A, /, b: 'B' = g(1), *c: C, d: D = 2, **e: E) -> 'F':\n    '''Text.'''\n    yield from g(a)",
    "@a\nclass C(B, *d, metaclass=M, **k):\n    x: int = 1\n    def f(self): self.y = g()\n    class D: ...",
    "def f(*, a=1): return a\ndef g(a, b=1, *c): pass",
    # Patterns.
    "match f(a):\n    case 1 | -2 | 'a' 'b': g()\n    case None | True: h()\n    case _: j()",
    "match a, b:\n    case {'x': c, **d}: f(c, d)\n    case A(b, c=d) as e: f(b, d, e)\n    case F.g if h(a): i()",
    "match a:\n    case (e): f(e)",
    "match a:\n    case [*b]: f(b)\n    case [a, *_, b]: i(a)\n    case {}: g()\n    case (c, d) | [c, d, _]: h(c)",
    "x = [\n    f(1),  # a comment\n\n    g(2),\n]\r\ny = h(\\\n    3)\n",
    "\x0cx = f()\n\ndef g():\n\treturn x\n\n\n# end",
    "for x in f(y): g(x); h(x)\nx = f(1); y = x; z = g(y)\nif x: y = f(x)\nelse: g(y)",
    "",
    "'''Only text.'''",
]  # fmt: skip


@pytest.mark.parametrize("statements", STATEMENTS)
def test_statements_are_noted_alike(statements: str) -> None:
    assert notes(quickly(statements)) == notes(walked(statements))


def test_what_is_decoded_is_not_decoded_again() -> None:
    text = "# -*- coding: latin-1 -*-\nx = f('é')\ny = 'ü' 'ö'\n"
    assert notes(quickly(text)) == notes(walked(text.encode("latin-1")))


@pytest.mark.skipif(sys.version_info < (3, 11), reason="older interpreters do not know the syntax")
@pytest.mark.parametrize("text", ["try:\n    f()\nexcept* (A, B) as c:\n    g(c)\n", "x = a[b, *c]\ny = f(x)\n"])
def test_syntax_of_3_11_is_noted_alike(text: str) -> None:
    assert notes(quickly(text)) == notes(walked(text))


@pytest.mark.skipif(sys.version_info < (3, 12), reason="older interpreters do not know the syntax")
@pytest.mark.parametrize(
    "text",
    [
        "type A[T] = list[T]\n",
        "def f[T](a: T) -> T: return g(a)\n",
        "x = f'{a['b']} {f'{c}'}'\n",
        # Python 3.12.1 fails on this.
        "x = f'x={a:{b=}}'\n",
    ],
)
def test_syntax_of_3_12_is_noted_alike(text: str) -> None:
    assert quick_tree(text) is None or notes(quickly(text)) == notes(walked(text))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("x = (\n", "it is no Python"),
        ("x = '\0'\n", "it is no Python"),
        ("x = " + "(" * 90 + "1" + ")" * 90, "LibCST's parser may not follow"),
        ("x = " + "[" * 90 + "1" + "]" * 90, "LibCST's parser may not follow"),
        ("x = " + "( # a (\n" * 90 + "1" + ")" * 90, "LibCST's parser may not follow"),
        ("x = " + "-" * 90 + "1", "LibCST's parser may not follow"),
        ("x = a" + ".b" * 900, "LibCST's parser may not follow"),
        ("x = " + "'a' " * 900, "LibCST's parser may not follow"),
        ("if a: pass\n" + "elif b: pass\n" * 900, "LibCST's parser may not follow"),
        ("for x in y: \\\n    f()\n", "Python's tree does not tell that this is one line"),
        ("x = a[(1, 2)]\n", "Python's tree does not tell it from a[1, 2]"),
        ("x = a[(1), 2]\n", "Python's tree does not tell it from a[(1, 2)]"),
    ],
)
def test_there_is_none_where(text: str, why: str) -> None:
    assert quick_tree(text) is None, why


@pytest.mark.parametrize("path", TREES, ids=lambda path: path.stem)
def test_who_asks_for_a_node_gets_that_of_the_full_tree(path: Path) -> None:
    text = path.read_text()
    record = walked(text)
    again = fetching(quickly(text), lambda: walked(text))
    for node, original in zip(nodes(again), nodes(record), strict=True):
        assert again.parsed.range_of(node) == record.parsed.range_of(original)
        assert node.deep_equals(original)


def test_nobody_walks_again_who_asks_for_none() -> None:
    record = fetching(quickly("def load(limit=3):\n    return rows(limit)\n"), never)
    (function,) = record.functions
    assert (function.name, record.calls[0].function, function.module) == ("load", function, record)
    assert notes(record) == notes(walked("def load(limit=3):\n    return rows(limit)\n"))


def test_nobody_walks_again_who_asks_whether_two_things_have_the_same_node() -> None:
    text = "for row in rows:\n    try:\n        save(rows)\n    except Error as error:\n        print(error)\n"
    record = fetching(quickly(text), never)
    save, told = record.calls
    assert record.body is not None
    (clause,) = record.body.tries[0].clauses
    assert identity(save) == identity(record.references["rows"][0]) != identity(told)
    assert identity(save, "statement") != identity(told, "statement")
    assert stands_in_clause(told.context, clause)
    assert not stands_in_clause(save.context, clause)


def test_it_is_the_same_to_who_has_the_nodes() -> None:
    record = fetching(quickly("a = load(1) + load(2)\n"), lambda: walked("a = load(1) + load(2)\n"))
    one, two = record.calls
    before = identity(one)
    assert one.node is not two.node
    assert identity(one) == before != identity(two)
    (term,) = record.bindings["a"]
    assert isinstance(term, Computed)
    assert list(term.nodes) == [one.node, two.node]


@pytest.mark.parametrize("other", ["rows()\nrows()\n", "(\n"])
def test_a_walk_that_notes_other_things_is_told(other: str) -> None:
    record = fetching(quickly("rows()\n"), lambda: walked(other))
    with pytest.raises(NotTheSame):
        _ = record.calls[0].node


def test_findings_are_those_of_full_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if quick trees were wrong: whoever asks for a node notices, and LibCST's parser does it all."""
    files = sorted((FIXTURES / "pitfalls").glob("*.py"))

    def findings(*, quickly: bool) -> list[str]:
        session = Session(keeps=False)
        if not quickly:
            session.read_in_full()
        found = lint_files(files, settings=Settings(root=FIXTURES), session=session).diagnostics
        return [f"{item.path} {item.range} {item.code} {item.message} {item.fix}" for item in found]

    in_full = findings(quickly=False)
    assert len(in_full) > 50
    assert findings(quickly=True) == in_full

    def with_a_statement(make: Callable[[str], QuickTree | None]) -> Callable[[str], QuickTree | None]:
        def wrong(text: str) -> QuickTree | None:
            return make(text + "\n\nasync def added():\n    await added(1)\n")

        return wrong

    monkeypatch.setattr(module_of_quick_trees, "quick_tree", with_a_statement(quick_tree))
    assert findings(quickly=True) == in_full
