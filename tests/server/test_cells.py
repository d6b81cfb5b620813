"""Cells of notebooks as Python."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from asyncdb_lint.decoding import line_starts
from asyncdb_lint.parsing import check_text
from asyncdb_lint.server.cells import as_comments, as_python, is_indented

FIXTURES = Path(__file__).parent.parent / "fixtures"
TYPED = ["%", "!", "?", "/", "'", '"""', "(", ")", "#", "\\\n", "\n", "\r\n", "  ", "x", " = ", "%%", "é\U0001f40d"]


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline", "0#################"),
        ("!ls -l 'a\nx = 1", "0########\nx = 1"),
        ("!ls \\\n  -l (\nx = 1", "0####\n######\nx = 1"),
        ("if x:\n    !ls\nelse:\n    %pwd", "if x:\n    0##\nelse:\n    0###"),
        ("a = b = !ls", "a = b = 0##"),
        ("a.b[0] = %sql SELECT 1", "a.b[0] = 0############"),
        ("rows?", "0####"),
        ("  rows.of??  # why", "  0###############"),
        ("?rows", "0####"),
        ("/f 1 2", "0#####"),
        ("%%bash\nif (\n", "######\n####\n"),
        ("\n\n%%html\n<b>", "\n\n######\n###"),
        ("%%time\nawait f()\n", "######\nawait f()\n"),
        ("%%timeit -n 3\nawait f()\n", "#############\nawait f()\n"),
        ("!\r\nx\r\n", "0\r\nx\r\n"),
    ],
)
def test_what_only_ipython_reads_is_covered(cell: str, python: str) -> None:
    assert as_python(cell) == python


@pytest.mark.parametrize(
    "cell",
    [
        "x = (a\n% b)",
        "x = a \\\n% b",
        'text = """\n%s\n!ls\nwhy?\n"""',
        'print("why?")  # why?',
        "a != b",
        '"count = %d" % n',
        "f(a, b=c % d)",
        "x = '%s' % y",
        "",
        "\n",
    ],
)
def test_python_stays_what_it_is(cell: str) -> None:
    assert as_python(cell) == cell


def test_no_python_file_is_taken_for_anything_else() -> None:
    files = sorted(FIXTURES.rglob("*.py"))
    assert len(files) > 100
    for file in files:
        text = file.read_bytes().decode()
        assert as_python(text) == text


@pytest.mark.parametrize("seed", range(3))
def test_every_character_keeps_its_place_whatever_is_typed(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(400):
        cell = "".join(chance.choices(TYPED, k=chance.randrange(30)))
        for covered in (as_python(cell), as_comments(cell)):
            assert len(covered) == len(cell)
            assert line_starts(covered) == line_starts(cell)
        assert check_text(as_comments(cell)) is None


@pytest.mark.parametrize(
    ("cell", "expected"), [("  x", True), ("# a\n\n\tx", True), ("x\n  y", False), ("# a\n", False)]
)
def test_a_cell_is_indented_by_its_first_line_of_code(cell: str, expected: bool) -> None:
    assert is_indented(cell) is expected
