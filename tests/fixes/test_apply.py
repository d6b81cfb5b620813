"""Rounds of fixes: conflicts, several files, results that do not parse, fixes that never come to rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from asyncdb_lint.diagnostics import Applicability, Diagnostic, Edit, Fix, Position, Range, Severity
from asyncdb_lint.fixes import apply_edits, apply_fixes, fix_to_fixed_point

A, B = Path("a.py"), Path("b.py")


def edit(column: int, end: int, content: str, path: Path = A, line: int = 1) -> Edit:
    return Edit(path, Range(Position(line, column), Position(line, end)), content)


def finding(*edits: Edit, code: str = "T1", applicability: Applicability = Applicability.SAFE) -> Diagnostic:
    first = edits[0]
    fix = Fix("mend", applicability, edits)
    return Diagnostic(code, "test", "message", Severity.ERROR, first.path, first.range, fix=fix)


def test_of_two_that_overlap_the_first_wins() -> None:
    first, second = finding(edit(1, 3, "x")), finding(edit(2, 4, "y"))
    outcome = apply_fixes({A: "abcd = 1\n"}, [second, first], unsafe=False)
    assert outcome.sources == {A: "xcd = 1\n"}
    assert outcome.applied == (first,)
    assert [skip.diagnostic for skip in outcome.skipped] == [second]


def test_edits_that_only_touch_are_both_applied() -> None:
    outcome = apply_fixes({A: "abcd = 1\n"}, [finding(edit(1, 3, "x")), finding(edit(3, 5, "y"))], unsafe=False)
    assert outcome.sources == {A: "xy = 1\n"}


def test_two_insertions_at_one_place_wait_for_each_other_unless_identical() -> None:
    same = finding(edit(1, 1, "import x\n"), edit(1, 2, "b", line=2))
    other = finding(edit(1, 1, "import x\n"), edit(1, 2, "c", line=3))
    outcome = apply_fixes({A: "import os\na\na\n"}, [same, other], unsafe=False)
    assert outcome.sources == {A: "import x\nimport os\nb\nc\n"}
    different = finding(edit(1, 1, "import y\n"))
    assert len(apply_fixes({A: "import os\na\na\n"}, [same, different], unsafe=False).applied) == 1


def test_a_fix_of_several_files_is_applied_whole_or_not_at_all() -> None:
    sources = {A: "a = 1\n", B: "b = 1\n"}
    both = finding(edit(1, 2, "x"), edit(1, 2, "y", B))
    assert apply_fixes(sources, [both], unsafe=False).sources == {A: "x = 1\n", B: "y = 1\n"}
    # Diagnostics are taken in order: what comes first in `a.py` keeps the other from both files.
    blocker = finding(edit(1, 2, "z"), code="T0")
    outcome = apply_fixes(sources, [both, blocker], unsafe=False)
    assert outcome.sources == {A: "z = 1\n"}
    assert apply_fixes({A: "a = 1\n"}, [both], unsafe=False).sources == {}


@pytest.mark.parametrize(
    ("applicability", "unsafe", "applied"),
    [
        (Applicability.SAFE, False, True),
        (Applicability.UNSAFE, False, False),
        (Applicability.UNSAFE, True, True),
        (Applicability.DISPLAY, True, False),
    ],
)
def test_applicability_decides(applicability: Applicability, unsafe: bool, applied: bool) -> None:
    outcome = apply_fixes({A: "a = 1\n"}, [finding(edit(1, 2, "b"), applicability=applicability)], unsafe=unsafe)
    assert bool(outcome.sources) is applied


def test_a_fix_that_breaks_a_file_is_left_out_and_the_others_are_applied() -> None:
    good, bad, also_good = finding(edit(1, 2, "x")), finding(edit(3, 4, "=("), code="T2"), finding(edit(5, 6, "2"))
    outcome = apply_fixes({A: "a = 1\n", B: "b\n"}, [good, bad, also_good], unsafe=False)
    assert outcome.sources == {A: "x = 2\n"}
    assert [(skip.diagnostic.code, skip.reason) for skip in outcome.skipped] == [
        ("T2", "the result would not parse: '(' was never closed")
    ]


def test_places_outside_of_the_file_are_refused() -> None:
    for wrong in [edit(1, 9, ""), edit(1, 1, "", line=9), edit(3, 2, "")]:
        assert not apply_fixes({A: "a = 1\n"}, [finding(wrong)], unsafe=False).applied
        with pytest.raises(ValueError, match="not in the file"):
            apply_edits("a = 1\n", [wrong])


def rename(source: str, old: str, new: str, code: str) -> list[Diagnostic]:
    column = source.find(old) + 1
    return [finding(edit(column, column + len(old), new), code=code)] if column else []


def test_rounds_go_on_until_nothing_more_can_be_fixed() -> None:
    def lint(sources: Mapping[Path, str]) -> Sequence[Diagnostic]:
        return rename(sources[A], "one", "two", "T1") + rename(sources[A], "two", "three", "T2")

    result = fix_to_fixed_point(lint, {A: "one = 1\n", B: "b\n"}, unsafe=False)
    assert result.sources == {A: "three = 1\n"}
    assert (len(result.applied), result.rounds, result.skipped) == (2, 2, ())


def test_fixes_that_undo_each_other_are_dropped_and_named_and_the_rest_is_kept() -> None:
    def lint(sources: Mapping[Path, str]) -> Sequence[Diagnostic]:
        text = sources[A]
        return rename(text, "one", "two", "T1") + rename(text, "two", "one", "T2") + rename(text, "bad", "good", "T3")

    result = fix_to_fixed_point(lint, {A: "one = bad\n"}, unsafe=False)
    assert result.sources == {A: "one = good\n"}
    assert {skip.diagnostic.code for skip in result.skipped} == {"T1", "T2"}


def test_a_fix_that_grows_for_ever_is_dropped() -> None:
    def lint(sources: Mapping[Path, str]) -> Sequence[Diagnostic]:
        return [finding(edit(1, 1, "a"))]

    result = fix_to_fixed_point(lint, {A: "b\n"}, unsafe=False, limit=5)
    assert result.sources == {}
    assert [skip.reason for skip in result.skipped] == ["it would not come to rest"]
    assert len(result.remaining) == 1
