"""The probes of the running proof judge rightly: a sound service passes, a dead one is neither harmful nor cured."""

from __future__ import annotations

import pytest

from tests.proof.cases import BACKENDS, FIXTURES, Pitfall, marks, pitfalls
from tests.proof.harness import folder_of, observe, sources_of, works
from tests.proof.postgres import PostgresServer

every_pitfall = pytest.mark.parametrize("pitfall", pitfalls(), ids=lambda pitfall: pitfall.name)

DEAD_SERVICE = "from fastapi import FastAPI\n\napp = FastAPI()\n"


@every_pitfall
@pytest.mark.parametrize("backend", BACKENDS)
def test_probe_accepts_the_corrected_twin(pitfall: Pitfall, backend: str, postgres: PostgresServer) -> None:
    assert works(observe(pitfall, "corrected", FIXTURES, backend, postgres))


@every_pitfall
def test_probe_takes_a_dead_service_neither_for_harm_nor_for_cure(pitfall: Pitfall, postgres: PostgresServer) -> None:
    with folder_of({**sources_of(pitfall), f"pitfalls/{pitfall.file.name}": DEAD_SERVICE}) as root:
        seen = observe(pitfall, "pitfalls", root, "sqlite", postgres)

    assert not works(seen)
    assert not any(observation.harm for observation in seen)


@every_pitfall
def test_pitfall_is_of_one_kind(pitfall: Pitfall) -> None:
    marked = [mark for mark in marks(FIXTURES) if mark.file == f"pitfalls/{pitfall.file.name}"]

    assert {mark.code for mark in marked} == {pitfall.code}
