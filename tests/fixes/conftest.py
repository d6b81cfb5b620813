"""What tests of several cures ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from .one_pool import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    root.mkdir()
    return Project(root)
