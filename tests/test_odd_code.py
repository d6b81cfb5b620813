"""No file ends a run: the code of the rules' pages, with parts of it replaced by what nobody would write there."""

from __future__ import annotations

import ast
import copy
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from asyncdb_lint import runner
from asyncdb_lint.project import lint_files
from asyncdb_lint.settings import RuleSelection, Settings

PAGES = Path(__file__).parent.parent / "rules"
EXPRESSIONS = (
    "()", "[]", "{}", "...", "-1", "1j", 'b""', 'f""', 'f"{x!r:>{y}}"', "'SELECT :a'", "'%s' % ()", "''.join()",
    "'{}'.format()", "None", "self", "__name__", "x[()]", "x[:]", "x[::2, ...]", "x()()", "super()", "type(x)",
    "dict()", "partial()", "Annotated[()]", "Annotated[int, Depends()]", "Depends()", "asyncio.gather()",
    "getattr(x, 'y')", "not x", "x @ y", "a < b < c", "x if y else z", "x and y or z", "[*x, *y]", "{**x}",
    "{1: 2, **x}", "[a for a in b if c]", "{a: b for a, b in c}", "(a async for a in b)", "(await x)", "(yield)",
    "(y := x)", "(lambda *a, **k: a)",
)  # fmt: skip
AROUND = (
    "try:\n    HERE\nfinally:\n    pass",
    "while x:\n    HERE\nelse:\n    y",
    'match x:\n    case {"a": [1, *_], **rest} if rest:\n        HERE\n    case A(b=C()) | None:\n        pass',
    "for a, (b, *c) in x:\n    HERE",
    "async for a.b in c:\n    HERE",
    "async with a as (b, c), d:\n    HERE",
    "async def inner(*, a=1, **k):\n    HERE",
    "class Inner(x, metaclass=y):\n    HERE",
    "if x:\n    pass\nelif (z := y):\n    HERE",
    "from .. import *\nimport a.b.c as d, e\nHERE",
    "del x[0]\nHERE",
    "global zz\nHERE",
    "x += y\nHERE",
)


class Odd(ast.NodeTransformer):
    """Replaces some expressions, calls and statements by others."""

    def __init__(self, chance: random.Random, share: float, statements: list[ast.stmt]) -> None:
        self._chance = chance
        self._share = share
        self._statements = statements

    def visit(self, node: ast.AST) -> ast.AST:
        """Visits what is inside first."""
        node = self.generic_visit(node)
        if isinstance(node, ast.expr) and not isinstance(getattr(node, "ctx", None), ast.Store | ast.Del):
            if self._is_chosen():
                return ast.parse(self._chance.choice(EXPRESSIONS), mode="eval").body
            if isinstance(node, ast.Call) and self._is_chosen(3):
                self._change_arguments(node)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                setattr(node, name, list(self._changed(block)) or [ast.Pass()])
        return node

    def _is_chosen(self, weight: float = 1) -> bool:
        return self._chance.random() < self._share * weight

    def _change_arguments(self, call: ast.Call) -> None:
        match self._chance.randrange(4):
            case 0:
                call.args = []
            case 1:
                call.keywords = [ast.keyword(None, keyword.value) for keyword in call.keywords]
            case 2:
                call.args = [each if isinstance(each, ast.Starred) else ast.Starred(each) for each in call.args]
            case _:
                call.args = [*call.args, *copy.deepcopy(call.args)]

    def _changed(self, block: list[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in block:
            if self._is_chosen():
                yield copy.deepcopy(self._chance.choice(self._statements))
            elif self._is_chosen():
                around = ast.parse(self._chance.choice(AROUND))
                for node in ast.walk(around):
                    inner = getattr(node, "body", None)
                    if isinstance(inner, list):
                        node.body = [statement if _is_here(each) else each for each in inner]  # type: ignore[attr-defined]
                yield from around.body
            elif not self._is_chosen():
                yield statement


def _is_here(statement: ast.AST) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Name) and statement.value.id == "HERE"


def modules() -> list[ast.Module]:
    """The blocks of all pages that this Python can parse."""
    found: list[ast.Module] = []
    for page in sorted(PAGES.glob("*.md")):
        for block in re.findall(r"```python[^\n]*\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            try:
                found.append(ast.parse(block))
            except SyntaxError:
                # Cases of syntax errors, and what a newer Python has.
                continue
    return found


def odd_texts(seed: int, count: int) -> Iterator[str]:
    """Texts that parse."""
    chance, known = random.Random(seed), modules()
    statements = [node for module in known for node in ast.walk(module) if isinstance(node, ast.stmt)]
    while count:
        odd = Odd(chance, chance.choice([0.01, 0.03, 0.06]), statements)
        tree = odd.visit(copy.deepcopy(chance.choice(known)))
        try:
            text = ast.unparse(ast.fix_missing_locations(tree))
            ast.parse(text)
        except (SyntaxError, ValueError):
            # What no text can say, or what no parser takes.
            continue
        count -= 1
        yield text


@pytest.mark.parametrize("seed", range(8))
def test_odd_code_ends_no_run_and_its_fixes_leave_nothing_to_do(seed: int, tmp_path: Path) -> None:
    (tmp_path / "asyncdb-lint.toml").touch()
    settings = Settings(root=tmp_path, selections=(RuleSelection(select=("ALL",)),))
    file = tmp_path / "main.py"
    found = 0
    for number, text in enumerate(odd_texts(seed, 60)):
        file.write_text(text, encoding="utf-8")
        if number % 2:
            found += len(lint_files([file], settings=settings).diagnostics)
            continue
        fixed = runner.fix({file: settings}, unsafe=True).after.get(file, text)
        ast.parse(fixed)
        file.write_text(fixed, encoding="utf-8")
        assert runner.fix({file: settings}, unsafe=True).after.get(file, fixed) == fixed
    assert found


@pytest.mark.parametrize(
    "text",
    [
        "async def load(db: Annotated[()]):\n    await db.fetch_all('SELECT 1')\n",
        "async def rows() -> AsyncIterator[()]:\n    yield 1\n",
    ],
)
def test_types_with_nothing_between_their_brackets(text: str, tmp_path: Path) -> None:
    file = tmp_path / "main.py"
    file.write_text("from databases import Database\nfrom typing import Annotated, AsyncIterator\n\n\n" + text)
    assert lint_files([file], settings=Settings(root=tmp_path)).diagnostics == ()
