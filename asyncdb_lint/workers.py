"""Several projects at once, in processes of their own: LibCST holds the interpreter while it parses."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from .cache import Cache, look
from .forking import IS_SAFE
from .project import findings_in
from .project_run import Findings, Work
from .session import Session
from .stored_findings import restored, stored
from .timing import Timing

if TYPE_CHECKING:
    from concurrent.futures import Future

# Below this many bytes of source, of which about a third is parsed, starting a process takes longer than it saves.
_WORTH_A_PROCESS = 100_000


def worth_a_process(works: Sequence[Work], session: Session) -> list[int]:
    """The places of those projects that take long, the longest first."""
    sizes = {number: _bytes_to_look_at(work, session) for number, work in enumerate(works)}
    return sorted((n for n, size in sizes.items() if size >= _WORTH_A_PROCESS), key=lambda number: -sizes[number])


def findings_by_workers(works: Sequence[Work], large: Sequence[int], session: Session) -> Iterator[Findings]:
    """What there is to say about each of some projects, in their order; the large ones are done by other processes."""
    from concurrent.futures import ProcessPoolExecutor

    folder = session.cache.folder if session.cache is not None else None
    # Elsewhere each process starts anew.
    context = get_context("fork" if IS_SAFE else "spawn")
    if IS_SAFE:
        _learn()
    with ProcessPoolExecutor(min(session.jobs, len(large)), mp_context=context) as pool:
        futures: dict[int, Future[str]] = {n: pool.submit(_work, works[n], folder) for n in large}
        small = {n: _here(work, session) for n, work in enumerate(works) if n not in futures}
        for number in range(len(works)):
            session.tell_progress(number / len(works))
            yield small[number] if number in small else _read(futures[number].result(), session)


def _learn() -> None:
    """Loads what every process needs, so that those that are forked from this one have it."""
    from .fixes import resolve
    from .full_tree import FullTree
    from .linked import LinkedProject
    from .rules import all_rules
    from .semantics.stubs import driver_stubs

    _ = LinkedProject, FullTree, resolve, all_rules(), driver_stubs()


def _bytes_to_look_at(work: Work, session: Session) -> int:
    """How much source there is in a project whose findings are not known; how much of it matters, only a look says."""
    if session.cache is not None and not work.settings.plugins:
        from .kept_findings import KeptFindings

        if KeptFindings(work, session.cache, session).is_unchanged:
            return 0
    return sum(size for _, size, _ in look(work.files).values())


def _here(work: Work, session: Session) -> Findings:
    found = findings_in(work, {}, session)
    session.end_work()
    return found


def _work(work: Work, cache_folder: Path | None) -> str:
    """One project, in a worker: what it finds travels as JSON, as the cache keeps it."""
    cache = Cache(cache_folder) if cache_folder is not None else None
    session = Session(cache=cache, keeps=False)
    session.timing = Timing()
    found = _here(work, session)
    said = {str(file): [stored(item) for item in found[file]] for file in found}
    return json.dumps([said, session.timing.seconds])


def _read(answer: str, session: Session) -> Findings:
    said, seconds = json.loads(answer)
    if session.timing is not None:
        session.timing.add(seconds)
    return {Path(file): [restored(item) for item in items] for file, items in said.items()}
