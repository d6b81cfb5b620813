"""`--add-ignore`: comments for all findings, nothing else changed, and nothing left to do for a second run."""

from __future__ import annotations

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

from asyncdb_lint.runner import FixRun, add_ignores
from asyncdb_lint.settings import RuleSelection, Settings
from tests.command import BROKEN, INTERPOLATED, PITFALL, QUIET, Project, Ran

HEAD = "from databases import Database\n\ndatabase = Database('sqlite:///a.db')\n\n\n"
QUERY = "database.execute('DELETE FROM users')"


def added(source: str | bytes, reason: str = "", *, select: tuple[str, ...] = ()) -> FixRun:
    settings = Settings(selections=(RuleSelection(select=select),) if select else ())
    file = Path(Path.cwd().anchor, "source.py")
    data = source if isinstance(source, bytes) else source.encode()
    return add_ignores({file: settings}, overrides={file: data}, reason=reason)


def result(body: str, reason: str = "") -> str:
    """Adds comments to the body of an async function, and returns that body."""
    head = HEAD + "async def run(x):\n"
    run = added(head + body, reason)
    (text,) = run.after.values()
    assert run.left.diagnostics == ()
    assert added(text, reason).after == {}
    assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(head + body))
    return text.removeprefix(head)


@pytest.mark.parametrize("source", ["", "x = 1\n", "# asyncdb-lint: ignore-file[ADB301] why\n", QUIET])
def test_without_findings_nothing_is_written(source: str) -> None:
    select = ("ADB1",)
    assert added(source, select=select).after == {}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"    {QUERY}\n", f"    {QUERY}  # asyncdb-lint: ignore[ADB101]\n"),
        (f"    {QUERY}", f"    {QUERY}  # asyncdb-lint: ignore[ADB101]"),
        (f"    {QUERY}  \n", f"    {QUERY}  # asyncdb-lint: ignore[ADB101]\n"),
        (f"    {QUERY}  # why\n", f"    {QUERY}  # why  # asyncdb-lint: ignore[ADB101]\n"),
        (f"    {QUERY}  # noqa: E501\n", f"    {QUERY}  # noqa: E501  # asyncdb-lint: ignore[ADB101]\n"),
        (f"    x = 1; {QUERY}; {QUERY}\n", f"    x = 1; {QUERY}; {QUERY}  # asyncdb-lint: ignore[ADB101]\n"),
        (f"    if x: {QUERY}\n", f"    if x: {QUERY}  # asyncdb-lint: ignore[ADB101]\n"),
        (f"    if {QUERY}:\n        pass\n", f"    if {QUERY}:  # asyncdb-lint: ignore[ADB101]\n        pass\n"),
        (
            "    database.execute(\n        'DELETE FROM users',\n    )\n",
            "    # asyncdb-lint: ignore[ADB101]\n    database.execute(\n        'DELETE FROM users',\n    )\n",
        ),
        (
            "    x = 1\n    database.execute('''\nDELETE # FROM users\n''')\n",
            "    x = 1\n    # asyncdb-lint: ignore[ADB101]\n    database.execute('''\nDELETE # FROM users\n''')\n",
        ),
        (
            "    x = 1; database.execute('''\nDELETE''')  # why\n",
            "    # asyncdb-lint: ignore[ADB101]\n    x = 1; database.execute('''\nDELETE''')  # why\n",
        ),
        (
            "    if x:\n        pass\n    elif x and \\\n            database.execute(x):\n        pass\n",
            ("    if x:\n        pass\n    # asyncdb-lint: ignore[ADB101]\n    elif x and \\\n"
             "            database.execute(x):\n        pass\n"),
        ),
        (
            "    database.execute(f'DELETE FROM {x}')\n",
            "    database.execute(f'DELETE FROM {x}')  # asyncdb-lint: ignore[ADB101, ADB401]\n",
        ),
    ],
)  # fmt: skip
def test_a_comment_is_written_where_it_belongs(body: str, expected: str) -> None:
    assert result(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "    database.execute(f'DELETE FROM {x}')  # asyncdb-lint: ignore[ADB401] known\n",
            "    database.execute(f'DELETE FROM {x}')  # asyncdb-lint: ignore[ADB401, ADB101] known\n",
        ),
        (
            "    # asyncdb-lint: ignore[ADB401]\n    database.execute(\n        f'DELETE FROM {x}')  # noqa: E501\n",
            (
                "    # asyncdb-lint: ignore[ADB401, ADB101] later\n"
                "    database.execute(\n        f'DELETE FROM {x}')  # noqa: E501\n"
            ),
        ),
        (
            "    database.execute(f'DELETE FROM {x}')  # noqa: ADB401 known\n",
            "    database.execute(f'DELETE FROM {x}')  # noqa: ADB401 known  # asyncdb-lint: ignore[ADB101] later\n",
        ),
        (f"    {QUERY}  # asyncdb-lint: ignore[ADB401] old\n", f"    {QUERY}  # asyncdb-lint: ignore[ADB101] later\n"),
    ],
)
def test_comments_that_are_there_are_added_to(body: str, expected: str) -> None:
    assert result(body, "later") == expected


def test_line_ends_stay_as_they_are() -> None:
    source = (PITFALL + "\n\nasync def run():\n    database.execute(\n        'DELETE')\n").replace("\n", "\r\n")
    run = added(source)
    (text,) = run.after.values()
    assert "\n" not in text.replace("\r\n", "")
    assert text.count("# asyncdb-lint: ignore[ADB101]\r\n") == 2


