"""README shows what really happens."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from asyncdb_lint import fix_source
from docs import build
from tests.project_tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    """Returns a fenced block of README by its language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)[number]


def test_the_first_example_prints_what_is_shown(tmp_path: Path) -> None:
    (tmp_path / "login.py").write_text(block("python"))
    command, _, output = block("console").partition("\n")
    assert command == "$ asyncdb-lint check login.py"
    done = subprocess.run(
        [sys.executable, "-m", "asyncdb_lint", "check", "login.py", "--color=never"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == output


def test_the_fix_is_the_one_that_is_shown() -> None:
    removed, added = block("diff").splitlines()
    source = block("python")
    assert removed[1:] in source
    assert fix_source(source).source == source.replace(removed[1:], added[1:])


def test_the_table_of_rules_is_the_generated_one() -> None:
    assert build.written(README) == README, "run `make docs`"
