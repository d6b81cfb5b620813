"""Bytes to trees: what cannot be parsed says why, nothing ends the process, and positions are those of LibCST."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import libcst as cst
import libcst.matchers as m
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

from asyncdb_lint.decoding import UnparsableFile
from asyncdb_lint.diagnostics import Position, Range
from asyncdb_lint.parsing import ParsedModule, check_syntax, parse

PATH = Path("module.py")

UNREADABLE = {
    "null": (b"a = 1\nb\0 = 2\n", "the file contains null bytes", (2, 2)),
    "not utf-8": ("a = 1\nb = 'é'\n".encode("latin-1"), "the file is not valid UTF-8 and has no coding line", (2, 6)),
    "not its coding": (b"# coding: ascii\nx = '\xc3\xa9'\n", "the file is not valid `ascii`", (2, 6)),
    "unknown": (
        b"#!/bin/sh\n# -*- coding: utf9 -*-\n",
        "the coding line names `utf9`, which is no known encoding",
        (2, 1),
    ),
    "no text": (b"# coding: rot13\n", "the coding line names `rot13`, which is no text encoding", (1, 1)),
    "contradiction": (
        b"\xef\xbb\xbf# coding: latin-1\n",
        "the file starts with a UTF-8 mark, but its coding line says `latin-1`",
        (1, 1),
    ),
    "utf-16": ("x = 1\n".encode("utf-16"), "the file is UTF-16, which Python does not read as source", (1, 1)),
    "grammar": (b"a = 1\r\nb c\r\n", "this is not valid Python syntax", (2, 3)),
    "bracket": (b"x = 1\ny = (1\n", "'(' was never closed", (2, 5)),
    "closing": (b"x = (1]\n", "closing parenthesis ']' does not match opening parenthesis '('", (1, 7)),
    "python 2": (b"print 'a'\n", "missing parentheses in call to 'print'. Did you mean print(...)?", (1, 1)),
    "indents": ("".join(" " * i + "if 1:\n" for i in range(200)).encode(), None, None),
}


@pytest.mark.parametrize(("data", "reason", "place"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_parsed_says_why_and_where(
    data: bytes, reason: str | None, place: tuple[int, int] | None
) -> None:
    with pytest.raises(UnparsableFile) as caught:
        parse(PATH, data)
    found = check_syntax(PATH, data)
    assert found is not None
    assert (found.reason, found.position) == (caught.value.reason, caught.value.position)
    assert reason is None or found.reason == reason
    assert place is None or found.position == Position(*place)


@pytest.mark.parametrize(
    ("data", "encoding", "bom"),
    [
        (b"x = '\xc3\xa9'\n", "utf-8", False),
        (b"\xef\xbb\xbfx = '\xc3\xa9'\n", "utf-8", True),
        (b"\xef\xbb\xbf# coding: utf8\nx = '\xc3\xa9'\n", "utf-8", True),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "iso8859-1", False),
        (b"\n# vim: set fileencoding=utf-8-unix :\nx = '\xc3\xa9'\n", "utf-8", False),
        (b"x = 1\n# coding: nonsense\n", "utf-8", False),
        (b"# coding: cp1251\r\nx = '\xfe'\r\n", "cp1251", False),
        (b"", "utf-8", False),
    ],
)
def test_text_encoding_and_mark_lead_back_to_the_same_bytes(data: bytes, encoding: str, bom: bool) -> None:
    module = parse(PATH, data)
    assert (module.encoding, module.has_bom) == (encoding, bom)
    assert b"\xef\xbb\xbf" * bom + module.text.encode(encoding) == data
    assert check_syntax(PATH, data) is None


DEEP = {
    "parentheses": "(" * 100_000 + "1" + ")" * 100_000,
    "unclosed": "x = " + "[" * 100_000,
    "brackets": "[" * 100_000 + "]" * 100_000,
    "braces": "{" * 100_000 + "}" * 100_000,
    "f-string": "f'{" + "(" * 100_000 + "1" + ")" * 100_000 + "}'",
    "minus": "-" * 100_000 + "1",
    "not": "not " * 100_000 + "1",
    "attributes": "a" + ".a" * 100_000,
    "calls": "a" + "()" * 100_000,
    "method calls": "a" + ".a(b, c)" * 100_000,
    "subscripts": "a" + "[0]" * 100_000,
    "sum": "1" + "+1" * 100_000,
    "sum on lines": "x = (1" + "\n+ 1" * 100_000 + ")",
    "and": "1" + " and 1" * 100_000,
    "power": "1" + "**1" * 100_000,
    "lambda": "lambda:" * 100_000 + "1",
    "conditional": "1 if 1 else " * 100_000 + "1",
    "strings": "x = (" + "'a'\n" * 100_000 + ")",
    "elif": "if 1:\n pass\n" + "elif 1:\n pass\n" * 100_000,
    "import": "import a" + ".a" * 100_000,
    "comprehension": "[x " + "for x in y " * 100_000 + "]",
    "pattern": "match x:\n case " + "[" * 60 + "]" * 60 + ":\n  pass\n",
    "mapping pattern": "match x:\n case " + "{1:" * 20 + "a" + "}" * 20 + ":\n  pass\n",
    "walrus": "(a:=" * 100_000 + "1" + ")" * 100_000,
}


@pytest.mark.parametrize("name", DEEP)
def test_what_nests_too_deeply_is_reported_before_it_ends_the_process(name: str) -> None:
    with pytest.raises(UnparsableFile, match="nests deeper"):
        parse(PATH, DEEP[name].encode())
    # The quick check may accept what only the full parser cannot bear.
    check_syntax(PATH, DEEP[name].encode())


FLAT = {
    "list": "[" + "1 + 2, " * 5_000 + "]",
    "statements": "x = 1; " * 1_000,
    "lines": "x = a.b.c(d + 'e')\n" * 2_000,
    "dictionary": "{" + "'a': 'b' 'c',\n" * 2_000 + "}",
    "string": "x = '" + "(" * 10_000 + "'",
    "braces in f-string": "x = f'" + "{{" * 1_000 + "{a}" + "(" * 500 + "'",
    "comment": "# " + "(" * 10_000 + "\nx = 1",
    "unequal quotes": "x = '''it's (((' \" ''' + \"(\\\"\"\n" * 200,
    "ifs": "if a:\n    pass\nelif b:\n    pass\n" * 1_000,
    "brackets": "[" * 90 + "]" * 90,
    "sum": "1" + " + 1" * 490,
    "elif": "if 1:\n pass\n" + "elif 1:\n pass\n" * 490,
    "method calls": "a" + "\\\n.a()" * 240,
}


@pytest.mark.parametrize("name", FLAT)
def test_long_but_flat_files_parse_and_have_places(name: str) -> None:
    module = parse(PATH, FLAT[name].encode())
    assert module.range_of(module.tree.body[-1]).start.line >= 1
    assert module.code_of(module.tree) == module.text


SOURCES = [
    "def f(a, *, b=1):\n    return (  # c\n        a,\n        b\n    )\n\n# end\n",
    "class A:\r\n\tx: int = 1; y = 2\r\n\r\n\tdef f(self): pass\r\n",
    "über = 'naïve' ;\x0c 名前 = f'{über!r:>{x}}'\n",
    "if a:\n  b\nelif c: d\nelse:\n  # c\n  e",
    "@d\n# x\nasync def f():\n    async with (a as b,\n        c): await x\n",
    "x = '''\r\na\r\n'''\rb = 1\r\n",
    "a \\\n  = b[\n1:2, ...]\n",
    "",
    "# only",
    "\n\n",
]


@pytest.mark.parametrize("source", SOURCES)
def test_every_node_stands_where_position_provider_says(source: str) -> None:
    _compare(parse(PATH, source.encode()))


def test_places_agree_on_real_files() -> None:
    package = Path(cst.__file__).parent
    for file in [package / "_nodes" / "statement.py", package / "_parser" / "tests" / "test_parse_errors.py"]:
        if file.exists():
            _compare(parse(file, file.read_bytes()))


def _compare(module: ParsedModule) -> None:
    places = MetadataWrapper(module.tree, unsafe_skip_copy=True).resolve(PositionProvider)
    for node, place in places.items():
        if not isinstance(node, cst.Module):
            start, end = place.start, place.end
            expected = Range(Position(start.line, start.column + 1), Position(end.line, end.column + 1))
            assert module.range_of(node) == expected, node


@pytest.mark.parametrize(
    "source",
    [
        "\x0cname = 1\nb = name\n",
        "if a:\n    b\n\x0c    name = 1\n    name\n",
        "\\\nname = (\n1)\n\x0c\x0cname\n",
        "name = 1\nif 1:\n    name\n  # dropped\n  \n",
        "x = 1\rname = 2\r",
        "x = '''\rname'''\rname\r",
    ],
)
def test_places_hold_where_libcst_does_not_write_all_it_read(source: str) -> None:
    module = parse(PATH, source.encode())
    assert module.places.text != source
    names = m.findall(module.tree, m.Name("name"))
    assert names
    for node in names:
        assert module.text_of(module.range_of(cst.ensure_type(node, cst.Name))) == "name"


def test_offsets_positions_and_texts_agree() -> None:
    module = parse(PATH, "a = 1\r\nä = 名\rc = 3\n".encode())
    for offset in range(len(module.text) + 1):
        assert module.offset_of(module.position_at(offset)) == offset
    name = cst.ensure_type(cst.ensure_type(module.tree.body[1], cst.SimpleStatementLine).body[0], cst.Assign).value
    assert module.range_of(name) == Range(Position(2, 5), Position(2, 6))
    assert module.text_of(module.range_of(name)) == module.code_of(name) == "名"
    for wrong in [Position(1, 0), Position(1, 9), Position(5, 1), Position(0, 1)]:
        with pytest.raises(ValueError, match="has no"):
            module.offset_of(wrong)
    with pytest.raises(LookupError):
        module.range_of(cst.Name("a"))


def test_new_grammar_is_no_syntax_error_on_an_old_interpreter() -> None:
    new = b"type A[T = int] = list[T]\ndef f[T](): return f'{f'{x}'}'\n"
    assert check_syntax(PATH, new) is None
    assert parse(PATH, new).tree.body
    found = check_syntax(PATH, new + b"a b\n")
    assert found is not None
    assert found.position.line == 3


def test_warnings_of_linted_code_are_not_ours(recwarn: pytest.WarningsRecorder) -> None:
    assert check_syntax(PATH, b"x = '\\d'\nx is 1\nassert (x, 1)\n") is None
    assert not recwarn.list


def test_libcst_is_loaded_only_when_a_file_is_parsed() -> None:
    code = (
        "import sys, pathlib, asyncdb_lint.parsing as p, asyncdb_lint.fixes\n"
        "assert p.check_syntax(pathlib.Path('a.py'), b'x = 1') is None\n"
        "assert 'libcst' not in sys.modules, 'imported'\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_libcsts_own_checks_stumble_over_is_parsed_like_any_other() -> None:
    text = "return(lambda: 0) if a else b\n"
    with pytest.raises(TypeError):
        cst.parse_module(text)
    assert parse(PATH, text.encode()).tree.code == text


def test_nodes_are_checked_again_after_a_parse() -> None:
    with pytest.raises(UnparsableFile):
        parse(PATH, b"def broken(:\n")
    parse(PATH, b"x = 1\n")
    with pytest.raises(cst.CSTValidationError):
        cst.Name("")
