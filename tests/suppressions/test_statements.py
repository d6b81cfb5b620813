"""The scan for statements and comments: held against Python's own tokenizer, and against LibCST for newer grammar."""

from __future__ import annotations

import io
import sysconfig
import tokenize
from pathlib import Path

import libcst as cst
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from libcst import matchers

from asyncdb_lint.suppressions.statements import outline

LIBRARY = Path(sysconfig.get_path("stdlib"))
FILES = sorted(file for file in LIBRARY.glob("*.py") if b"\f" not in file.read_bytes())[::3]


def comments(text: str) -> list[str]:
    return [text[comment.start : comment.end] for comment in outline(text).comments]


def lines(text: str) -> list[tuple[int, int]]:
    return [(statement.first_line, statement.last_line) for statement in outline(text).statements]


def expected(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """The comments and statements that Python's tokenizer sees, decorators joined to what they decorate."""
    found: list[str] = []
    statements: list[tuple[int, int]] = []
    first = 0
    is_decorator = at_start = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            found.append(token.string)
        elif token.type == tokenize.NEWLINE:
            if not is_decorator:
                statements.append((first, token.start[0]))
                first = 0
            at_start = True
        elif token.type not in (tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER) and at_start:
            first = first or token.start[0]
            is_decorator, at_start = token.string == "@", False
    return found, statements


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_scan_agrees_with_pythons_tokenizer(file: Path) -> None:
    with tokenize.open(file) as source:
        text = source.read()
    assert (comments(text), lines(text)) == expected(text)


@pytest.mark.parametrize(
    "text",
    [
        "f'{a['#b']}'  # c\n",
        'f"{a["#b"]:#>{width}}"  # c\n',
        'f"""\n# no\n{a  # yes\n}"""  # c\n',
        "f'{{#}}'  # c\n",
        "f'{x:{'#'}}' '#'  # c\n",
        "f'{x!r:#x}{y=}'  # c\n",
        "rf'\\{x}#'  # c\n",
        "f'\\N{NUMBER SIGN}#'  # c\n",
        "f'{f'{f'{1}#'}#'}#'  # c\n",
        "f'{(lambda x: '#')(1)}'  # c\n",
        "f'{d[1:2]:>{d['#']}}'  # c\n",
        "f''  # c\n",
        'f""""#"""  # c\n',
        "'\\'#'  # c\n",
        "'''\\'''#'''  # c\n",
        "x = '#\\\n#'  # c\n",
        "'\\\r\n#'  # c\r\n",
    ],
)
def test_a_hash_inside_a_string_is_no_comment(text: str) -> None:
    seen = [node.value for node in matchers.findall(cst.parse_module(text), matchers.Comment())]
    assert comments(text) == seen


@pytest.mark.parametrize(
    ("text", "expected_lines"),
    [
        ("", []),
        ("# only\n", []),
        ("a = 1", [(1, 1)]),
        ("a = 1; b = 2\nc\n", [(1, 1), (2, 2)]),
        ("a = (\n  1,\n\n)\nb\n", [(1, 4), (5, 5)]),
        ("a = 1 + \\\n  2\nb\n", [(1, 2), (3, 3)]),
        ("a = '''\n\n'''\nb\n", [(1, 3), (4, 4)]),
        ("@d\n# why\n@e(\n 1)\n\ndef f(\n a,\n):\n  pass\n", [(1, 8), (9, 9)]),
        ("if a: b\nelse:\n  c\n", [(1, 1), (2, 2), (3, 3)]),
        ("a = b @ (\n@c)\n", [(1, 2)]),
        ("a\r\nb\rc\n", [(1, 1), (2, 2), (3, 3)]),
    ],
)
def test_statements_by_their_lines(text: str, expected_lines: list[tuple[int, int]]) -> None:
    assert lines(text) == expected_lines


def test_deep_nesting_does_no_harm() -> None:
    assert comments('f"{' * 20_000 + "# c") == ["# c"]
    assert comments("(" * 100_000 + "\n# c") == ["# c"]


@settings(deadline=None)
@given(st.text(alphabet="fr'\"{}:#\\\n\r()@x !=\ud800"))
def test_whatever_the_text_the_scan_comes_to_its_end(text: str) -> None:
    scanned = outline(text)
    assert all(text[comment.start] == "#" for comment in scanned.comments)
    assert [s.first_line for s in scanned.statements] == sorted({s.first_line for s in scanned.statements})
