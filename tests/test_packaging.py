"""What is shipped: the wheel and the source distribution hold all that a run needs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from asyncdb_lint import __version__
from tests.project_tree import ROOT, copy_project


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Builds both distributions from a copy of the tree."""
    project = copy_project(tmp_path_factory.mktemp("project"))
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", folder], cwd=project, check=True)
    return folder


@pytest.fixture(scope="module")
def wheel(distributions: Path) -> Path:
    (file,) = distributions.glob("*.whl")
    return file


def data_files(folder: str, suffix: str) -> set[str]:
    return {file.relative_to(ROOT).as_posix() for file in (ROOT / folder).rglob(f"*{suffix}")}


def test_the_wheel_holds_code_stubs_pages_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    package = data_files("asyncdb_lint", ".py") | data_files("asyncdb_lint", ".pyi")
    package |= {"asyncdb_lint/py.typed", "asyncdb_lint/asyncdb-lint.schema.json"}
    package |= data_files("asyncdb_lint/report/page", "")
    pages = {f"asyncdb_lint/_pages/{Path(page).name}" for page in data_files("rules", ".md")}
    assert any(name.startswith("asyncdb_lint/drivers/") for name in package)
    assert any(name.startswith("asyncdb_lint/_pages/ADB101-") for name in pages)
    assert names == package | pages


def test_the_wheel_runs_without_its_source_tree(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import asyncdb_lint, asyncdb_lint.cli as cli;"
        f"assert asyncdb_lint.__file__.startswith({str(tmp_path)!r}); sys.exit(cli.main(sys.argv[1:]))"
    )
    run = [sys.executable, "-I", "-c", program]
    page = subprocess.run([*run, "rule", "ADB101"], capture_output=True, text=True, check=True)
    assert page.stdout.startswith("# unawaited-query (ADB101)")
    source = (
        "from databases import Database\n"
        "db = Database('sqlite:///app.db')\n"
        "async def f():\n"
        "    db.execute('SELECT 1')\n"
    )
    checked = subprocess.run(
        [*run, "check", "--output-format=json", "-"], input=source, capture_output=True, text=True, check=False
    )
    assert (checked.stderr, [finding["code"] for finding in json.loads(checked.stdout)]) == ("", ["ADB101"])


def test_the_wheel_says_what_it_is(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = f"asyncdb_lint-{__version__}.dist-info"
        metadata = archive.read(f"{info}/METADATA").decode()
        assert "asyncdb-lint = asyncdb_lint.start:command" in archive.read(f"{info}/entry_points.txt").decode()
        assert f"{info}/licenses/LICENSE" in archive.namelist()
    assert f"Version: {__version__}\n" in metadata
    assert "Requires-Python: >=3.10\n" in metadata
    for extra in ("lsp", "test", "dev"):
        assert f"Provides-Extra: {extra}\n" in metadata


def test_the_source_distribution_can_build_the_wheel_again(distributions: Path, wheel: Path, tmp_path: Path) -> None:
    (file,) = distributions.glob("*.tar.gz")
    shutil.unpack_archive(file, tmp_path)
    (project,) = tmp_path.iterdir()
    for name in (
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "Makefile",
        "tests/test_packaging.py",
        ".pre-commit-hooks.yaml",
    ):
        assert (project / name).is_file(), name
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "again"], cwd=project, check=True
    )
    (again,) = (tmp_path / "again").glob("*.whl")
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()


def test_the_changelog_knows_the_version() -> None:
    assert __version__ in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
