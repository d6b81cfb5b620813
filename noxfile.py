"""`nox`: runs the tests on every supported Python that the machine has; missing ones are said and left out."""

from __future__ import annotations

import nox

nox.options.default_venv_backend = "venv"
nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["tests"]


@nox.session(python=["3.10", "3.11", "3.12", "3.13", "3.14"])
def tests(session: nox.Session) -> None:
    """All tests, or those that are named behind `--`."""
    session.install("--editable", ".[test]")
    session.run("python", "-m", "pytest", "-n", "2", "--dist", "loadfile", "--quiet", *session.posargs)


@nox.session(python="3.10")
def oldest(session: nox.Session) -> None:
    """The pages of all rules with the oldest LibCST that is supported."""
    session.install("--editable", ".[test]", "libcst==1.5.0")
    session.run("python", "-m", "pytest", "-n", "2", "--quiet", *(session.posargs or ["tests/test_pages.py"]))
