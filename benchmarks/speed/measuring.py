"""Commands, measured: wall time, processor time, peak memory; side by side in interleaved rounds."""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from resource import struct_rusage

_SAMPLE_SECONDS = 0.005


@dataclass(frozen=True, slots=True)
class Command:
    """What is run: a name for people, the words, where, and which exit codes mean that it did its work."""

    name: str
    words: tuple[str, ...]
    folder: Path
    fine: frozenset[int] = frozenset({0, 1})
    before: Callable[[], None] | None = None
    """Done before each run and not measured."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command."""

    wall: float
    cpu: float
    """User and system time of the process and of all that it waited for."""
    peak: int
    """The largest resident set of a single process, in KiB."""
    problem: str = ""


@dataclass(slots=True)
class Measured:
    """The runs of a command."""

    runs: list[Run] = field(default_factory=list)

    @property
    def problem(self) -> str:
        """Why there is nothing to compare, if there is not."""
        return next((run.problem for run in self.runs if run.problem), "" if self.runs else "not run")

    def median(self, of: str) -> float:
        """The median of `wall`, `cpu` or `peak`."""
        values: list[float] = [getattr(run, of) for run in self.runs]
        return statistics.median(values)


def measure(commands: Sequence[Command], rounds: int, *, timeout: float, warm_up: bool = True) -> dict[str, Measured]:
    """Runs commands in turn, round by round, so that whatever else the machine does hits all of them alike.

    A command that fails or takes too long once is not run again.
    """
    found = {command.name: Measured() for command in commands}
    for number in range(rounds + warm_up):
        for command in commands:
            measured = found[command.name]
            if measured.problem not in {"", "not run"}:
                continue
            run = run_once(command, timeout)
            if number >= warm_up or run.problem:
                measured.runs.append(run)
    return found


def run_once(command: Command, timeout: float) -> Run:
    """Runs a command; a process that takes too long is ended with all that it has started."""
    if command.before is not None:
        command.before()
    begun = time.perf_counter()
    process = _start(command)
    late = threading.Event()

    def end() -> None:
        late.set()
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(timeout, end)
    timer.start()
    # Waits without a pause: a late wake-up would be time that the command did not take.
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    timer.cancel()
    process.returncode = code = os.waitstatus_to_exitcode(status)
    problem = (
        f"not done after {timeout:.0f} s" if late.is_set() else "" if code in command.fine else f"fails with {code}"
    )
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, problem)


def peak_of_tree(command: Command, timeout: float) -> int:
    """The most memory that a command and all its processes hold at once, in KiB.

    Sampled from /proc in a run of its own, since sampling takes time. Pages that processes share count once for each,
    so this is an upper bound; it is never below the largest single process.
    """
    if command.before is not None:
        command.before()
    deadline = time.perf_counter() + timeout
    process = _start(command)
    peak, ended = 0, None
    while ended is None and time.perf_counter() < deadline:
        peak = max(peak, _resident(process.pid))
        time.sleep(_SAMPLE_SECONDS)
        ended = _poll(process.pid)
    if ended is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return peak
    process.returncode = os.waitstatus_to_exitcode(ended[0])
    return max(peak, ended[1].ru_maxrss)


def _start(command: Command) -> subprocess.Popen[bytes]:
    environment: Mapping[str, str] = {
        key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "FORCE_COLOR", "NO_COLOR"))
    }
    return subprocess.Popen(  # noqa: S603
        command.words,
        cwd=command.folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _poll(pid: int) -> tuple[int, struct_rusage] | None:
    done, status, usage = os.wait4(pid, os.WNOHANG)
    return (status, usage) if done else None


def _resident(pid: int) -> int:
    """Resident memory of a process and those below it, in KiB."""
    page = os.sysconf("SC_PAGE_SIZE") // 1024
    total = 0
    pending = [pid]
    while pending:
        folder = Path("/proc", str(pending.pop()))
        with contextlib.suppress(OSError, IndexError, ValueError):
            total += int((folder / "statm").read_text(encoding="ascii").split()[1]) * page
            for task in (folder / "task").iterdir():
                pending += map(int, (task / "children").read_text(encoding="ascii").split())
    return total
