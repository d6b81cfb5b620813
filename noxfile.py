"""`nox`: runs the tests on every supported Python that the machine has; missing ones are said and left out."""

from __future__ import annotations

import os
import re
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["tests", "oldest"]

PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"]


def _look_into_pyenv() -> None:
    # The shims of versions that are not chosen are there, and only fail: the interpreters themselves go before them.
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv", "versions")
    found = [folder for folder in versions.glob("3.*") if folder.name.rpartition(".")[0] in PYTHONS]
    os.environ["PATH"] = os.pathsep.join([*(str(folder / "bin") for folder in sorted(found)), os.environ["PATH"]])


_look_into_pyenv()


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests with the newest LibCST, or those that are named behind `--`."""
    session.install("--editable", ".[test]")
    session.run("python", "-m", "pytest", "-n", "2", "--dist", "loadfile", "--quiet", *session.posargs)


@nox.session(python=["3.10", "3.12"])
def oldest(session: nox.Session) -> None:
    """The same with the oldest LibCST that pyproject.toml allows, which has no wheels for newer Pythons."""
    lowest = re.search(r'"libcst>=([\d.]+)"', Path("pyproject.toml").read_text(encoding="utf-8"))
    if lowest is None:
        session.error("pyproject.toml names no lowest version of libcst")
    session.install("--editable", ".[test]", f"libcst=={lowest[1]}")
    session.run("python", "-m", "pytest", "-n", "2", "--dist", "loadfile", "--quiet", *session.posargs)
