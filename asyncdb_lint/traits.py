"""What a look at a project sees of one of its files: while that stays as it is, the same files matter."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .cache_files import digest_of
from .import_statements import import_statements
from .screen import RUNS_A_LOOP, Signs, blocking_packages, defining, driver_waits


def traits_of(path: Path, data: bytes, database_types: Sequence[str], signs: Signs) -> str:
    """A digest of all that `screened` asks of the bytes of a file; besides that, it asks which files there are."""
    words = signs.imported(path, data)
    blocking = [
        sorted(word for word in words & packages.keys() if packages[word].search(data))
        for packages in (blocking_packages("blocks"), blocking_packages("sync_database"))
    ]
    told = (
        import_statements(data),
        signs.mentions(path, data),
        bool(driver_waits().search(data)),
        bool(RUNS_A_LOOP.search(data)),
        blocking,
        [bool(defining(dotted).search(data)) for dotted in database_types],
    )
    return digest_of(repr(told).encode())
