"""A fix that changes more than it names is refused, whatever still parses."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncdb_lint.diagnostics import Applicability, Diagnostic, Edit, Fix, Position, Range, Severity
from asyncdb_lint.fixes import apply_fixes
from asyncdb_lint.fixes.untouched import changed_elsewhere

PATH = Path("a.py")
SOUND = [
    ("a = 1\nb = 2\n", "a", "x", "another statement"),
    ("def f():\n    a = 1\n\n\ndef g():\n    b = 2\n", "a = 1\n", "a = 1\n    c = 3\n", "a line more in a block"),
    ("if x:\n    a = 1\n# note\nb = 2\n", "    a = 1\n", "    pass\n", "comments around it"),
    ("if x:\n    a = 1\n    b = [\n        2,\n    ]\n", "a = 1", "a = 22", "its neighbours"),
    ("a = 1; b = 2\r\nc = 3\r\n", "a = 1", "await_()", "other line ends"),
    ("class A[T]:\n    a = f'{'x'}'\n    b = 1\n", "b = 1", "b = 2", "syntax that is newer than Python 3.11"),
]
BROKEN = [
    ("a = 1\nb = 2\nc = 3  # '''\n", "a = 1", "a = '''", "b = 2", "an opened string swallows what follows"),
    ("if x:\n    a = 1\n    b = 2\n", "    a = 1\n", "    a = 1\nelse:\n", "b = 2", "it stands in another branch now"),
    ("a = 1\nb = 2\n", "a = 1\n", "a = 1\nb = \\\n", "b = 2", "it has become a value"),
    (
        "def f():\n    a = 1\n\n\ndef g(): ...\n",
        "    a = 1\n",
        "    if a:\n        pass\n@g\n",
        "def g(): ...",
        "decorated",
    ),
]


def spliced(source: str, old: str, new: str) -> tuple[str, tuple[int, int, str]]:
    start = source.index(old)
    splice = (start, start + len(old), new)
    return source[:start] + new + source[splice[1] :], splice


@pytest.mark.parametrize(("source", "old", "new", "why"), SOUND, ids=[row[-1] for row in SOUND])
def test_what_stays_the_same(source: str, old: str, new: str, why: str) -> None:
    after, splice = spliced(source, old, new)
    assert changed_elsewhere(source, after, [splice]) is None, why


@pytest.mark.parametrize(("source", "old", "new", "lost", "why"), BROKEN, ids=[row[-1] for row in BROKEN])
def test_what_is_lost(source: str, old: str, new: str, lost: str, why: str) -> None:
    after, splice = spliced(source, old, new)
    found = changed_elsewhere(source, after, [splice])
    assert found is not None, why
    assert found.endswith(lost)


def test_such_a_fix_is_not_applied_and_the_others_are() -> None:
    source = "a = 1\nb = 2\nc = 3  # '''\nd = 4\n"
    bad = diagnostic(1, "a = 1", "a = '''")
    good = diagnostic(4, "d = 4", "d = 5")
    outcome = apply_fixes({PATH: source}, [bad, good], unsafe=False)
    assert outcome.sources == {PATH: source.replace("d = 4", "d = 5")}
    assert [skip.reason for skip in outcome.skipped] == [
        "it would also change `b = 2`, which is a bug in the rule: please report it"
    ]


def diagnostic(line: int, old: str, new: str) -> Diagnostic:
    place = Range(Position(line, 1), Position(line, len(old) + 1))
    fix = Fix("change it", Applicability.SAFE, (Edit(PATH, place, new),))
    return Diagnostic("T1", "test", "bad", Severity.ERROR, PATH, place, fix=fix)
