"""Runs the command line: `python -m asyncdb_lint`."""

import sys
from pathlib import Path

# `-m` puts the current folder first on the path: what is linted there must not be imported in place of a library.
if sys.path[:1] == [str(Path.cwd())] != [str(Path(__file__).parent.parent)]:
    del sys.path[0]

from asyncdb_lint.cli import command

command()
