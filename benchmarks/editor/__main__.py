"""Types into a file of a project, keystroke by keystroke, and prints what an editor gets and what it costs.

    python -m benchmarks.editor [FOLDER FILE] --edits 10000

See README.md beside this file. On Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import libcst as cst

from benchmarks.editor.typist import Typist, large_app

_SAMPLES = 200
_PARSE_EVERY = 10
_PAUSE_SECONDS = 0.2
_IDLE_SECONDS = 5.0
_TIDY_SECONDS = 4.0
"""After the last keystroke the server tidies up once; from then on nothing happens."""
_LINES = 2_000
_COLUMNS = (
    "edits", "parse ms", "median ms", "p95 ms", "median / parse", "p95 / parse", "CPU ms", "CPU / parse", "MiB",
    "idle CPU %",
)  # fmt: skip


def parse(text: str) -> tuple[float, float]:
    """How long LibCST takes for a text, and how much processor time, in seconds."""
    begun, begun_work = time.perf_counter(), time.process_time()
    cst.parse_module(text)
    return time.perf_counter() - begun, time.process_time() - begun_work


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


async def sample(typist: Typist) -> str:
    """Types with a pause for the findings of each keystroke, and now and then parses; returns a line of the table."""
    text = typist.text_at_first
    waits: list[float] = []
    parses: list[tuple[float, float]] = []
    begun = processor_time(typist.process)
    for number in range(_SAMPLES):
        waits.append(await typist.keystroke())
        if number % _PARSE_EVERY == 0:
            # The server tidies up on the other core.
            await asyncio.sleep(_PAUSE_SECONDS)
            parses.append(parse(text))
    work = (processor_time(typist.process) - begun) / len(waits)
    await asyncio.sleep(_TIDY_SECONDS)
    begun = processor_time(typist.process)
    await asyncio.sleep(_IDLE_SECONDS)
    idle = (processor_time(typist.process) - begun) / _IDLE_SECONDS * 100
    once, once_work = (statistics.median(each) for each in zip(*parses, strict=True))
    waits.sort()
    median, worst = statistics.median(waits), waits[round(0.95 * (len(waits) - 1))]
    cells = (
        str(typist.version - 1),
        *(f"{seconds * 1000:.0f}" for seconds in (once, median, worst)),
        f"{median / once:.2f}",
        f"**{worst / once:.2f}**",
        f"{work * 1000:.0f}",
        f"{work / once_work:.2f}",
        f"{memory(typist.process):.0f}",
        f"{idle:.1f}",
    )
    return f"| {' | '.join(cells)} |"


async def measure(root: Path, file: Path, edits: int, every: int, pause: float) -> None:
    """Types and prints one line of the table every so many edits."""
    typist = Typist(root, file)
    first = await typist.start()
    tell(f"{typist.text.count(chr(10))} lines, first findings after {first:.2f} s\n")
    tell(f"| {' | '.join(_COLUMNS)} |")
    tell("|---:" * len(_COLUMNS) + "|")
    while True:
        tell(await sample(typist))
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
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("file", type=Path, nargs="?", help="the file to type into, inside the folder")
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--every", type=int, default=2_000)
    parser.add_argument("--pause", type=float, default=0.004, help="seconds between keystrokes that nobody waits for")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        if given.folder is None:
            root, file = large_app(Path(made), _LINES)
        else:
            root = given.folder.absolute()
            file = root / given.file
        asyncio.run(measure(root, file, given.edits, given.every, given.pause))


if __name__ == "__main__":
    main()
