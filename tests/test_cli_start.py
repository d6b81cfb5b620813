"""Start-up stays cheap: a command imports what it needs and nothing more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COSTLY = ("libcst", "rich", "sqlglot", "pathspec", "tomllib", "asyncdb_lint.rules", "asyncdb_lint.project")


def imported_by(code: str, folder: Path) -> list[str]:
    """Runs some Python in a process of its own and returns which costly modules it has loaded at its end."""
    program = f"import sys\n{code}\nprint(*[name for name in {COSTLY} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    return done.stderr.splitlines()[-1].split()


def imported_by_command(folder: Path, *arguments: str) -> list[str]:
    return imported_by(f"from asyncdb_lint.cli import main\nmain({arguments!r})", folder)


def test_importing_the_package_loads_nothing_costly(tmp_path: Path) -> None:
    assert imported_by("import asyncdb_lint", tmp_path) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("check", "--help"),
        ("rule", "ADB101"),
        ("rule", "--all", "--output-format=json"),
        ("check", "no-such-path"),
        ("check", "--select=NOTHING"),
    ],
    ids=" ".join,
)
def test_commands_that_lint_nothing_load_nothing_costly(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert imported_by_command(tmp_path, *arguments) == []


def test_plain_output_needs_no_rich(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def f(:\n")
    assert "rich" not in imported_by_command(tmp_path, "check", "--isolated", "--color=never")
    assert "rich" in imported_by_command(tmp_path, "check", "--isolated", "--color=always")


def test_files_that_cannot_matter_need_no_parser(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("print('no database here')\n")
    assert "libcst" not in imported_by_command(tmp_path, "check", "--isolated")
