"""What tests of every part share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.proof.postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run a real PostgreSQL, one for each worker of pytest-xdist."""
    with PostgresServer() as server:
        yield server
