"""The VS Code extension as far as Python sees it: its launcher, and the settings that it declares."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import asyncdb_lint
from asyncdb_lint.server.client_settings import ClientSettings

EXTENSION = Path(__file__).parent.parent / "editors" / "vscode"
LAUNCHER = EXTENSION / "server" / "launch.py"
MANIFEST = json.loads((EXTENSION / "package.json").read_text("utf-8"))


def probe(*options: str, python: tuple[str, ...] = (sys.executable,), folder: Path | None = None) -> dict[str, object]:
    command = [*python, str(LAUNCHER), *options, "probe"]
    answer = subprocess.run(command, capture_output=True, check=True, cwd=folder, text=True)
    return json.loads(answer.stdout)


def test_nothing_in_the_folder_of_the_workspace_is_imported(tmp_path: Path) -> None:
    for name in ("json.py", "asyncdb_lint.py", "libcst.py"):
        tmp_path.joinpath(name).write_text("raise SystemExit('imported')")
    assert probe(folder=tmp_path)["supported"]


def test_an_environment_without_the_linter_has_no_version() -> None:
    assert probe(python=(sys.executable, "-I", "-S"))["version"] is None


def test_a_bundle_says_what_it_lacks(tmp_path: Path) -> None:
    package = tmp_path / "asyncdb_lint"
    package.mkdir()
    package.joinpath("__init__.py").write_text('__version__ = "9.9.9"\n')
    package.joinpath("server.py").touch()
    tmp_path.joinpath("pygls.py").touch()
    found = probe("--bundle", str(tmp_path), python=(sys.executable, "-I", "-S"))
    assert found["version"] == "9.9.9"
    assert found["missing"] == ["libcst"]


def test_an_environment_with_everything_can_serve() -> None:
    found = probe()
    assert found["version"] == asyncdb_lint.__version__
    assert found["missing"] == []


def test_a_broken_installation_is_an_error_and_not_an_answer(tmp_path: Path) -> None:
    tmp_path.joinpath("asyncdb_lint.py").write_text("raise RuntimeError('broken')")
    with pytest.raises(subprocess.CalledProcessError):
        probe("--bundle", str(tmp_path))


def test_the_extension_has_the_version_of_the_linter() -> None:
    assert MANIFEST["version"] == asyncdb_lint.__version__


def test_the_server_understands_the_defaults_of_every_setting() -> None:
    declared = MANIFEST["contributes"]["configuration"]["properties"]
    defaults = {name.removeprefix("asyncdb-lint."): setting["default"] for name, setting in declared.items()}
    assert ClientSettings.of(defaults) == ClientSettings()


@pytest.mark.parametrize("setting", ["diagnosticMode", "logLevel"])
def test_the_server_understands_every_choice(setting: str) -> None:
    for choice in MANIFEST["contributes"]["configuration"]["properties"][f"asyncdb-lint.{setting}"]["enum"]:
        assert ClientSettings.of({setting: choice}).problems == ()
