"""Environments of the tools, each its own, in a folder that is kept from run to run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PEERS: Mapping[str, tuple[str, ...]] = {
    "ruff": ("ruff==0.17.6",),
    "flake8-async": ("flake8==7.5.0", "flake8-async==26.8.1"),
    "fixit": ("fixit==2.2.1",),
    "pylint": ("pylint==4.1.4",),
    "mypy": ("mypy==2.4.1",),
}
WHEELS: Mapping[str, str] = {
    "homeassistant": "homeassistant==2025.4.4",
    "django": "django==5.2.7",
    "ormar": "ormar==0.26.0",
}
_VERSIONS = """
import importlib.metadata as m, json
print(json.dumps({d.metadata["Name"].lower(): d.version for d in m.distributions()}))
"""


class Environment:
    """A virtual environment with one tool."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"

    def tool(self, name: str) -> str:
        """The path of a command that is installed in it."""
        return str(self.folder / "bin" / name)

    def versions(self) -> dict[str, str]:
        """What is installed."""
        found: dict[str, str] = json.loads(output_of([str(self.python), "-c", _VERSIONS]))
        return found


def peer(name: str, cache: Path) -> Environment:
    """The environment of another tool, made if it is not there."""
    return _made(cache / "environments" / name, PEERS[name])


def linter(cache: Path, project: Path = PROJECT) -> Environment:
    """The environment of the linter as users have it: a wheel of this checkout, installed."""
    environment = Environment(cache / "environments" / "asyncdb-lint")
    state = _state_of(project)
    made = environment.folder / "made"
    if not made.exists() or made.read_text(encoding="utf-8") != state:
        wheels = cache / "wheel"
        shutil.rmtree(wheels, ignore_errors=True)
        _pip(Path(sys.executable), "wheel", "--no-deps", "--wheel-dir", str(wheels), str(project))
        (wheel,) = wheels.glob("*.whl")
        _make(environment, (str(wheel),))
        made.write_text(state, encoding="utf-8")
    return environment


def unpacked(name: str, cache: Path) -> Path:
    """The files of a wheel from the package index."""
    folder = cache / "trees" / name
    made = folder.with_suffix(".made")
    if not made.exists() or made.read_text(encoding="utf-8") != WHEELS[name]:
        downloads = cache / "downloads" / name
        for old in (folder, downloads):
            shutil.rmtree(old, ignore_errors=True)
        # Nothing is installed or run, so any Python will do.
        _pip(
            Path(sys.executable),
            "download", "--no-deps", "--ignore-requires-python", "--only-binary=:all:", "--dest", str(downloads),
            WHEELS[name],
        )  # fmt: skip
        (archive,) = downloads.iterdir()
        shutil.unpack_archive(archive, folder, format="zip")
        made.write_text(WHEELS[name], encoding="utf-8")
    return folder


def default_cache() -> Path:
    """The user's cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "asyncdb-lint-speed"


def _made(folder: Path, requirements: Sequence[str]) -> Environment:
    environment = Environment(folder)
    made, state = folder / "made", "\n".join(requirements)
    if not made.exists() or made.read_text(encoding="utf-8") != state:
        _make(environment, requirements)
        made.write_text(state, encoding="utf-8")
    return environment


def _make(environment: Environment, requirements: Sequence[str]) -> None:
    shutil.rmtree(environment.folder, ignore_errors=True)
    output_of([sys.executable, "-m", "venv", str(environment.folder)])
    _pip(environment.python, "install", "--compile", *requirements)


def _pip(python: Path, *arguments: str) -> None:
    output_of([str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments])


def output_of(words: Sequence[str]) -> str:
    """What a command prints; it must not fail."""
    # Modules are to be compiled when they are installed, whatever the caller's environment says.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)} fails:\n{done.stdout}{done.stderr}")
    return done.stdout


def _state_of(project: Path) -> str:
    """A digest of all that goes into the wheel."""
    digest = hashlib.sha256()
    for folder in ("asyncdb_lint", "rules"):
        for file in sorted((project / folder).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(project)).encode() + b"\0" + file.read_bytes())
    digest.update((project / "pyproject.toml").read_bytes())
    return digest.hexdigest()
