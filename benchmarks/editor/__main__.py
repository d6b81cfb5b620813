"""Types into a file of a project, keystroke by keystroke, and prints what an editor gets and what it costs.

    python -m benchmarks.editor FOLDER FILE --edits 10000

Statements are typed one below the other into the function that stands in the middle of the file, and taken out again.
The table has, after so many edits: the time from a keystroke to the findings of that version (median and 95 of 100),
the processor time of one, both also as a part of what LibCST takes to parse the file, the resident memory of the
server, and how much processor time it uses while nobody types. Where other programs keep the machine busy, only the
processor times tell. On Linux only.
"""

from __future__ import annotations

import argparse
import ast
import asyncio
import os
import statistics
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import libcst as cst
from lsprotocol import types
from pygls.lsp.client import LanguageClient

_SAMPLES = 60
_TYPED = "total_of_all = sum(row['balance'] for row in rows)"
"""Brackets and quotes are closed by editors as they are opened, so most of what stands there on the way parses."""
_CLOSING = {"(": ")", "[": "]", "'": "'"}
_LINES = 20
_PARSES = 7
_IDLE_SECONDS = 5.0


class Typist:
    """A client that types into one document."""

    def __init__(self, root: Path, file: Path) -> None:
        self.root, self.file = root, file
        self.client = LanguageClient("benchmark", "1")
        self.version = 0
        self.text = file.read_text(encoding="utf-8")
        self.place, self.indent = _inside_a_function(self.text)
        self._steps = _steps(self.place, self.indent)
        self.shown: dict[int, float] = {}
        self.happened = asyncio.Event()

        @self.client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: types.PublishDiagnosticsParams) -> None:
            if params.version is not None and params.uri == self.file.as_uri():
                self.shown[params.version] = time.perf_counter()
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
        document = types.VersionedTextDocumentIdentifier(uri=self.file.as_uri(), version=self.version)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [change]))

    async def findings(self) -> float:
        """When the findings of the newest version came."""
        while self.version not in self.shown:
            self.happened.clear()
            await self.happened.wait()
        return self.shown[self.version]

    async def sample(self) -> list[float]:
        """Keystrokes with pauses: how long each waits for its findings, in seconds."""
        waits: list[float] = []
        for _ in range(_SAMPLES):
            begun = time.perf_counter()
            self.type()
            waits.append(await self.findings() - begun)
        return waits

    async def stop(self) -> None:
        """Leaves, and waits for the server to leave."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()


def _inside_a_function(text: str) -> tuple[int, str]:
    """A line in the middle of a text before which a statement may stand, and its indentation."""
    tree = ast.parse(text)
    wanted = text.count("\n") // 2
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    last = min((body[-1] for body in bodies), key=lambda statement: abs(statement.lineno - wanted))
    return last.lineno - 1, " " * last.col_offset


def _steps(line: int, indent: str) -> Iterator[types.TextDocumentContentChangePartial]:
    """Keystrokes for ever: lines are typed, and then all of them go at once."""
    while True:
        for number in range(_LINES):
            start = types.Position(line + number, 0)
            yield types.TextDocumentContentChangePartial(types.Range(start, start), f"{indent}\n")
            written = ""
            for at, letter in enumerate(_TYPED):
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


def parsing(text: str) -> tuple[float, float]:
    """How long LibCST takes for a text, and how much processor time, in seconds."""
    times, work = [], []
    for _ in range(_PARSES):
        begun, begun_work = time.perf_counter(), time.process_time()
        cst.parse_module(text)
        times.append(time.perf_counter() - begun)
        work.append(time.process_time() - begun_work)
    return statistics.median(times), statistics.median(work)


def memory(process: int) -> float:
    """Resident memory in MiB."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def processor_time(process: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def tell(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def measure(root: Path, file: Path, edits: int, every: int, pause: float) -> None:
    """Types and prints one line of the table every so many edits."""
    typist = Typist(root, file)
    first = await typist.start()
    tell(f"first findings after {first:.2f} s\n")
    tell("| edits | median ms | 95 of 100 ms | of a parse | CPU ms | of a parse | MiB | idle CPU % |")
    tell("|---:|---:|---:|---:|---:|---:|---:|---:|")
    while True:
        begun = processor_time(typist.process)
        waits = sorted(await typist.sample())
        work = (processor_time(typist.process) - begun) / len(waits)
        begun = processor_time(typist.process)
        await asyncio.sleep(_IDLE_SECONDS)
        idle = (processor_time(typist.process) - begun) / _IDLE_SECONDS * 100
        worst = waits[round(0.95 * (len(waits) - 1))]
        parse, parse_work = parsing(typist.text)
        speed = f"{statistics.median(waits) * 1000:.0f} | {worst * 1000:.0f} | {worst / parse:.2f}"
        cost = f"{work * 1000:.0f} | {work / parse_work:.2f} | {memory(typist.process):.0f} | {idle:.1f}"
        tell(f"| {typist.version - 1} | {speed} | {cost} |")
        if typist.version > edits:
            break
        for _ in range(every - _SAMPLES):
            typist.type()
            await asyncio.sleep(pause)
        await typist.findings()
    await typist.stop()


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.editor")
    parser.add_argument("folder", type=Path)
    parser.add_argument("file", type=Path, help="the file to type into, inside the folder")
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=2_000)
    parser.add_argument("--pause", type=float, default=0.004, help="seconds between keystrokes that nobody waits for")
    given = parser.parse_args()
    root = given.folder.absolute()
    asyncio.run(measure(root, root / given.file, given.edits, given.every, given.pause))


if __name__ == "__main__":
    main()
