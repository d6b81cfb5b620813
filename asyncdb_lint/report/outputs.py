"""Where findings go: several formats at once, each to standard output or to a file."""

from __future__ import annotations

import contextlib
import importlib
import os
import stat
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from asyncdb_lint.report import formats
from asyncdb_lint.report.formats import DEFAULT, format_names

if TYPE_CHECKING:
    from asyncdb_lint.report.findings import Report
    from asyncdb_lint.report.lines import Line

    Rendered = str | Iterable[Line]


class OutputError(Exception):
    """An output that cannot be had, and what to do instead; the message is one line."""


class Output(NamedTuple):
    """A format and the file that it goes to, None for standard output."""

    format: str
    file: Path | None = None


def parse_outputs(asked: Sequence[str], *, output_format: str | None = None) -> tuple[Output, ...]:
    """Reads `FORMAT[:FILE]` options, beside the `--output-format` that is for standard output.

    Raises:
        OutputError: They cannot be honoured together.
    """
    outputs = [Output(output_format)] if output_format else []
    outputs += [_output(text) for text in asked]
    to_stdout = [output.format for output in outputs if output.file is None]
    if len(to_stdout) > 1:
        raise OutputError(
            f"standard output takes one format, not {' and '.join(to_stdout)}; "
            f"give the others a file: --output {to_stdout[-1]}:FILE"
        )
    files = [output.file for output in outputs if output.file]
    twice = next((file for file in files if _same(file, files) > 1), None)
    if twice is not None:
        raise OutputError(f"two outputs would be written to {twice}; give each a file of its own")
    for file in files:
        try:
            file.is_dir()
        except OSError as error:
            raise OutputError(f"--output: {file}: {error.strerror}; name another file") from error
    folder = next((file for file in files if file.is_dir()), None)
    if folder is not None:
        raise OutputError(f"--output: {folder} is a folder; name a file")
    return tuple(outputs) or (Output(DEFAULT),)


def with_statistics(outputs: Iterable[Output]) -> None:
    """Makes sure that counts have a place in every format that is asked for; raises `OutputError`."""
    wrong = next((output.format for output in outputs if _renderer(output.format, "statistics") is None), None)
    if wrong is not None:
        able = [name for name in format_names() if _renderer(name, "statistics")]
        raise OutputError(f"--statistics: {wrong} has no place for counts; use {', '.join(able[:-1])} or {able[-1]}")


def render(output_format: str, report: Report, *, statistics: bool = False) -> Rendered:
    """Renders findings, or how many each rule has, in a format."""
    renderer = _renderer(output_format, "statistics" if statistics else "render")
    if renderer is None:
        raise OutputError(f"{output_format} has no place for counts")
    return renderer(report)


def write_stream(rendered: Rendered, stream: TextIO, *, colour: bool = False) -> None:
    """Writes to a stream; colours are for people only."""
    from asyncdb_lint.report.lines import write_lines

    if isinstance(rendered, str):
        stream.write(rendered)
    else:
        write_lines(rendered, stream, colour=colour)


def write_file(rendered: Rendered, path: Path) -> None:
    """Writes to a file, which is old or new at every moment; its folder is made if it is missing.

    Raises:
        OSError: The file is as it was.
    """
    from asyncdb_lint.report.lines import plain

    data = (rendered if isinstance(rendered, str) else plain(rendered)).encode("utf-8", "backslashreplace")
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        # A pipe or a device cannot be replaced.
        path.write_bytes(data)
        return
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    _replace(target, data)


def _output(text: str) -> Output:
    name, colon, file = text.partition(":")
    if name not in format_names():
        raise OutputError(f"--output: no format `{name}`; there are {', '.join(format_names())}")
    if colon and not file:
        raise OutputError(f"--output: no file after `{text}`; write {name}:FILE, or {name} for standard output")
    return Output(name, Path(file) if file not in {"", "-"} else None)


def _same(file: Path, files: Iterable[Path]) -> int:
    return sum(os.path.realpath(file) == os.path.realpath(other) for other in files)


def _renderer(output_format: str, function: str) -> Callable[[Report], Rendered] | None:
    module = importlib.import_module(f"{formats.__name__}.{output_format.replace('-', '_')}")
    found: Callable[[Report], Rendered] | None = getattr(module, function, None)
    return found


def _replace(target: Path, data: bytes) -> None:
    existing = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    if existing is not None and not os.access(target, os.W_OK):
        # The rename needs only the folder's permission.
        raise PermissionError(None, "Permission denied", str(target))
    temporary = target.with_name(f".{target.name[:32]}.{os.urandom(6).hex()}.tmp")
    try:
        # Made with the mode that new files get here, which those of `tempfile` do not have.
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if existing is not None:
            temporary.chmod(existing)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
