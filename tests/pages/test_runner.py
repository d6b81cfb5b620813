"""The page runner itself: it must fail where a page and the linter disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.pages.reader import BlockKind, PageError, pair_fixes, read_blocks, read_files
from tests.pages.runner import Finding, check_findings, check_fix, check_unfixed, marked_line, write_files

Files = Mapping[str, str]


def page(tmp_path: Path, *blocks: str) -> Path:
    """Writes a page of rule ADB999 whose blocks are given with their info strings on the first line."""
    path = tmp_path / "ADB999-bad.md"
    path.write_text("# bad (ADB999)\n\n## Cases\n\n" + "\n".join(f"```{block}```\n" for block in blocks))
    return path


def finds_bad(files: Files) -> Sequence[Finding]:
    """Finds every `bad`, wherever it stands."""
    return [
        Finding(path, number, line.index("bad") + 1, "bad is bad")
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if "bad" in line
    ]


def finds_nothing(files: Files) -> Sequence[Finding]:
    return []


def fixes_bad(files: Files) -> Files:
    return {path: text.replace("bad", "good") for path, text in files.items()}


def fixes_nothing(files: Files) -> Files:
    return files


CASE = "python\nx = 1  # ok\nbad()  # error: [ADB999]\n"


def test_findings_as_marked_pass(tmp_path: Path) -> None:
    (block,) = read_blocks(page(tmp_path, CASE))
    assert check_findings(block, finds_bad) is None


def test_a_marker_without_finding_fails_and_shows_the_block(tmp_path: Path) -> None:
    (block,) = read_blocks(page(tmp_path, CASE))
    assert check_findings(block, finds_nothing) == (
        "ADB999-bad.md:6: Cases\n"
        "  main.py\n"
        "                                6 | x = 1\n"
        "              missing ADB999    7 | bad()"
    )


def test_a_finding_without_marker_fails_and_shows_the_message(tmp_path: Path) -> None:
    (block,) = read_blocks(page(tmp_path, "python\nx = 1\nbad()  # ok: so far\n"))
    assert check_findings(block, finds_bad) == (
        "ADB999-bad.md:6: Cases\n"
        "  main.py\n"
        "                                6 | x = 1\n"
        "                  unexpected    7 | bad()\n"
        "  all findings:\n"
        "    main.py:2:1: bad is bad"
    )


def test_two_findings_on_one_line_need_two_codes(tmp_path: Path) -> None:
    once, twice = read_blocks(page(tmp_path, CASE, "python\nbad()  # error: [ADB999, ADB999]\n"))

    def finds_twice(files: Files) -> Sequence[Finding]:
        return [*finds_bad(files), *finds_bad(files)]

    assert "expected 1, found 2" in str(check_findings(once, finds_twice))
    assert "expected 2, found 1" in str(check_findings(twice, finds_bad))
    assert check_findings(twice, finds_twice) is None


def test_a_finding_in_a_file_that_is_not_there_fails(tmp_path: Path) -> None:
    (block,) = read_blocks(page(tmp_path, "python\nx = 1\n"))
    assert "no file of this block" in str(check_findings(block, lambda files: [Finding("other.py", 1, 1)]))


def test_a_known_missed_alarm_must_stay_missed(tmp_path: Path) -> None:
    (block,) = read_blocks(page(tmp_path, "python\nbad()  # todo: [ADB999]\n"))
    assert check_findings(block, finds_nothing) is None
    assert "todo becomes error" in str(check_findings(block, finds_bad))


def test_a_marker_on_the_line_before_leaves_no_line_behind(tmp_path: Path) -> None:
    (block,) = read_blocks(page(tmp_path, "python\nif x:\n    # error: [ADB999]\n    bad()\n"))
    (file,) = read_files(block).values()
    assert file.text == "if x:\n    bad()\n"
    assert file.errors == {2: 1}
    assert file.page_lines == (6, 8)


def test_files_of_a_block_are_apart(tmp_path: Path) -> None:
    text = "# file: app/__init__.py\n# file: app/a.py\n\nx = 1\n\n\n# file: app/b.py\nbad()  # error: [ADB999]\n"
    (block,) = read_blocks(page(tmp_path, f"python\n{text}"))
    files = read_files(block)
    assert {path: file.text for path, file in files.items()} == {
        "app/__init__.py": "",
        "app/a.py": "x = 1\n",
        "app/b.py": "bad()\n",
    }
    assert check_findings(block, finds_bad) is None
    written = write_files(tmp_path / "project", {path: file.text for path, file in files.items()})
    assert [path.read_text() for path in written] == ["", "x = 1\n", "bad()\n"]


def test_a_place_in_a_long_string_counts_as_its_first_line() -> None:
    text = 'run(\n    f"""\n    SELECT {bad}\n    """ + bad\n)\n'
    assert marked_line(text, 3, 13) == 2
    assert marked_line(text, 4, 14) == 4
    assert marked_line("def broken(:\n", 1, 1) == 1


@pytest.mark.parametrize(
    "line",
    ["x = 1 # error: [ADB999]", "x = 1  # error: ADB999", "x = 1  #error: [ADB999]", "x = 1  # error: [ADB101]"],
)
def test_a_marker_with_a_slip_is_refused(tmp_path: Path, line: str) -> None:
    (block,) = read_blocks(page(tmp_path, f"python\n{line}\n"))
    with pytest.raises(PageError, match=r"ADB999-bad\.md:6"):
        read_files(block)


def test_an_unknown_kind_of_block_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PageError, match="unknown kind of block `python after fixes`"):
        read_blocks(page(tmp_path, "python after fixes\nx = 1\n"))


def test_a_block_that_is_never_closed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ADB999-bad.md"
    path.write_text("## Cases\n```python\nx = 1\n")
    with pytest.raises(PageError, match="never closed"):
        read_blocks(path)


def test_blocks_of_other_languages_and_headings_in_code_are_prose(tmp_path: Path) -> None:
    (block,) = read_blocks(page(tmp_path, "toml\nx = 1\n", "python\n## not a heading\nx = 1\n"))
    assert (block.heading, block.kind) == ("Cases", BlockKind.CASE)


def test_a_fix_as_written_passes(tmp_path: Path) -> None:
    ((before, after),) = pair_fixes(read_blocks(page(tmp_path, CASE, "python after fix\nx = 1\ngood()\n")))
    assert check_fix(before, after, finds_bad, fixes_bad) is None


def test_a_fix_that_writes_something_else_fails_and_shows_how(tmp_path: Path) -> None:
    ((before, after),) = pair_fixes(read_blocks(page(tmp_path, CASE, "python after fix\nx = 1\nfine()\n")))
    report = str(check_fix(before, after, finds_bad, fixes_bad))
    assert "the fix writes something else" in report
    assert "-fine()\n+good()" in report


def test_a_fix_that_is_not_stable_fails(tmp_path: Path) -> None:
    ((before, after),) = pair_fixes(read_blocks(page(tmp_path, CASE, "python after fix\nx = 1\nbad()\n#\n")))

    def grows(files: Files) -> Files:
        return {path: text + "#\n" for path, text in files.items()}

    assert "fixing again changes the result" in str(check_fix(before, after, finds_nothing, grows))


def test_a_fix_that_leaves_the_finding_fails(tmp_path: Path) -> None:
    ((before, after),) = pair_fixes(read_blocks(page(tmp_path, CASE, "python after fix\nx = 1\ngood()\n")))

    def finds_good(files: Files) -> Sequence[Finding]:
        return [Finding("main.py", 2, 1)]

    assert "unexpected" in str(check_fix(before, after, finds_good, fixes_bad))


def test_a_file_that_the_after_fix_block_leaves_out_must_not_change(tmp_path: Path) -> None:
    case = "python\n# file: a.py\nbad()  # error: [ADB999]\n# file: b.py\nbad()  # error: [ADB999]\n"
    ((before, after),) = pair_fixes(read_blocks(page(tmp_path, case, "python after fix\n# file: a.py\ngood()\n")))
    assert "b.py actual" in str(check_fix(before, after, finds_bad, fixes_bad))


def test_an_after_fix_block_names_only_files_of_its_case(tmp_path: Path) -> None:
    ((before, after),) = pair_fixes(read_blocks(page(tmp_path, CASE, "python after fix\n# file: z.py\nx = 1\n")))
    assert "z.py is not in the block before" in str(check_fix(before, after, finds_bad, fixes_bad))


def test_an_after_fix_block_without_case_is_refused(tmp_path: Path) -> None:
    blocks = read_blocks(page(tmp_path, "python after fix\nx = 1\n"))
    with pytest.raises(PageError, match="no case before"):
        list(pair_fixes(blocks))


def test_a_block_without_fix_must_stay_as_it_is(tmp_path: Path) -> None:
    (block,) = read_blocks(page(tmp_path, "python no fix\nbad()  # error: [ADB999]\n"))
    assert check_unfixed(block, fixes_nothing) is None
    assert "no fix is due here" in str(check_unfixed(block, fixes_bad))
