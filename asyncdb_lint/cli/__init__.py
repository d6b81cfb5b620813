"""The command line. Commands are thin, and each imports only what its run needs."""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import click

from asyncdb_lint import __version__
from asyncdb_lint.cli.shared import CLEAN, FAILURE, FINDINGS, harmless

_COMMANDS = ("baseline", "check", "clean", "config", "rule", "server")


class _Commands(click.Group):
    """The commands, each imported when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command by its name; for one that is not there, click looks for a similar name among them all."""
        for name in (cmd_name,) if cmd_name in _COMMANDS else _COMMANDS:
            if name not in self.commands:
                self.add_command(getattr(importlib.import_module(f"{__name__}.{name}"), name))
        return self.commands.get(cmd_name)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="asyncdb-lint", message="%(prog)s %(version)s")
def cli() -> None:
    """Finds and fixes misuse of async databases in Python."""


def command() -> NoReturn:
    """The installed command: as `main`, for a process that has nothing else to do."""
    code = main()
    if sys.argv[1:2] == ["check"]:
        # Python would take the trees of a whole project apart, node by node.
        with suppress(OSError):
            # Somebody who reads no more has been dealt with.
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def main(args: Sequence[str] | None = None) -> int:
    """Runs the command line and returns its exit code; nothing escapes as a traceback."""
    arguments = list(sys.argv[1:] if args is None else args)
    # Source text may hold what the terminal's encoding does not.
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if not arguments:
        # A script whose variables are empty must not pass for one that has linted.
        context = click.Context(cli, info_name="asyncdb-lint", **cli.context_settings)
        click.echo(cli.get_help(context), err=True)
        return FAILURE
    try:
        code = cli.main(arguments, prog_name="asyncdb-lint", standalone_mode=False, obj=tuple(arguments))
        sys.stdout.flush()
    except click.UsageError as error:
        click.echo(f"error: {harmless(_with_remedy(error, arguments[0]))}", err=True)
        return FAILURE
    except click.ClickException as error:
        click.echo(f"error: {harmless(error.format_message())}", err=True)
        return FAILURE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return FAILURE
    except BrokenPipeError:
        # The reader has gone (`| head`): say no more, not even when Python flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FINDINGS
    except Exception as error:  # noqa: BLE001 - the last resort: whatever went wrong, say so and exit with 2
        if {"-v", "--verbose"} & set(arguments):
            import traceback

            for line in traceback.format_exc().splitlines():
                click.echo(harmless(line), err=True)
            return FAILURE
        what = harmless(f"{type(error).__name__}: {error}")
        click.echo(
            f"error: internal error in asyncdb-lint {__version__}: {what}\n"
            "This is a bug: please report it with what the same command prints when `-v` is added.",
            err=True,
        )
        return FAILURE
    return code or CLEAN


def _with_remedy(error: click.UsageError, command: str) -> str:
    """What is wrong with the options, and what to do about it."""
    from asyncdb_lint.settings.options import OPTIONS

    wrong = error.option_name.lstrip("-") if isinstance(error, click.NoSuchOption) else ""
    if wrong in OPTIONS and command in {"check", "baseline"}:
        return f"No such option '--{wrong}'; it is a setting: --config '{wrong} = {OPTIONS[wrong].example}'"
    message = error.format_message().rstrip(".")
    if "Did you mean" in message:
        return message
    return f"{message}; see `asyncdb-lint {command} --help`" if command in _COMMANDS else f"{message}; see `--help`"
