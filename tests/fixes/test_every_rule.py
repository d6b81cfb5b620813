"""Every rule that mends, in every surrounding: seeds are the fixed cases on the rules' pages, so a new rule is covered.

`FIX_EXAMPLES=200 pytest tests/fixes/test_every_rule.py` looks longer.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import libcst as cst
import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from asyncdb_lint.decoding import decode
from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.fixes import is_wanted
from asyncdb_lint.parsing import check_text
from asyncdb_lint.rules import all_rules
from asyncdb_lint.runner import FixRun, fix, lint
from asyncdb_lint.settings import RuleSelection, Settings
from tests.idle_imports import idle_imports
from tests.pages.reader import pair_fixes, read_blocks, read_files

from .surroundings import Surroundings, layouts, neighbours, nestings

PAGES = sorted((Path(__file__).parent.parent.parent / "rules").glob("ADB*.md"))
FIXABLE = [rule.code for rule in all_rules() if rule.fix_availability != "none"]
NOISE = re.compile(r"#[^\n]*noise[^\n]*")
FEW = settings(
    max_examples=int(os.environ.get("FIX_EXAMPLES", "8")),
    deadline=None,
    derandomize="FIX_EXAMPLES" not in os.environ,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True, slots=True)
class Seed:
    """A case that the linter mends: its files, and how many findings it has before and after."""

    title: str
    files: Mapping[str, str]
    marked: frozenset[str]
    before: int
    after: int


def seeds(code: str) -> list[Seed]:
    """The fixed cases on a rule's page."""
    page = next(page for page in PAGES if page.stem.startswith(code))
    found: list[Seed] = []
    for before, after in pair_fixes(read_blocks(page)):
        old, new = read_files(before), read_files(after)
        found.append(
            Seed(
                after.title,
                {path: file.text for path, file in old.items()},
                frozenset(path for path, file in old.items() if file.errors or path in new),
                sum(file.errors.total() for file in old.values()),
                sum(file.errors.total() for file in new.values()),
            )
        )
    return found


class Trial:
    """A seed in its surroundings, linted and fixed in a folder of its own."""

    def __init__(self, root: Path, code: str, files: Mapping[str, bytes]) -> None:
        # The folder stays, so that the test before leaves nothing in it.
        shutil.rmtree(root, ignore_errors=True)
        self.code = code
        selected = ("ALL",) if code in {"ADB002", "ADB003"} else (code,)
        self.files = {root / PurePosixPath(path): data for path, data in files.items()}
        for path, data in self.files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        self.settings = Settings(root=root, selections=(RuleSelection(select=selected),))

    def lint(self, overrides: Mapping[Path, bytes] | None = None) -> Sequence[Diagnostic]:
        result = lint(dict.fromkeys(self.files, self.settings), overrides=overrides)
        return [found for found in result.diagnostics if found.code == self.code]

    def fix(self, overrides: Mapping[Path, bytes] | None = None) -> FixRun:
        return fix(dict.fromkeys(self.files, self.settings), unsafe=True, overrides=overrides)


def check(trial: Trial) -> tuple[Sequence[Diagnostic], Sequence[Diagnostic]]:
    """What holds for every file: it reads, the fixed finding is gone, nothing is left to do, all else is as it was."""
    found = trial.lint()
    run = trial.fix()
    for path, text in run.after.items():
        note(f"--- {path.name}\n{run.before[path]}\n+++ {path.name}\n{text}")
    assert not run.skipped, [skip.reason for skip in run.skipped]
    left = [d for d in run.left.diagnostics if d.code == trial.code]
    assert len(left) <= max(len(found) - len(run.applied), 0)
    assert not [d for d in left if d.fix and is_wanted(d.fix, unsafe=True)]
    fixed: dict[Path, bytes] = {}
    for path, text in run.after.items():
        before = trial.files[path]
        _, encoding, has_bom = decode(before)
        fixed[path] = (b"\xef\xbb\xbf" if has_bom else b"") + text.encode(encoding)
        assert check_text(text) is None
        cst.parse_module(text)
        check_rest(run.before[path], text)
        assert idle_imports(text) <= idle_imports(run.before[path])
    again = trial.fix({**trial.files, **fixed})
    assert not again.applied
    return found, left


def check_rest(before: str, after: str) -> None:
    """What is nobody's business is the same to the byte: comments, neighbours, line ends, the end of the file."""
    assert Counter(NOISE.findall(after.replace("\r", ""))) == Counter(NOISE.findall(before.replace("\r", "")))
    names = re.compile(r"\bnoise\w*")
    assert Counter(names.findall(after)) == Counter(names.findall(before))
    old = [line.strip() for line in before.splitlines() if is_noise(line)]
    new = [line.strip() for line in after.splitlines() if is_noise(line)]
    # A comment beside a removed statement gets a line of its own.
    assert not Counter(old) - Counter(new)
    if "\r\n" in before:
        assert not re.search(r"(?<!\r)\n", after)
    else:
        assert "\r" not in after
    assert before.endswith("\n") <= after.endswith("\n")


def is_noise(line: str) -> bool:
    """Whether a line has nothing but what was added."""
    return bool(re.fullmatch(r"\s*(#.*|(async )?(noise|@noise|class Noise|def noise|type Noise).*)", line)) and (
        line.count(";") < 1 and "noise" in line
    )


def surrounded(seed: Seed, surroundings: Surroundings) -> dict[str, bytes]:
    return {
        path: surroundings.around(text) if path in seed.marked else text.encode() for path, text in seed.files.items()
    }


@pytest.mark.parametrize("code", FIXABLE)
@FEW
@given(st.data())
def test_another_layout_has_the_same_findings_and_is_fixed_as_well(
    tmp_path: Path, code: str, data: st.DataObject
) -> None:
    seed, surroundings = data.draw(st.sampled_from(seeds(code))), data.draw(layouts)
    found, left = check(Trial(tmp_path / "project", code, surrounded(seed, surroundings)))
    assert len(found) == seed.before
    # A cure may decline to take lines of several statements apart.
    assert len(left) == seed.after or neighbours in surroundings.changes


@pytest.mark.parametrize("code", FIXABLE)
@FEW
@given(st.data())
def test_wherever_it_stands_a_fix_cures_once_and_touches_nothing_else(
    tmp_path: Path, code: str, data: st.DataObject
) -> None:
    seed = data.draw(st.sampled_from(seeds(code)))
    check(Trial(tmp_path / "project", code, surrounded(seed, data.draw(nestings))))
