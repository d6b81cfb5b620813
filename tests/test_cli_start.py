"""Start-up stays cheap: a command imports what it needs and nothing more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COSTLY = (
    "libcst", "rich", "sqlglot", "pathspec", "tomllib", "asyncio", "asyncdb_lint.rules", "asyncdb_lint.project",
)  # fmt: skip
# What only findings, or the names of rules, need.
FOR_FINDINGS = (
    "difflib", "importlib.metadata", "subprocess", "tempfile", "asyncdb_lint.diagnostics", "asyncdb_lint.engine",
    "asyncdb_lint.fixes.apply", "asyncdb_lint.gate", "asyncdb_lint.linked", "asyncdb_lint.nesting",
    "asyncdb_lint.pages", "asyncdb_lint.settings.options", "asyncdb_lint.settings.reading",
    "asyncdb_lint.suppressions.matching",
)  # fmt: skip


def imported_by(code: str, folder: Path, modules: tuple[str, ...] = COSTLY) -> list[str]:
    """Runs some Python in a process of its own and returns which of some modules it has loaded at its end."""
    program = f"import sys\n{code}\nprint(*[name for name in {modules} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=True)
    return done.stderr.splitlines()[-1].split()


def imported_by_command(folder: Path, *arguments: str, modules: tuple[str, ...] = COSTLY) -> list[str]:
    return imported_by(f"from asyncdb_lint.cli import main\nmain({arguments!r})", folder, modules)


def test_importing_the_package_loads_nothing_costly(tmp_path: Path) -> None:
    assert imported_by("import asyncdb_lint", tmp_path) == []


@pytest.mark.parametrize(
    "arguments",
    [("rule", "ADB101"), ("rule", "--all", "--output-format=json"), ("check", "--select=NOTHING"), ("config",)],
    ids=" ".join,
)
def test_commands_that_lint_nothing_load_nothing_costly(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert imported_by_command(tmp_path, *arguments) == []


@pytest.mark.parametrize(
    "arguments", [("--version",), ("--help",), ("check", "--help"), ("check", "no-such-path")], ids=" ".join
)
def test_commands_that_name_no_rules_need_no_pages_either(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert imported_by_command(tmp_path, *arguments, modules=COSTLY + FOR_FINDINGS) == []


def test_plain_output_needs_no_rich(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("def f(:\n")
    assert "rich" not in imported_by_command(tmp_path, "check", "--isolated", "--color=never")
    assert "rich" in imported_by_command(tmp_path, "check", "--isolated", "--color=always")


def test_files_that_cannot_matter_need_neither_a_parser_nor_what_findings_need(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'app'\n")
    (tmp_path / "app.py").write_text("import os\nprint('no database here', os.sep)\n")
    for arguments in (("check",), ("check", "app.py"), ("check", "--isolated", "--quiet")):
        loaded = imported_by_command(tmp_path, *arguments, modules=COSTLY + FOR_FINDINGS)
        assert loaded == ["asyncdb_lint.project"]


def test_a_folder_without_python_files_needs_no_more(tmp_path: Path) -> None:
    loaded = imported_by_command(tmp_path, "check", "--isolated", modules=COSTLY + FOR_FINDINGS)
    assert loaded in ([], ["asyncdb_lint.project"])


def test_names_of_the_package_come_when_asked_for(tmp_path: Path) -> None:
    modules = COSTLY + FOR_FINDINGS
    assert imported_by("import asyncdb_lint", tmp_path, modules) == []
    uses = "import asyncdb_lint\nfor name in asyncdb_lint.__all__: getattr(asyncdb_lint, name)"
    assert imported_by(uses, tmp_path, modules) == ["asyncdb_lint.diagnostics"]
    assert imported_by("from asyncdb_lint import Severity, lint_source", tmp_path) == []
