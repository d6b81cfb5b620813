"""Ignore comments in a run: when they are judged, what they cost, and how files survive their removal."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from asyncdb_lint import fix_source, lint_source
from asyncdb_lint.settings import RuleSelection, Settings
from asyncdb_lint.suppressions.directives import read_suppressions
from asyncdb_lint.suppressions.presence import may_hold
from asyncdb_lint.suppressions.statements import outline

PITFALL = """\
from databases import Database

database = Database("sqlite:///app.db")


async def save():
    database.execute("DELETE FROM users")
"""
UNUSED = "import os  # asyncdb-lint: ignore[ADB101] mended since\n"


def codes(source: str | bytes, settings: Settings | None = None) -> list[str]:
    return [found.code for found in lint_source(source, settings=settings)]


def running(*selectors: str) -> Settings:
    return Settings(selections=(RuleSelection(select=selectors),))


def ignoring(comment: str) -> str:
    return PITFALL.replace('users")', f'users")  {comment}')


# What is judged


def test_a_comment_for_a_rule_that_is_off_is_not_judged() -> None:
    assert codes(UNUSED) == ["ADB002"]
    assert codes(UNUSED, running("ADB002", "ADB4")) == []
    assert codes(UNUSED, running("ADB101")) == []


def test_a_comment_for_a_rule_that_is_off_in_this_file_is_not_judged(tmp_path: Path) -> None:
    settings = Settings(root=tmp_path, per_file_ignores=(("a.py", ("ADB1",)),))
    assert lint_source(UNUSED, path=tmp_path / "a.py", settings=settings) == []
    assert [found.code for found in lint_source(UNUSED, path=tmp_path / "b.py", settings=settings)] == ["ADB002"]


def test_reasons_are_asked_for_on_demand() -> None:
    bare = ignoring("# asyncdb-lint: ignore[ADB101]")
    assert codes(bare) == []
    assert codes(bare, running("ADB101", "ADB003")) == ["ADB003"]
    assert codes(ignoring("# asyncdb-lint: ignore[ADB101] why"), running("ADB101", "ADB003")) == []


def test_remarks_about_comments_can_be_ignored_but_not_by_a_bare_noqa() -> None:
    assert codes("# asyncdb-lint: ignore-file[ADB002] generated\n" + UNUSED) == []
    assert codes(UNUSED.replace("]", "]  # noqa")) == ["ADB002"]
    assert codes("import os  # asyncdb-lint: ignore[ADB002]\n") == ["ADB002"]


def test_a_finding_belongs_to_the_statement_it_starts_in() -> None:
    source = PITFALL.replace("    database", "    # asyncdb-lint: ignore[ADB101] why\n    x = 1\n    database")
    assert codes(source) == ["ADB002", "ADB101"]


# Files that do not parse


def test_a_syntax_error_can_be_ignored_for_the_file() -> None:
    broken = "def f(:\n    '''\n"
    assert codes("# asyncdb-lint: ignore-file[ADB001] a template\n" + broken) == []
    assert codes("# asyncdb-lint: ignore-file[ADB001] a template\n") == ["ADB002"]


def test_nothing_is_said_of_comments_where_the_rules_could_not_run() -> None:
    assert codes("def f(:  # asyncdb-lint: ignore[ADB101]\n") == ["ADB001"]
    assert codes("def f(:  # asyncdb-lint: ignore[ADB101]\n", running("ADB002", "ADB101")) == []


def test_bytes_that_are_no_text_do_no_harm() -> None:
    assert codes(b"# asyncdb-lint: ignore[ADB101]\n\xff\n") == ["ADB001"]


# What it costs


@pytest.mark.parametrize(
    ("data", "may_matter"),
    [
        (b"import os  # noqa\n", False),
        (b"import os  # noqa: F401\n", False),
        (b"import os  # NoQA:F401,ADB101\n", True),
        (b"import os  # asyncdb-lint: ignore[ADB101]\n", True),
    ],
)
def test_other_tools_comments_do_not_make_a_file_worth_reading(data: bytes, may_matter: bool) -> None:
    assert may_hold(data, has_findings=False) is may_matter
    assert may_hold(data, has_findings=True)


def test_a_screened_out_file_is_scanned_without_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_parser(*arguments: object) -> None:
        pytest.fail("the parser was called")

    monkeypatch.setattr(sys.modules["asyncdb_lint.parsing"], "parse_text", no_parser)
    assert codes(UNUSED) == ["ADB002"]


# Taking comments out


@pytest.mark.parametrize(
    ("source", "fixed"),
    [
        ("import os  # asyncdb-lint: ignore[ADB101]", "import os"),
        ("import os  # asyncdb-lint: ignore[ADB101]\r\nx = 1\r\n", "import os\r\nx = 1\r\n"),
        ("if True:\r    # asyncdb-lint: ignore[ADB101]\r    x = 1\r", "if True:\r    x = 1\r"),
        ("#asyncdb-lint:ignore[ADB101]\n#x\n", "#x\n"),
        ("x = (  # asyncdb-lint: ignore[ADB101]\n    1,\n)\n", "x = (\n    1,\n)\n"),
        ("x = '''\n'''  # asyncdb-lint: ignore[ADB101]\n", "x = '''\n'''\n"),
        ("x = 1  # why  # asyncdb-lint: ignore[ADB101] # noqa: E1\n", "x = 1  # why  # noqa: E1\n"),
        ("x = 1  # noqa: ADB101 # type: int\n", "x = 1  # type: int\n"),
        ("x = 1  # noqa:E1,ADB101,E2 why\n", "x = 1  # noqa:E1,E2 why\n"),
        ("x = 1  # asyncdb-lint: ignore[ADB101 , ADB1O1]\n", "x = 1  # asyncdb-lint: ignore[ADB1O1]\n"),
        ("x = 1  # asyncdb-lint: ignore[ADB101,ADB101]  # noqa: ADB101\n", "x = 1\n"),
    ],
)
def test_what_ignores_nothing_is_taken_out_and_nothing_else_changes(source: str, fixed: str) -> None:
    assert fix_source(source).source == fixed
    assert fix_source(fixed).source == fixed


# What is written


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("# asyncdb-lint: ignore[ADB101]", ""),
        ("# asyncdb-lint: ignore[ADB101] --", ""),
        ("# asyncdb-lint: ignore[ADB101] see issue #12: later", "see issue #12: later"),
        ("#asyncdb-lint:ignore[adb101]: why", "why"),
        ("# noqa: ADB101 - why", "why"),
        ("# noqa because", "because"),
    ],
)
def test_reasons(comment: str, reason: str) -> None:
    (suppression,) = read_suppressions(outline(f"x = 1  {comment}\n"))
    assert suppression.reason == reason


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore[ADB1O1]", "`ADB1O1` is no rule, so it ignores nothing; did you mean `ADB101`?"),
        (
            "ignore[unawaited-qery]",
            "`unawaited-qery` is no rule, so it ignores nothing; did you mean `unawaited-query`?",
        ),
        ("ignore[XYZ]", "`XYZ` is no rule, so it ignores nothing"),
        ("ignore[ADB]", "`ADB` stands for several rules; an ignore comment names each rule"),
        ("ignore", "`ignore` names no rule in brackets, so this comment ignores nothing"),
        ("ignore[ ]", "`ignore[]` names no rule, so this comment ignores nothing"),
        ("ignor[ADB101]", "`ignor` is no word of an ignore comment; did you mean `ignore`?"),
        ("Ignore[ADB101]", "`Ignore` is no word of an ignore comment; did you mean `ignore`?"),
        ("", "this ignore comment does not say what to do"),
        (
            "ignore-file[ADB101]",
            "`ignore-file` must stand on a line of its own, so this comment ignores nothing",
        ),
    ],
)
def test_a_wrong_comment_is_told_what_is_wrong(comment: str, message: str) -> None:
    (found,) = lint_source(f"x = 1  # asyncdb-lint: {comment}\n")
    assert (found.code, found.message, found.fix) == ("ADB002", message, None)


@pytest.mark.parametrize(
    "text",
    [
        "# asyncdb-lint: ignore[ADB101]\n" * 2_000,
        f"# asyncdb-lint: ignore[{'ADB101,' * 5_000}]",
        "x = 1  # " + "noqa:" * 100_000 + "ADB",
        "# noqa: " * 20_000,
    ],
    ids=["many comments", "many codes", "a long line", "many pragmas"],
)
def test_hostile_comments_take_no_longer_than_others(text: str) -> None:
    started = time.process_time()
    may_hold(text.encode(), has_findings=False)
    lint_source(text)
    assert time.process_time() - started < 5
