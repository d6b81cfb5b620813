"""`asyncdb-lint server`: the language server."""

from __future__ import annotations

import click

from asyncdb_lint.cli.shared import CannotRun

_MISSING = "the language server needs pygls 2: pip install 'asyncdb-lint[lsp]'"


@click.command()
@click.option("--stdio", is_flag=True, hidden=True, help="What is so anyway; editors like to say it.")
def server(stdio: bool) -> int:
    """Serve an editor over standard input and output (LSP)."""
    try:
        import pygls.lsp.server  # noqa: F401 - the module is new in pygls 2
    except ImportError as error:
        raise CannotRun(_MISSING) from error
    from asyncdb_lint.server import serve

    return serve()
