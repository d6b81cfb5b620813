"""How far a long run is, on a terminal: drawn once the run exceeds a second, gone when it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

_WORTH_SHOWING_S = 1.0
_BETWEEN_DRAWINGS_S = 0.1


class ProgressBar:
    """A bar on stderr; told which part is done, it decides when to draw."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _WORTH_SHOWING_S
        self._bar: Progress | None = None

    def __call__(self, done: float) -> None:
        """Shows which part of the run is done, from 0 to 1."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _BETWEEN_DRAWINGS_S
        if self._bar is None:
            # Imported here: most runs are over before anybody would look at a bar.
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

            columns = TextColumn("Checking"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn()
            # Drawn by whoever tells of progress, not by a thread: worker processes are forked while it stands.
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False)
            self._bar.add_task("", total=1.0)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=done)
        self._bar.refresh()

    def close(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.stop()
