"""Small programs that the linter's own interpreter runs: what passes the screen, and nothing but parsing."""

from __future__ import annotations

SCREEN = """
import sys
from pathlib import Path
from asyncdb_lint.files import find_files
from asyncdb_lint.screen import screened
from asyncdb_lint.settings import Settings, SettingsResolver
from asyncdb_lint.surroundings import Surroundings

files = find_files([Path(name) for name in sys.argv[2:]], SettingsResolver(fixed=Settings())).files
passed = set()
for project in Surroundings().projects(files):
    passed |= screened({file: file.read_bytes() for file in project.wanted}).matters
Path(sys.argv[1]).write_text("".join(f"{file}\\n" for file in sorted(passed)))
print(len(files), len(passed))
"""
"""Writes the files that pass the screen of their project into a list."""

PARSE = """
import sys
import libcst

for name in open(sys.argv[1]).read().splitlines():
    try:
        libcst.parse_module(open(name, "rb").read())
    except Exception:
        pass
"""
"""Parses the files of a list, as LibCST does it by itself."""

PARSE_ONE = "import sys, libcst; libcst.parse_module(open(sys.argv[1], 'rb').read())"
"""Parses one file."""
