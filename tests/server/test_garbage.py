"""When the server looks for what refers to itself."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from asyncdb_lint.server.garbage import Garbage


class Ring:
    """Something that outlives its last use."""

    def __init__(self) -> None:
        self.itself = self


def left_over() -> weakref.ref[Ring]:
    return weakref.ref(Ring())


@pytest.fixture
def garbage() -> Iterator[Garbage]:
    try:
        garbage = Garbage()
        garbage.take_over()
        yield garbage
    finally:
        gc.unfreeze()
        gc.enable()


def test_python_does_not_look_by_itself(garbage: Garbage) -> None:
    ring = left_over()
    kept = [[] for _ in range(100_000)]  # type: ignore[var-annotated]
    assert len(kept) == 100_000
    assert ring() is not None


def test_what_a_run_leaves_goes_after_it(garbage: Garbage) -> None:
    for _ in range(3):
        garbage.before_run()
        ring = left_over()
        garbage.after_run()
        assert ring() is None


def test_runs_that_come_to_no_end_do_not_fill_the_memory(garbage: Garbage) -> None:
    rings = []
    for _ in range(100):
        garbage.before_run()
        rings.append(left_over())
        assert sum(ring() is not None for ring in rings) < 12


def test_what_was_thought_to_stay_goes_when_nobody_types(garbage: Garbage) -> None:
    long_lived = Ring()
    ring = weakref.ref(long_lived)
    garbage.before_run()
    garbage.after_run()
    del long_lived
    garbage.before_run()
    garbage.after_run()
    assert ring() is not None
    garbage.when_idle()
    assert ring() is None
    assert gc.get_freeze_count() > 0
