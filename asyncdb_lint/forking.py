"""Work that another process does meanwhile, with all that this one knows so far."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

IS_SAFE = sys.platform == "linux"
"""Whether a process may be forked: only where no system library minds, and without threads, of which there are none."""


@contextmanager
def forked(work: Callable[[], bytes]) -> Iterator[Callable[[], bytes]]:
    """Has another process work meanwhile; what is given waits for its result, which is empty where the work failed."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        _work(work, reading, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        try:
            yield answer.read
        finally:
            # Done, or of no use any more.
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)


def _work(work: Callable[[], bytes], reading: int, writing: int) -> None:
    """The other process: it must end here, whatever happens, and write nothing but its answer."""
    try:
        os.close(reading)
        result = work()
        with os.fdopen(writing, "wb") as answer:
            answer.write(result)
    finally:
        os._exit(0)
