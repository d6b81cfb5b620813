"""What a probe sees at one place of a service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Observation:
    """One fact about a running service: is the harm there, does the function work, and the short words for both."""

    says: str
    harm: bool
    intact: bool
    """The function does what it is for; a service that refuses everything is harmless and not intact."""
