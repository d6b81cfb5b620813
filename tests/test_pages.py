"""The rules' pages are the rules' tests: every block is linted, every after-fix block compared to the letter."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import libcst as cst
import pytest

from asyncdb_lint.session import Session
from asyncdb_lint.settings import RuleSelection, Settings
from tests.idle_imports import idle_imports
from tests.pages.reader import Block, BlockKind, pair_fixes, read_blocks, read_files
from tests.pages.runner import Finding, check_findings, check_fix, check_unfixed, write_files

PAGES = sorted((Path(__file__).parent.parent / "rules").glob("ADB*.md"))
BLOCKS = [block for page in PAGES for block in read_blocks(page)]
CASES = [block for block in BLOCKS if block.kind is not BlockKind.AFTER_FIX]
UNFIXED = [block for block in BLOCKS if block.kind is BlockKind.NO_FIX]
FIXES = [pair for page in PAGES for pair in pair_fixes(read_blocks(page))]
HEADER = re.compile(
    r"(?:Error|Warning|Information) · (?:safe|unsafe|safe or unsafe|no) fix · since \d+\.\d+\.\d+"
    r"(?: · CWE-\d+(?:, CWE-\d+)* · security severity \d+\.\d)?(?: · off by default)?"
)
SECTIONS = ["What it does", "Why it is bad", "Example", "Use instead", "Must stay quiet"]
LAST_SECTIONS = ["Fix safety", "Evidence", "Options", "References"]


# What comments hide is known only when the rules they name have run.
ABOUT_COMMENTS = {"ADB002", "ADB003"}


# Who reads a finding wants to know what is so and what to write, not what to think about.
ADVICE_WITHOUT_CODE = re.compile(
    r"\b(consider|please|you should|try to|make sure|best practice|avoid)\b", re.IGNORECASE
)


class Project:
    """Lints and fixes a block's files in a folder of their own, through the public engine."""

    def __init__(self, root: Path, code: str) -> None:
        self._root = root
        self._code = code
        selected = "ALL" if code in ABOUT_COMMENTS else code
        self._settings = Settings(root=root, selections=(RuleSelection(select=(selected,)),))

    def lint(self, files: Mapping[str, str]) -> Sequence[Finding]:
        from asyncdb_lint.project import lint_files

        paths = write_files(self._root, files)
        result = lint_files(paths, settings=self._settings)
        # A module that is edited is walked by another tree than all others.
        session = Session()
        session.read_in_full()
        again = lint_files(paths, settings=self._settings, session=session)
        assert again.diagnostics == result.diagnostics
        for found in result.diagnostics:
            # Who gets no fix is told what to write, in names that the source has.
            told = found.help or ""
            assert found.fix or "`" in told or found.code in {"ADB001", *ABOUT_COMMENTS}, found.message
            assert not ADVICE_WITHOUT_CODE.search(f"{found.message} {told}"), found.message
            assert "<module>" not in f"{found.message} {found.help}"
        return [
            Finding(
                os.path.relpath(found.path, self._root).replace(os.sep, "/"),
                found.range.start.line,
                found.range.start.column,
                found.message,
            )
            for found in result.diagnostics
            if found.code == self._code
        ]

    def fix(self, files: Mapping[str, str]) -> Mapping[str, str]:
        from asyncdb_lint.runner import fix

        targets = write_files(self._root, files)
        fixed = fix(dict.fromkeys(targets, self._settings), unsafe=True).after
        return {path: fixed.get(target, text) for (path, text), target in zip(files.items(), targets, strict=True)}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    # The folder of the test itself is named after the test, which would make everything in it look like a test.
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


def title(value: object) -> str:
    return value.title if isinstance(value, Block) else ""


@pytest.mark.parametrize("block", CASES, ids=title)
def test_findings(block: Block, root: Path) -> None:
    if report := check_findings(block, Project(root, block.code).lint):
        pytest.fail(report, pytrace=False)


@pytest.mark.parametrize(("before", "after"), FIXES, ids=[after.title for _, after in FIXES])
def test_fix(before: Block, after: Block, root: Path) -> None:
    project = Project(root, after.code)
    if report := check_fix(before, after, project.lint, project.fix):
        pytest.fail(report, pytrace=False)
    old = read_files(before)
    for path, new in read_files(after).items():
        assert idle_imports(new.text) <= idle_imports(old[path].text if path in old else "")


@pytest.mark.parametrize("block", UNFIXED, ids=title)
def test_no_fix(block: Block, root: Path) -> None:
    if report := check_unfixed(block, Project(root, block.code).fix):
        pytest.fail(report, pytrace=False)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page_is_whole(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code, _, name = page.stem.partition("-")
    lines = text.splitlines()
    # Headings inside code are comments of that code.
    sections = re.findall(r"^## (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    assert lines[0] == f"# {name} ({code})"
    assert HEADER.fullmatch(lines[2]), lines[2]
    assert sections[: len(SECTIONS)] == SECTIONS
    assert sections[-len(LAST_SECTIONS) :] == LAST_SECTIONS
    assert re.search(r"^<!-- evidence -->$.*^<!-- /evidence -->$", text, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=title)
def test_block_is_sound(block: Block) -> None:
    files = read_files(block)
    errors = sum(file.errors.total() for file in files.values())
    if block.kind is BlockKind.NO_FIX:
        assert errors, "a block without fix needs a finding that is not fixed"
    for file in files.values():
        assert all(line <= len(file.text.splitlines()) for line in file.errors), "a marker after the last line"
        # On the page of syntax errors, a block with a finding is one that does not parse.
        if block.code != "ADB001" or not file.errors:
            cst.parse_module(file.text)


@pytest.mark.parametrize(("before", "after"), FIXES, ids=[after.title for _, after in FIXES])
def test_fix_block_is_sound(before: Block, after: Block) -> None:
    old, new = read_files(before), read_files(after)
    assert after.heading in (before.heading, "Use instead")
    assert any(file.errors for file in old.values()), "nothing to fix in the block before"
    for path, file in new.items():
        assert path not in old or file.text != old[path].text, f"{path} does not change and need not be here"
