"""What tests of every part share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Project
from tests.proof.postgres import PostgresServer


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Tests neither use nor leave anything in the cache of whoever runs them; commands inherit the environment."""
    os.environ["ASYNCDB_LINT_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Run a real PostgreSQL, one for each worker of pytest-xdist."""
    with PostgresServer() as server:
        yield server


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Makes an empty folder to run the command line in."""
    return Project(tmp_path)
