"""A module that is parsed again in parts has the tree that parsing all of it gives."""

from __future__ import annotations

import random
from pathlib import Path

import libcst as cst
import pytest

from asyncdb_lint.decoding import UnparsableFile
from asyncdb_lint.parsing import ParsedModule, parse
from asyncdb_lint.reparsing import CutModule, cut

FIXTURES = Path(__file__).parent / "fixtures"
PATH = Path("module.py")
MODULE = '''\
"""What it is."""
# on its own

import os


def first(a):
    return a  # behind
    # below


# above
@decorated
class Second:
    text = """
not a statement
"""


value = [
    1,
]; other = 2
if value:
    pass
else:
    os.exit()
# at the end
'''
TYPED = [
    "x",
    " ",
    "\n",
    "    ",
    "#",
    '"',
    '"""',
    "(",
    ")",
    ":",
    "\\\n",
    "\n\n",
    "def f():\n    pass\n",
    "else:\n    1\n",
    "@d\n",
    "\f",
    "é",
]


def cut_of(text: str | bytes) -> CutModule:
    found = cut(parse(PATH, text if isinstance(text, bytes) else text.encode()))
    assert found is not None
    return found


def _shown(parsed: ParsedModule) -> list[tuple[object, ...]]:
    """Where every node stands, in the order of the tree."""
    found: list[tuple[object, ...]] = []
    pending: list[cst.CSTNode] = [parsed.tree]
    while pending:
        node = pending.pop()
        place = parsed.places.of(node)
        assert place is not None
        # Where nodes that take no room stand is nobody's question.
        if place[1:3] != place[3:]:
            found.append((type(node).__name__, *place[1:]))
        pending.extend(node.children)
    return found


def same(found: CutModule, data: bytes) -> None:
    fresh = parse(PATH, data)
    assert found.parsed.text == fresh.text
    assert found.parsed.tree.code == fresh.tree.code
    assert found.parsed.tree.deep_equals(fresh.tree)
    assert "".join(found.pieces) == fresh.text
    places, expected = found.parsed.places, fresh.places
    assert (places.statements, places.lines, places.text) == (expected.statements, expected.lines, expected.text)
    assert _shown(found.parsed) == _shown(fresh)
    again = cut(fresh)
    assert again is not None
    assert found.pieces == again.pieces


def wrong(data: bytes) -> tuple[str, object] | None:
    """What is wrong with a module, if all of it is parsed."""
    try:
        parse(PATH, data)
    except UnparsableFile as problem:
        return problem.reason, problem.position
    return None


def refused(known: CutModule, data: bytes) -> tuple[str, object] | None:
    """What is wrong with a module that does not parse, if the edited part tells."""
    try:
        assert known.again(data) is None
    except UnparsableFile as problem:
        return problem.reason, problem.position
    return None


def test_an_edit_leaves_the_other_statements_alone() -> None:
    old = cut_of(MODULE)
    new = old.again(MODULE.replace("return a", "return b").encode())
    assert new is not None
    kept = {id(statement) for statement in old.parsed.tree.body} & {id(each) for each in new.parsed.tree.body}
    assert len(kept) == len(new.parsed.tree.body) - 3


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""\nnot', '"\nnot'),
        ("else:", "els:"),
        ("value = [", "value = "),
        ("@decorated", "@decorated("),
        ("import os\n\n\n", "import os \\\n"),
        ("def first(a):", "def first(a)"),
    ],
)
def test_what_does_not_parse_is_left_to_those_who_say_why(old: str, new: str) -> None:
    assert MODULE.count(old) == 1
    data = MODULE.replace(old, new).encode()
    problem = wrong(data)
    assert problem is not None
    assert refused(cut_of(MODULE), data) in (None, problem)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import os\n", ""),
        ("    # below\n\n\n", "    # below\n"),
        ("# above", "    # indented, and above"),
        ("# at the end\n", ""),
        ("# at the end\n", "# at the end"),
        ('"""What it is."""\n', ""),
        ("# on its own\n", ""),
        ("; other = 2", ""),
        ("    # below\n", "\n\n\n\n# not below\n"),
        ("    return a  # behind\n", "    if a:\n        pass\n"),
    ],
)
def test_comments_and_blank_lines_belong_where_they_would(old: str, new: str) -> None:
    assert MODULE.count(old) == 1
    data = MODULE.replace(old, new).encode()
    found = cut_of(MODULE).again(data)
    if found is not None:
        same(found, data)


def test_nothing_is_taken_over_where_the_whole_text_counts() -> None:
    old = cut_of(MODULE)
    assert old.again(b"# coding: latin-1\n" + MODULE.encode()) is None
    assert old.again(MODULE.replace("\n", "\r\n").encode()) is None
    assert old.again(b"\0") is None
    assert old.again(b"") is None


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_same_whatever_is_typed(seed: int) -> None:
    chance = random.Random(seed)
    sources = [
        MODULE,
        (FIXTURES / "app" / "db.py").read_text("utf-8"),
        *(path.read_text("utf-8") for path in sorted((FIXTURES / "pitfalls").glob("adb[14]0[1-4]*.py"))),
    ]
    taken = told = 0
    for _ in range(100):
        text = chance.choice(sources)
        known = cut_of(text)
        for _ in range(8):
            at = chance.randrange(len(text) + 1)
            gone = chance.choice([0, 0, 1, 7, 60])
            text = text[:at] + chance.choice(["", *TYPED]) + text[at + gone :]
            problem = wrong(text.encode())
            if problem is not None:
                # Another edit may mend it.
                found = refused(known, text.encode())
                assert found in (None, problem)
                told += found is not None
                continue
            again = known.again(text.encode())
            if again is None:
                break
            same(again, text.encode())
            known, taken = again, taken + 1
    assert taken > 25
    assert told > 25
