"""The modules of a large project, parsed by several processes: LibCST holds the interpreter while it parses.

What the others have walked comes back as summaries; of most modules nobody asks for a node.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from .decoding import UnparsableFile
from .forking import IS_SAFE, forked

if TYPE_CHECKING:
    from .semantics.records import ModuleRecord
    from .semantics.summary import Summary
    from .timing import Timing

_Walk = Callable[[Path], "ModuleRecord"]
# Bytes of source; below this, a process costs more than it saves.
_WORTH_A_PROCESS = 200_000
SUMMING_UP = 1.4
"""How much longer a module takes another process, which has to sum it up."""


def shares(sizes: Mapping[Path, int], jobs: int) -> list[list[Path]]:
    """Files in parts that take about the same time, one a process; the first part is for this process."""
    count = min(jobs, 1 + sum(sizes.values()) // _WORTH_A_PROCESS) if IS_SAFE else 1
    parts: list[list[Path]] = [[] for _ in range(count)]
    loads = [0.0] * count
    for path in sorted(sizes, key=lambda path: (-sizes[path], path)):
        least = loads.index(min(loads))
        parts[least].append(path)
        loads[least] += sizes[path] * (SUMMING_UP if least else 1)
    return parts


@contextmanager
def walked_by_others(
    parts: Sequence[Sequence[Path]], walk: _Walk, timing: Timing | None
) -> Iterator[Callable[[], dict[Path, Summary]]]:
    """Has other processes walk modules meanwhile, one for each part; what is given waits for their summaries.

    Modules that have none, such as those that cannot be parsed, are left out.
    """
    with ExitStack() as stack:
        answers = [stack.enter_context(forked(partial(_written, part, walk, timing))) for part in parts]
        yield lambda: _read([answer() for answer in answers], timing)


def _written(part: Sequence[Path], walk: _Walk, timing: Timing | None) -> bytes:
    from .semantics.summary import written

    before = dict(timing.seconds) if timing is not None else {}
    lengths: dict[str, int] = {}
    texts: list[str] = []
    for path in part:
        try:
            summary = written(walk(path))
        except (UnparsableFile, TypeError):
            continue
        lengths[str(path)] = len(summary)
        texts += summary
    spent = {phase: seconds - before.get(phase, 0.0) for phase, seconds in timing.seconds.items()} if timing else {}
    # No text of JSON has an end of a line in it.
    return "\n".join([json.dumps([lengths, spent]), *texts]).encode()


def _read(answers: Sequence[bytes], timing: Timing | None) -> dict[Path, Summary]:
    found: dict[Path, Summary] = {}
    for answer in filter(None, answers):
        told, *texts = answer.decode().split("\n")
        lengths, spent = json.loads(told)
        rest = iter(texts)
        found.update((Path(path), list(islice(rest, length))) for path, length in lengths.items())
        if timing is not None:
            timing.add(spent)
    return found
