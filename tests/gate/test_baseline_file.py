"""What a baseline knows: the same findings after lines move, are reformatted, renamed, and no others."""

from __future__ import annotations

import functools
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncdb_lint import lint_source
from asyncdb_lint.baseline import Baseline, BaselineError, Compared, compare, read_baseline
from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.settings import Settings

HEAD = 'from databases import Database\n\ndatabase = Database("sqlite:///app.db")\n\n\n'
FIRST = """\
async def rename(name: str):
    database.execute("UPDATE users SET name = :name", {"name": name})
    return name
"""
SECOND = """\
class Users:
    async def remove(self, key: int):
        database.execute("DELETE FROM users WHERE id = :id", {"id": key})
"""
# One statement, as formatters and people write it.
FORMS = [
    'database.execute("UPDATE users SET name = :name", {"name": name})',
    "database.execute('UPDATE users SET name = :name', {'name': name})",
    'database.execute(\n        "UPDATE users SET name = :name", {"name": name}\n    )',
    'database.execute(\n        "UPDATE users SET name = :name",\n        {\n        "name": name,\n        },\n    )',
    'database.execute(  # for now\n        "UPDATE users SET name = :name",\n        {"name": name},\n    )',
    'database.execute( "UPDATE users SET name = :name" , { "name" : name } )  # see #7',
    'database.execute("UPDATE users SET name = :name", \\\n        {"name": name})',
]
FILLERS = ["", "# a comment", "import json", 'NAMES = ["a", "b"]', "def noop():\n    return None\n", "\n\n"]
PATH = Path("/nowhere/app/users.py")
BASELINE = Path("/nowhere/baseline.json")


@functools.cache
def found(source: str, path: Path = PATH) -> list[Diagnostic]:
    return [d for d in lint_source(source, path=path, settings=Settings()) if d.code == "ADB101"]


def against(old: str, new: str, *, path: Path = PATH, before: Path = PATH) -> Compared:
    known = Baseline.of(BASELINE, found(old, before), {before: old})
    return compare(known, found(new, path), {path: new}, lambda file, _: file == path)


KNOWN = HEAD + FIRST + "\n\n" + SECOND


def test_the_cases_below_start_from_two_findings() -> None:
    assert len(found(KNOWN)) == 2
    assert {len(found(HEAD + FIRST.replace(FORMS[0], form))) for form in FORMS} == {1}


@given(st.lists(st.sampled_from(FILLERS), max_size=6), st.lists(st.sampled_from(FILLERS), max_size=6))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_lines_that_are_inserted_keep_it_known(above: list[str], between: list[str]) -> None:
    new = "\n".join([HEAD, *above, FIRST, *between, SECOND])
    compared = against(KNOWN, new)
    assert (compared.new, compared.known, compared.gone) == ((), 2, 0)


@given(st.sampled_from(FORMS), st.sampled_from(FORMS), st.sampled_from(["\n", "\r\n", "\r"]))
@settings(max_examples=12, deadline=None)
def test_what_a_formatter_changes_keeps_it_known(before: str, after: str, newline: str) -> None:
    old = HEAD + FIRST.replace(FORMS[0], before)
    new = (HEAD + FIRST.replace(FORMS[0], after)).replace("\n", newline)
    assert (against(old, new).new, against(old, new).gone) == ((), 0)


@pytest.mark.parametrize("indent", ["  ", "\t", "        "])
def test_another_indentation_keeps_it_known(indent: str) -> None:
    assert against(KNOWN, KNOWN.replace("    ", indent)).new == ()


def test_a_function_that_moves_keeps_it_known(tmp_path: Path) -> None:
    assert against(KNOWN, HEAD + SECOND + "\n\n" + FIRST).new == ()
    # To another file: the old one is still there, and was looked at.
    other = tmp_path / "other.py"
    known = Baseline.of(BASELINE, found(KNOWN), {PATH: KNOWN})
    old, new = HEAD + FIRST, HEAD + SECOND
    compared = compare(known, [*found(old), *found(new, other)], {PATH: old, other: new}, lambda *_: True)
    assert (compared.new, compared.known, compared.gone) == ((), 2, 0)
    assert compared.kept == Baseline.of(BASELINE, [*found(old), *found(new, other)], {PATH: old, other: new})


def test_a_file_that_is_renamed_keeps_it_known() -> None:
    compared = against(KNOWN, KNOWN, path=Path("/nowhere/app/people.py"))
    assert (compared.new, compared.gone) == ((), 0)
    assert {entry.file for entry in compared.kept.counts} == {"app/people.py"}


