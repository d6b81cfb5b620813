"""Runs the command line: `python -m asyncdb_lint`."""

import os
import sys

# `-m` puts the current folder first on the path: what is linted there must not be imported in place of a library.
if sys.path[:1] == [os.getcwd()] != [os.path.dirname(os.path.dirname(__file__))]:
    del sys.path[0]

from asyncdb_lint.start import command

command()
