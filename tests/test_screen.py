"""Which files are worth parsing, by their bytes: an import is one however it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncdb_lint.screen import relevant

PATH = Path("main.py")


@pytest.mark.parametrize(
    "source",
    [
        b"x = 1\n",
        b"# from databases import Database\n",
        b"import os  # databases\n",
        b"important = databases\n",
        b"import os; databases = 1\n",
    ],
)
def test_files_that_import_no_driver(source: bytes) -> None:
    assert not relevant({PATH: source})


@pytest.mark.parametrize(
    "source",
    [
        b"import databases\n",
        b"import os, databases as db\n",
        b"from databases import Database",
        b"\xef\xbb\xbffrom databases import Database\n",
        b"# x\rfrom databases import Database\r",
        b"import os; from databases import Database\n",
        b"try: import databases\nexcept ImportError: pass\n",
        b"\x0cimport databases\n",
        b"import os, \\\n    databases\n",
        b"from databases \\\r\n  import Database\r\n",
        b"from app import (\n    x,  # y\n    databases,\n)\n",
        b"def f():\n\timport\tdatabases\n",
    ],
)
def test_files_that_import_a_driver(source: bytes) -> None:
    assert relevant({PATH: source}) == {PATH}
