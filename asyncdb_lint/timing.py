"""Where the time of a run goes: by phase and by rule."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Timing:
    """Seconds by phase; what is measured inside of another phase counts for itself alone."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside: list[float] = []

    @contextmanager
    def of(self, phase: str) -> Iterator[None]:
        """Measures what is done in a phase."""
        started = time.perf_counter()
        self._inside.append(0.0)
        try:
            yield
        finally:
            whole = time.perf_counter() - started
            self.add({phase: whole - self._inside.pop()})
            if self._inside:
                self._inside[-1] += whole

    def add(self, seconds: Mapping[str, float]) -> None:
        """Adds what another process has measured."""
        for phase, spent in seconds.items():
            self.seconds[phase] = self.seconds.get(phase, 0.0) + spent

    def table(self) -> list[str]:
        """The phases as lines, those that take longest first."""
        total = sum(self.seconds.values()) or 1.0
        rows = sorted(self.seconds.items(), key=lambda item: -item[1])
        width = max((len(phase) for phase, _ in rows), default=0)
        return [f"{phase:<{width}}  {spent:8.3f} s  {spent / total:6.1%}" for phase, spent in rows]