def test_a_copy_is_new(tmp_path: Path) -> None:
    source, copy = tmp_path / "a.py", tmp_path / "b.py"
    for file in (source, copy):
        file.write_text(KNOWN)
    known = Baseline.of(tmp_path / "baseline.json", found(KNOWN, source), {source: KNOWN})
    everywhere = [*found(KNOWN, source), *found(KNOWN, copy)]
    for asked in ({source, copy}, {copy}):
        diagnostics = [diagnostic for diagnostic in everywhere if diagnostic.path in asked]
        compared = compare(known, diagnostics, dict.fromkeys(asked, KNOWN), lambda file, _, asked=asked: file in asked)
        assert {diagnostic.path for diagnostic in compared.new} == {copy}


@given(st.integers(min_value=1, max_value=4), st.integers(min_value=0, max_value=3))
@settings(max_examples=15, deadline=None)
def test_one_more_of_the_same_is_new(known: int, more: int) -> None:
    line = f"    {FORMS[0]}\n"
    old, new = (HEAD + FIRST.replace(line, line * count) for count in (known, known + more))
    compared = against(old, new)
    assert (len(compared.new), compared.known, compared.gone) == (more, known, 0)
    back = against(new, old)
    assert (back.new, back.known, back.gone) == ((), known, more)


@pytest.mark.parametrize(
    "changed",
    [
        KNOWN.replace("SET name", "SET nick"),
        KNOWN.replace("def rename", "def call"),
        KNOWN.replace("class Users", "class People").replace("DELETE FROM users", "DELETE FROM people"),
        KNOWN.replace("    return name", f"    {FORMS[0]}"),
    ],
)
def test_other_code_is_new(changed: str) -> None:
    assert len(against(KNOWN, changed).new) == 1


def test_what_was_not_asked_for_is_not_gone() -> None:
    known = Baseline.of(BASELINE, found(KNOWN), {PATH: KNOWN})
    path = Path(__file__)
    here = Baseline.of(BASELINE, found(KNOWN, path), {path: KNOWN})
    assert compare(here, [], {}, lambda *_: False).gone == 0
    assert compare(here, [], {}, lambda *_: False).kept == here
    assert compare(known, [], {}, lambda *_: False).gone == 0
    assert compare(known, [], {}, lambda *_: True).gone == 2
    broken = lint_source("def f(:\n", path=path, settings=Settings())
    assert [diagnostic.code for diagnostic in broken] == ["ADB001"]
    compared = compare(here, broken, {path: "def f(:\n"}, lambda *_: True)
    assert (compared.new, compared.gone) == (tuple(broken), 0), "nothing is known of a file that cannot be read"


# The file


def test_the_file_is_sorted_and_has_one_entry_a_line(tmp_path: Path) -> None:
    made = Baseline.of(BASELINE, found(KNOWN), {PATH: KNOWN})
    lines = made.text().splitlines()
    entries = [line for line in lines if '"rule"' in line]
    assert entries == sorted(entries)
    assert all(line.endswith(",") for line in entries)
    assert len(entries) == 2
    assert '"symbol": "Users.remove"' in lines[4]
    assert json.loads(made.text())["version"] == 1
    (tmp_path / "baseline.json").write_text(made.text())
    assert read_baseline(tmp_path / "baseline.json").counts == made.counts


def test_the_file_holds_no_source_text() -> None:
    source = 'from databases import Database\n\ndatabase = Database("postgresql://app:hunter2@db/app")\n'
    diagnostics = lint_source(source, path=PATH, settings=Settings())
    assert "ADB801" in {diagnostic.code for diagnostic in diagnostics}
    assert "hunter2" not in Baseline.of(BASELINE, diagnostics, {PATH: source}).text()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (None, "no such baseline; write it with `asyncdb-lint baseline`"),
        ("", "is no baseline, and no JSON: "),
        ("[" * 100_000, "is no baseline, and no JSON: "),
        ("\xff", "is no baseline, and no JSON: "),
        ("[]", "is no baseline of asyncdb-lint; name another file"),
        ('{"version": 1}', "is no baseline of asyncdb-lint; name another file"),
        ('{"version": 99, "known": []}', "is of version 99, and only 1 is known here; write it anew with "),
        ('{"version": 1, "known": [{}]}', "holds an entry that cannot be understood; write it anew with "),
        ('{"version": 1, "known": 3}', "holds an entry that cannot be understood; write it anew with "),
        ('{"version": 1,\n<<<<<<< HEAD\n', "holds marks of a merge conflict; keep the lines of both sides and run "),
    ],
)
def test_what_is_no_baseline_is_told_in_one_line(tmp_path: Path, text: str | None, problem: str) -> None:
    file = tmp_path / "known.json"
    if text is not None:
        file.write_bytes(text.encode("latin-1"))
    with pytest.raises(BaselineError) as caught:
        read_baseline(file)
    assert str(caught.value).startswith(f"{file}: {problem}")
    assert "\n" not in str(caught.value)
