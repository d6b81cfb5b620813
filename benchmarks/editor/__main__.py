"""Types into a file of a project, keystroke by keystroke, and prints what an editor gets and what it costs.

    python -m benchmarks.editor FOLDER FILE --edits 10000

The table has, after so many edits: the time from a keystroke to the findings of that version (median and 95 of 100),
the resident memory of the server, and how much processor time it uses while nobody types. On Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from pathlib import Path

from lsprotocol import types
from pygls.lsp.client import LanguageClient

_SAMPLES = 15
_IDLE_SECONDS = 5.0


class Typist:
    """A client that types into one document."""

    def __init__(self, root: Path, file: Path) -> None:
        self.root, self.file = root, file
        self.client = LanguageClient("benchmark", "1")
        self.version = 0
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
        item = types.TextDocumentItem(self.file.as_uri(), "python", 1, self.file.read_text(encoding="utf-8"))
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        return await self.findings() - begun

    def type(self) -> None:
        """One keystroke: a letter into a comment on the first line, and every so often the whole line goes."""
        self.version += 1
        start = types.Position(0, 0)
        text, end = ("#", start) if self.version % 80 else ("#\n", start)
        change = types.TextDocumentContentChangePartial(types.Range(start, end), text)
        if self.version == 2:
            change.text = "#\n"
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
        waits = []
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
    tell("| edits | median ms | 95 of 100 ms | MiB | idle CPU % |")
    tell("|---:|---:|---:|---:|---:|")
    while True:
        waits = sorted(await typist.sample())
        begun = processor_time(typist.process)
        await asyncio.sleep(_IDLE_SECONDS)
        idle = (processor_time(typist.process) - begun) / _IDLE_SECONDS * 100
        worst = waits[round(0.95 * (len(waits) - 1))]
        numbers = (
            f"{statistics.median(waits) * 1000:.0f} | {worst * 1000:.0f} | {memory(typist.process):.0f} | {idle:.1f}"
        )
        tell(f"| {typist.version - 1} | {numbers} |")
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
