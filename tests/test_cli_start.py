"""Start-up stays cheap: a command imports what it needs and nothing more."""

from __future__ import annotations

import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from asyncdb_lint.fixes import cures

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
CURES = tuple(f"{cures.__name__}.{module.name}" for module in pkgutil.iter_modules(cures.__path__))
# What only some findings, comments and settings need.
FOR_FEW = (
    "difflib", "importlib.metadata", "tempfile", "asyncdb_lint.cache", "asyncdb_lint.fixes.apply",
    "asyncdb_lint.fixes.changes", "asyncdb_lint.fixes.resolving", "asyncdb_lint.gate", "asyncdb_lint.installed_plugins",
    "asyncdb_lint.pages", "asyncdb_lint.reparsing", "asyncdb_lint.report.patches", "asyncdb_lint.settings.options",
    "asyncdb_lint.settings.reading", "asyncdb_lint.suppressions.matching", "asyncdb_lint.timing", *CURES,
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


def routes(folder: Path, body: str) -> None:
    """Writes a project whose database is connected, with one route."""
    (folder / ".git").mkdir()
    (folder / "app.py").write_text(
        "from contextlib import asynccontextmanager\n"
        "from databases import Database\nfrom fastapi import FastAPI\n"
        "database = Database('postgresql://localhost/shop')\n"
        "@asynccontextmanager\nasync def lifespan(app):\n    async with database:\n        yield\n"
        "app = FastAPI(lifespan=lifespan)\n"
        f"@app.get('/items/{{key}}')\nasync def read(key: int):\n    {body}\n"
    )


def test_a_module_without_findings_needs_no_cure(tmp_path: Path) -> None:
    routes(tmp_path, "return await database.fetch_all('SELECT id FROM items WHERE key = :key', {'key': key})")
    modules = ("asyncdb_lint.semantics.sql.tokens", "asyncdb_lint.semantics.waiting", "libcst", *FOR_FEW)
    assert imported_by_command(tmp_path, "check", "--isolated", "--no-cache", modules=modules) == list(modules[:2])


def test_nor_does_it_need_libcst_for_formatted_text_and_annotations(tmp_path: Path) -> None:
    routes(tmp_path, "return f'{key=}' f'\\n{key!r:>3}' 'end'")
    more = "def find(key: 'dict[str, int]', *, limit: 'int | None' = None):\n    return f\"{key['a']} {'b'} {limit}\"\n"
    (tmp_path / "app.py").write_text((tmp_path / "app.py").read_text() + more)
    assert imported_by_command(tmp_path, "check", "--isolated", "--no-cache", modules=("libcst",)) == []


def test_a_finding_needs_its_own_cure_and_no_other(tmp_path: Path) -> None:
    routes(tmp_path, "return database.fetch_all('SELECT id FROM items WHERE key = :key', {'key': key})")
    loaded = imported_by_command(tmp_path, "check", "--isolated", "--no-cache", modules=CURES)
    assert f"{cures.__name__}.awaiting" in loaded
    assert len(loaded) < 5


def test_a_cure_is_loaded_by_its_name_and_nothing_else_is_one() -> None:
    assert cures.guarding.__name__ == f"{cures.__name__}.guarding"
    assert not hasattr(cures, "cures")


def test_a_folder_without_python_files_needs_no_more(tmp_path: Path) -> None:
    loaded = imported_by_command(tmp_path, "check", "--isolated", modules=COSTLY + FOR_FINDINGS)
    assert loaded in ([], ["asyncdb_lint.project"])


def test_names_of_the_package_come_when_asked_for(tmp_path: Path) -> None:
    modules = COSTLY + FOR_FINDINGS
    assert imported_by("import asyncdb_lint", tmp_path, modules) == []
    uses = "import asyncdb_lint\nfor name in asyncdb_lint.__all__: getattr(asyncdb_lint, name)"
    assert imported_by(uses, tmp_path, modules) == ["asyncdb_lint.diagnostics"]
    assert imported_by("from asyncdb_lint import Severity, lint_source", tmp_path) == []
