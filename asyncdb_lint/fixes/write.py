"""Fixed files to disk: each one old or new at every moment, never something between."""

from __future__ import annotations

import codecs
import contextlib
import difflib
import os
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from asyncdb_lint.decoding import UnparsableFile, decode


class CannotWrite(OSError):
    """A file that was left as it is; the message names it and says why."""


class Rewritten(NamedTuple):
    """A file's new contents.

    Attributes:
        path: The file.
        text: Its new text, with the line ends it is to have.
        encoding: The encoding of the file.
        has_bom: Whether the file starts with a UTF-8 mark.
        expected: What was read before, as bytes or decoded; a file that no longer holds it is not touched.
    """

    path: Path
    text: str
    encoding: str = "utf-8"
    has_bom: bool = False
    expected: bytes | str | None = None


def write_atomically(
    path: Path, text: str, *, encoding: str = "utf-8", has_bom: bool = False, expected: bytes | str | None = None
) -> None:
    """Replaces a file's contents by way of a temporary file in the same folder; see `write_together`."""
    write_together([Rewritten(path, text, encoding, has_bom, expected)])


def write_together(files: Sequence[Rewritten]) -> None:
    """Replaces the contents of several files, or of none.

    Everything that can fail is done on temporary files beside the targets; then each is renamed over its target, so
    that at any moment each file is old or new. Should a rename fail, those done before are undone. Mode bits stay; a
    symbolic link stays, and what it points to is written.

    Raises:
        CannotWrite: Nothing was changed.
    """
    with contextlib.ExitStack() as cleanup:
        staged: list[_Staged] = []
        for file in files:
            stage = _stage(file)
            cleanup.callback(stage.discard)
            staged.append(stage)
        for stage in staged:
            stage.check()
        _rename_all(staged)


def refusal(path: Path) -> str | None:
    """Why a file could not be replaced, were it tried now; None if nothing speaks against it."""
    try:
        target = path.resolve(strict=True)
        _refuse_unwritable(path, target, target.stat().st_mode)
        if not os.access(target.parent, os.W_OK):
            return f"{path}: its folder is read-only"
    except CannotWrite as problem:
        return str(problem)
    except OSError as error:
        return f"{path}: cannot be written: {error.strerror or error}"
    return None


def unified_diff(name: bytes, old: bytes, new: bytes) -> bytes:
    """The change of one file as a unified diff that `patch` reads; empty where nothing changed."""
    lines = difflib.diff_bytes(difflib.unified_diff, _lines(old), _lines(new), name, name)
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)


def _lines(data: bytes) -> list[bytes]:
    # `patch` ends lines at line feeds only; `bytes.splitlines` would also split at carriage returns.
    return [line + b"\n" for line in data.split(b"\n")[:-1]] + [line for line in data.split(b"\n")[-1:] if line]


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


@dataclass(slots=True)
class _Staged:
    """New contents that wait beside their target."""

    file: Rewritten
    target: Path
    temporary: Path
    old: bytes

    def check(self) -> None:
        _refuse_changed(self.file.path, self.target, self.old)

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self.temporary.unlink()


def _stage(file: Rewritten) -> _Staged:
    try:
        data = codecs.BOM_UTF8 * file.has_bom + file.text.encode(file.encoding)
    except UnicodeEncodeError as error:
        reason = f"the fixed text holds characters that `{file.encoding}` does not have"
        raise CannotWrite(f"{file.path}: {reason}") from error
    try:
        target = file.path.resolve(strict=True)
        mode = target.stat().st_mode
        _refuse_unwritable(file.path, target, mode)
        _refuse_changed(file.path, target, file.expected)
        old = target.read_bytes()
        return _Staged(file, target, _temporary(target, data, mode), old)
    except CannotWrite:
        raise
    except OSError as error:
        raise CannotWrite(f"{file.path}: cannot be written: {error.strerror or error}") from error


def _temporary(target: Path, data: bytes, mode: int) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _keep_owner(temporary, target)
        temporary.chmod(stat.S_IMODE(mode))
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return temporary


def _rename_all(staged: Sequence[_Staged]) -> None:
    done: list[_Staged] = []
    for stage in staged:
        try:
            stage.temporary.replace(stage.target)
        except OSError as error:
            for other in done:
                mode = other.target.stat().st_mode
                _temporary(other.target, other.old, mode).replace(other.target)
            raise CannotWrite(f"{stage.file.path}: cannot be written: {error.strerror or error}") from error
        done.append(stage)
    for folder in {stage.target.parent for stage in staged}:
        _sync_folder(folder)


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
