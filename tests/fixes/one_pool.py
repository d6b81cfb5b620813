"""Projects in which a pool, or a connect, per request is mended."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from pathlib import Path

import libcst as cst

from asyncdb_lint.runner import fix, lint
from asyncdb_lint.settings import RuleSelection, Settings

HEAD = "from databases import Database\nfrom fastapi import FastAPI\n\n"
APP = f"{HEAD}app = FastAPI()\n\n\n"
LIFESPAN = """\
@asynccontextmanager
async def lifespan(app: FastAPI):
    await {pool}.connect()
    try:
        yield
    finally:
        await {pool}.disconnect()
"""


class Project:
    """Fixes files in a folder of their own, and sees that the result parses and is stable."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = Settings(root=root, selections=(RuleSelection(select=("ADB201", "ADB202")),))

    def fix(self, files: Mapping[str, str]) -> dict[str, str]:
        """The files that change, as they are then."""
        fixed = self._fix(files)
        for text in fixed.values():
            cst.parse_module(text)
        assert not self._fix({**files, **fixed}), "fixing again changes the result"
        return fixed

    def left(self, files: Mapping[str, str]) -> list[str]:
        """The codes found in files."""
        return [found.code for found in lint(dict.fromkeys(self._written(files), self.settings)).diagnostics]

    def _written(self, files: Mapping[str, str]) -> dict[Path, str]:
        paths = {self.root / name: name for name in files}
        for path, name in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name].encode())
        return paths

    def _fix(self, files: Mapping[str, str]) -> dict[str, str]:
        paths = self._written(files)
        after = fix(dict.fromkeys(paths, self.settings), unsafe=True).after
        return {paths[path]: text for path, text in after.items()}


def handler(body: str, path: str = "/users") -> str:
    """A handler with a body."""
    return f'@app.get("{path}")\nasync def users():\n{textwrap.indent(textwrap.dedent(body), "    ")}'


def handler_after(text: str) -> str:
    """The body of the handler in a fixed module."""
    return textwrap.dedent(text.partition("async def users():\n")[2])