def test_decorated_functions_get_their_comment_above_the_decorators() -> None:
    source = HEAD + f"@first\n@second(len({QUERY}))\ndef users():\n    pass\n"
    (text,) = added(source).after.values()
    assert text == source.replace("@first", "# asyncdb-lint: ignore[ADB101]\n@first")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (BROKEN, "# asyncdb-lint: ignore-file[ADB001] a template\n" + BROKEN),
        (
            "#!/usr/bin/env python\n# coding: utf-8\n# about\n" + BROKEN,
            "#!/usr/bin/env python\n# coding: utf-8\n# asyncdb-lint: ignore-file[ADB001] a template\n# about\n"
            + BROKEN,
        ),
        (
            "# asyncdb-lint: ignore-file[ADB301] why\r\ndef f(:\r\n    '''\r\n",
            "# asyncdb-lint: ignore-file[ADB301, ADB001] why\r\ndef f(:\r\n    '''\r\n",
        ),
    ],
)
def test_a_file_that_does_not_parse_is_ignored_as_a_whole(source: str, expected: str) -> None:
    run = added(source, "a template")
    assert list(run.after.values()) == [expected]
    assert run.left.diagnostics == ()


def test_a_file_that_cannot_be_decoded_is_left_alone() -> None:
    run = added(b"x = '\xff'\n")
    assert run.after == {}
    assert [found.code for found in run.left.diagnostics] == ["ADB001"]


# On the command line


def test_findings_are_ignored_and_a_second_run_changes_nothing(project: Project) -> None:
    project.write("a.py", PITFALL)
    project.write("b.py", "\ufeff" + INTERPOLATED)
    assert project.check("--add-ignore=accepted, see #7") == Ran(0, "Ignored 2 findings.\nAll checks passed!\n", "")
    text = project.read("a.py")
    assert text.count("  # asyncdb-lint: ignore[ADB101] accepted, see #7\n") == 1
    assert project.read("b.py").startswith("\ufeff")
    assert project.check("--add-ignore=other") == Ran(0, "All checks passed!\n", "")
    assert project.read("a.py") == text
    assert project.check("-q") == Ran(0, "", "")


def test_without_equals_sign_what_follows_is_a_path(project: Project) -> None:
    project.write("a.py", PITFALL)
    project.write("b.py", PITFALL)
    assert project.check("--add-ignore", "a.py").code == 0
    assert "ignore[ADB101]\n" in project.read("a.py")
    assert project.read("b.py") == PITFALL


def test_diff_shows_the_comments_and_writes_none(project: Project) -> None:
    project.write("a.py", PITFALL)
    ran = project.check("--add-ignore", "--diff")
    assert (ran.code, ran.err) == (1, "Would ignore 1 finding.\n")
    assert "+    user = database.fetch_one(" in ran.out
    assert project.read("a.py") == PITFALL
    subprocess.run(["git", "apply", "-p0"], input=ran.out.encode(), cwd=project.root, check=True)
    assert project.check("-q").code == 0


def test_standard_input_comes_back_with_comments(project: Project) -> None:
    ran = project.check("-", "--add-ignore", stdin=PITFALL)
    assert (ran.code, ran.err) == (0, "Ignored 1 finding.\nAll checks passed!\n")
    assert ran.out.count("# asyncdb-lint: ignore[ADB101]\n") == 1


def test_what_is_wrong_with_a_comment_is_not_hidden_by_another(project: Project) -> None:
    project.write("a.py", "x = 1  # asyncdb-lint: ignore[ADB1O1]\ny = 2  # asyncdb-lint: ignore[ADB101]\n")
    ran = project.check("--add-ignore", "--output-format=concise")
    assert ran.code == 1
    assert ran.out.startswith("a.py:1:31: ADB002 `ADB1O1` is no rule")
    assert project.read("a.py") == "x = 1  # asyncdb-lint: ignore[ADB1O1]\ny = 2\n"


def test_a_required_reason_must_be_given(project: Project) -> None:
    project.write("asyncdb-lint.toml", "require-suppression-reason = true\n")
    project.write("a.py", PITFALL)
    problem = "error: --add-ignore: the settings ask for a reason; write --add-ignore=REASON\n"
    assert project.check("--add-ignore") == Ran(2, "", problem)
    assert project.check("--add-ignore=later").code == 0


def test_a_file_that_cannot_be_written_is_named(project: Project) -> None:
    file = project.write("a.py", PITFALL)
    file.chmod(0o444)
    ran = project.check("--add-ignore")
    assert (ran.code, ran.err) == (2, f"error: {file}: is read-only\n")
    assert project.read("a.py") == PITFALL


def test_every_pitfall_can_be_accepted(tmp_path: Path) -> None:
    # On their own: with the whole repository around them this takes a minute.
    folder = tmp_path / "shop" / "fixtures"
    shutil.copytree(Path(__file__).parent.parent / "fixtures", folder)
    (tmp_path / "shop" / ".git").mkdir()
    files = dict.fromkeys(sorted((folder / "pitfalls").glob("*.py")), Settings(root=folder))
    run = add_ignores(files, reason="shown on purpose")
    assert run.ignored > 20
    assert run.left.diagnostics == ()
    for path, text in run.after.items():
        assert ast.dump(ast.parse(text)) == ast.dump(ast.parse(run.before[path])), path
    written = {path: text.encode() for path, text in run.after.items()}
    assert add_ignores(files, overrides=written, reason="shown on purpose").after == {}
