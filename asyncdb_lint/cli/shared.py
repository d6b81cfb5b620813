"""What all commands share: exit codes, and how they speak to people beside their output."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

CLEAN, FINDINGS, FAILURE = 0, 1, 2


class CannotRun(click.ClickException):
    """Something that keeps the linter from its work: one line on stderr, exit code 2."""


def tell(message: str) -> None:
    """Says something on stderr; whatever a terminal would obey is escaped."""
    click.echo(harmless(message), err=True)


def harmless(message: str) -> str:
    """A message without what a terminal would obey."""
    from asyncdb_lint.report.lines import escaped

    return escaped(message)


@contextmanager
def failures_as_one_line() -> Iterator[None]:
    """Turns what the user can mend into one line on stderr."""
    from asyncdb_lint.files import MissingPath
    from asyncdb_lint.problems import MendableError
    from asyncdb_lint.settings import SettingsError

    try:
        yield
    except (SettingsError, MissingPath, MendableError) as error:
        raise CannotRun(str(error)) from error
