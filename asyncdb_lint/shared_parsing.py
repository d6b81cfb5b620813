"""The modules of a large project, parsed by several processes: LibCST holds the interpreter while it parses.

What the others have walked comes back as summaries; of most modules nobody asks for a node.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
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


def shares(sizes: Mapping[Path, int], jobs: int) -> list[list[Path]]:
    """Files in parts of about the same size, one a process; the first part is for this process."""
    count = min(jobs, 1 + sum(sizes.values()) // _WORTH_A_PROCESS) if IS_SAFE else 1
    parts: list[list[Path]] = [[] for _ in range(count)]
    loads = [0] * count
    for path in sorted(sizes, key=lambda path: (-sizes[path], path)):
        least = loads.index(min(loads))
        parts[least].append(path)
        loads[least] += sizes[path]
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
    summaries: dict[str, Summary] = {}
    for path in part:
        try:
            summaries[str(path)] = written(walk(path))
        except (UnparsableFile, TypeError):
            continue
    spent = {phase: seconds - before.get(phase, 0.0) for phase, seconds in timing.seconds.items()} if timing else {}
    return json.dumps([summaries, spent], separators=(",", ":")).encode()


def _read(answers: Sequence[bytes], timing: Timing | None) -> dict[Path, Summary]:
    found: dict[Path, Summary] = {}
    for answer in filter(None, answers):
        summaries, spent = json.loads(answer)
        found.update((Path(path), summary) for path, summary in summaries.items())
        if timing is not None:
            timing.add(spent)
    return found
