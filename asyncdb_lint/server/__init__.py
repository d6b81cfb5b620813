"""The language server: `asyncdb-lint server` speaks LSP over standard input and output.

Nothing outside of this package imports it but its command, and only its own modules import pygls.
"""

from __future__ import annotations


def serve() -> int:
    """Serves one editor until it leaves; returns the exit code that the protocol asks for."""
    from asyncdb_lint.server.features import run

    return run()
