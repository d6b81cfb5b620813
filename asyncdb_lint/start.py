"""The installed command: where nothing has changed since a run found nothing, it says so with hardly any imports.

Looking at the stamps of a large project takes no longer than the imports of a command line.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def command() -> NoReturn:
    """Runs the command line and ends the process."""
    if sys.argv[1:2] == ["check"]:
        from asyncdb_lint.last_words import LastWords

        words = LastWords.of(sys.argv[1:])
        text = words.said() if words is not None else None
        if text is not None:
            sys.stdout.write(text)
            sys.stdout.flush()
            os._exit(0)
    from asyncdb_lint.cli import command as command_line

    command_line()
