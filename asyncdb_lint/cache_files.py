"""Files of the cache: written whole, only so many of a kind, and never worth a failure."""

from __future__ import annotations

import os
from pathlib import Path

UNFINISHED = ".unfinished"


def write_whole(file: Path, data: bytes, *, most: int) -> None:
    """Writes a file of the cache so that nobody sees half of it, and drops the oldest of more than `most` of its kind.

    A cache that cannot be kept costs time, and nothing else.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _mark_as_cache(file.parent.parent)
        new = file.with_suffix(f".{os.getpid()}{UNFINISHED}")
        try:
            new.write_bytes(data)
            new.replace(file)
        finally:
            new.unlink(missing_ok=True)
        _drop_oldest(file.parent, file.suffix, most)
    except OSError:
        return


def _mark_as_cache(folder: Path) -> None:
    # Tells backup programs to leave it out: https://bford.info/cachedir/
    tag = folder / "CACHEDIR.TAG"
    if not tag.exists():
        tag.write_text("Signature: 8a477f597d28d172789f06886806bc55\n")


def _drop_oldest(folder: Path, ending: str, most: int) -> None:
    files = list(folder.glob(f"*{ending}"))
    if len(files) > most:
        files.sort(key=lambda file: file.stat().st_mtime_ns)
        for file in files[:-most]:
            file.unlink(missing_ok=True)
