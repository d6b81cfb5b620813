"""A client that types into a document, keystroke by keystroke."""

from __future__ import annotations

import ast
import asyncio
import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

from asyncdb_lint.server.documents import changed_text

APP = Path(__file__).parents[2] / "tests" / "fixtures" / "app"
_HANDLERS = Path("routers", "users.py")
PLAIN = "total_of_all = sum(row['balance'] for row in rows)"
"""Brackets and quotes are closed by editors as they are opened, so most of what stands there on the way parses."""
_CLOSING = {"(": ")", "[": "]", "'": "'"}
_LINES = 20


class Typist:
    """A client that types into one document."""

    def __init__(self, root: Path, file: Path, typed: Sequence[str] = (PLAIN,)) -> None:
        self.root, self.file = root, file
        self.client = LanguageClient("benchmark", "1")
        self.version = 0
        self.text = self.text_at_first = file.read_text(encoding="utf-8")
        self.place, self.indent = inside_a_function(self.text)
        self._steps = steps(self.place, self.indent, typed)
        self.shown: dict[int, float] = {}
        self.found: list[types.Diagnostic] = []
        """The findings that have come last."""
        self.happened = asyncio.Event()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: types.PublishDiagnosticsParams) -> None:
            if params.version is not None and params.uri == self.file.as_uri():
                self.shown[params.version] = time.perf_counter()
                self.found = list(params.diagnostics)
                self.happened.set()

    @property
    def process(self) -> int:
        """The number of the server's process."""
        if self.client._server is None:
            raise RuntimeError("the server is not started")
        return self.client._server.pid

    async def start(self) -> float:
        """Opens the document; returns how long the first findings take."""
        await self.client.start_io(sys.executable, "-m", "asyncdb_lint", "server")
        params = types.InitializeParams(capabilities=types.ClientCapabilities(), root_uri=self.root.as_uri())
        await self.client.initialize_async(params)
        self.client.initialized(types.InitializedParams())
        self.version = 1
        begun = time.perf_counter()
        item = types.TextDocumentItem(self.file.as_uri(), "python", 1, self.text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.findings() - begun

    def type(self) -> None:
        """One keystroke."""
        self.version += 1
        change = next(self._steps)
        self.text = changed_text(self.text, [change], types.PositionEncodingKind.Utf16)
        document = types.VersionedTextDocumentIdentifier(uri=self.file.as_uri(), version=self.version)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def findings(self) -> float:
        """When the findings of the newest version came."""
        while self.version not in self.shown:
            self.happened.clear()
            await self.happened.wait()
        return self.shown[self.version]

    async def keystroke(self) -> float:
        """One keystroke; returns how long its findings take, in seconds."""
        begun = time.perf_counter()
        self.type()
        return await self.findings() - begun

    async def stop(self) -> None:
        """Leaves, and waits for the server to leave."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


def inside_a_function(text: str) -> tuple[int, str]:
    """A line in the middle of a text before which a statement may stand, and its indentation."""
    tree = ast.parse(text)
    wanted = text.count("\n") // 2
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    last = min((body[-1] for body in bodies), key=lambda statement: abs(statement.lineno - wanted))
    return last.lineno - 1, " " * last.col_offset


def steps(line: int, indent: str, typed: Sequence[str]) -> Iterator[types.TextDocumentContentChangePartial]:
    """Keystrokes for ever: lines are typed, and then all of them go at once."""
    while True:
        for number in range(_LINES):
            text = typed[number % len(typed)]
            start = types.Position(line + number, 0)
            yield types.TextDocumentContentChangePartial(types.Range(start, start), f"{indent}\n")
            written = ""
            for at, letter in enumerate(text):
                here = types.Position(line + number, len(indent) + at)
                # What the editor has closed by itself is typed over.
                over = letter == _waiting(written)[:1]
                end = types.Position(here.line, here.character + over)
                written += letter
                closing = _CLOSING.get(letter, "") if not over else ""
                yield types.TextDocumentContentChangePartial(types.Range(here, end), letter + closing)
        yield types.TextDocumentContentChangePartial(
            types.Range(types.Position(line, 0), types.Position(line + _LINES, 0)), ""
        )


def _waiting(written: str) -> str:
    """What closes the brackets and quotes that a line has opened, the innermost first."""
    open_ones: list[str] = []
    for letter in written:
        if open_ones and letter == open_ones[-1]:
            open_ones.pop()
        elif letter in _CLOSING:
            open_ones.append(_CLOSING[letter])
    return "".join(reversed(open_ones))


def large_app(folder: Path, lines: int, *, broken: bool = False) -> tuple[Path, Path]:
    """A copy of the fixture app with a module of its handlers, again and again, and where that module is.

    With `broken`, every third copy of the handlers has forgotten to await.
    """
    root = folder / "project"
    shutil.copytree(APP, root / "app", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "asyncdb-lint.toml").write_text("", encoding="utf-8")
    head, mark, handlers = (APP / _HANDLERS).read_text(encoding="utf-8").partition("@router")
    text = head
    for number in range(lines):
        if text.count("\n") >= lines:
            break
        copy = re.sub(r"(async def \w+)", rf"\1_{number}", f"{mark}{handlers}\n\n")
        text += copy.replace("= await users.", "= users.") if broken and number % 3 == 0 else copy
    file = root / "app" / "routers" / "large.py"
    file.write_text(text.rstrip("\n") + "\n", encoding="utf-8")
    return root, file
