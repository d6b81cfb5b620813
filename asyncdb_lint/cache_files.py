"""Files of the cache: written whole, only so many of a kind, and never worth a failure."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hashlib import blake2b

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


def digest_of(*parts: bytes) -> str:
    """A short digest of some bytes; which bytes are in which part matters."""
    digest = _blake2b()(digest_size=12)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


@functools.cache
def _blake2b() -> type[blake2b]:
    # `hashlib` would load OpenSSL, which takes as long as all else that a small run imports of ours.
    try:
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    return blake2b
