"""A pool opened by a dependency is a pool for every request, too, and so is the harm."""

from __future__ import annotations

from tests.proof.probes.adb201_per_request_database import HIDDEN, probe

__all__ = ["HIDDEN", "probe"]
