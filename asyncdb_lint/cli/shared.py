"""What all commands share: exit codes, and how they speak to people beside their output."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

CLEAN, FINDINGS, FAILURE = 0, 1, 2


class CannotRun(click.ClickException):
    """Something that keeps the linter from its work: one line on stderr, exit code 2."""


class FilePath(click.Path):
    """A path that could be one: `.` is not meant where a script's variable is empty."""

    def __init__(self, *, file_okay: bool = True) -> None:
        """Hands on paths as such."""
        super().__init__(path_type=Path, file_okay=file_okay)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuses what no file can be called."""
        if value == "":
            self.fail("an empty name; leave it out, or name a file or folder", param, ctx)
        try:
            os.lstat(value)
        except OSError as error:
            if error.errno == errno.ENAMETOOLONG:
                self.fail("too long a name; name a file or folder", param, ctx)
        return super().convert(value, param, ctx)


class FolderPath(FilePath):
    """A path that no file stands in the way of."""

    def __init__(self) -> None:
        """Refuses files."""
        super().__init__(file_okay=False)


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
