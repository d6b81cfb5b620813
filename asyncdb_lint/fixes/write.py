"""Fixed files to disk: each one old or new at every moment, never something between."""

from __future__ import annotations

import codecs
import contextlib
import difflib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from asyncdb_lint.parsing import UnparsableFile, decode


class CannotWrite(OSError):
    """A file that was left as it is; the message names it and says why."""


def write_atomically(
    path: Path, text: str, *, encoding: str = "utf-8", has_bom: bool = False, expected: bytes | str | None = None
) -> None:
    """Replaces a file's contents by way of a temporary file in the same folder.

    Mode bits stay; a symbolic link stays, and what it points to is written.

    Args:
        path: The file.
        text: Its new text, with the line ends it is to have.
        encoding: The encoding of the file.
        has_bom: Whether the file starts with a UTF-8 mark.
        expected: What was read before, as bytes or decoded; a file that no longer holds it is not touched.

    Raises:
        CannotWrite: Nothing was changed.
    """
    try:
        data = codecs.BOM_UTF8 * has_bom + text.encode(encoding)
    except UnicodeEncodeError as error:
        raise CannotWrite(f"{path}: the fixed text holds characters that `{encoding}` does not have") from error
    try:
        target = path.resolve(strict=True)
        mode = target.stat().st_mode
        _refuse_unwritable(path, target, mode)
        _refuse_changed(path, target, expected)
        _replace(target, data, mode, lambda: _refuse_changed(path, target, expected))
    except CannotWrite:
        raise
    except OSError as error:
        raise CannotWrite(f"{path}: cannot be written: {error.strerror or error}") from error


def unified_diff(path: Path, old: str, new: str) -> str:
    """The change of one file as a unified diff that `patch` reads; empty where nothing changed."""
    lines = difflib.unified_diff(_lines(old), _lines(new), str(path), str(path))
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    # `patch` ends lines at line feeds only; `str.splitlines` would also split at form feeds and others.
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [line for line in text.split("\n")[-1:] if line]


def _refuse_unwritable(path: Path, target: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise CannotWrite(f"{path}: is not a regular file")
    # The rename needs only the folder's permission; a file its owner made read-only is to stay as it is, also for root.
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
        raise CannotWrite(f"{path}: is read-only")


def _refuse_changed(path: Path, target: Path, expected: bytes | str | None) -> None:
    if expected is None:
        return
    found = target.read_bytes()
    try:
        unchanged = found == expected if isinstance(expected, bytes) else decode(found)[0] == expected
    except UnparsableFile:
        unchanged = False
    if not unchanged:
        raise CannotWrite(f"{path}: has changed since it was read")


def _replace(target: Path, data: bytes, mode: int, last_check: Callable[[], None]) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _keep_owner(temporary, target)
        temporary.chmod(stat.S_IMODE(mode))
        last_check()
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _keep_owner(temporary: Path, target: Path) -> None:
    # Only root can give a file away; everyone else writes files of their own.
    if hasattr(os, "chown"):
        owner = target.stat()
        with contextlib.suppress(OSError):
            os.chown(temporary, owner.st_uid, owner.st_gid)


def _sync_folder(folder: Path) -> None:
    # Makes the rename itself last; not every platform and file system lets a folder be opened or synced.
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
