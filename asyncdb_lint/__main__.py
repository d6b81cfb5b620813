"""Runs the command line: `python -m asyncdb_lint`."""

import sys

from asyncdb_lint.cli import main

sys.exit(main())
