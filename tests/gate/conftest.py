"""What the tests of this folder share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gate.repository import Repository, new_repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """Makes an empty repository in a folder below `tmp_path`."""
    return new_repository(tmp_path / "repository")
