"""From the bytes of a file to its text, and where in that something stands; what cannot be read says why."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncdb_lint.diagnostics import Position

_CODING_LINE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BLANK_OR_COMMENT = re.compile(rb"^[ \t\f]*(?:#|\r|\n|$)")
_NEWLINE = re.compile(r"\r\n?|\n")


class UnparsableFile(Exception):
    """A file that has no tree: one sentence why, and where."""

    def __init__(self, reason: str, position: Position | None = None) -> None:
        super().__init__(reason, position)
        self.reason = reason
        self.position = position or position_of(1, 1)


def position_of(line: int, column: int) -> Position:
    """A place in a text."""
    # Imported here: a run that finds nothing needs neither places nor findings.
    from asyncdb_lint.diagnostics import Position

    return Position(line, column)


def line_starts(text: str) -> list[int]:
    """The index of each line's first character; only CR, LF and CRLF end a line, as in Python's own grammar."""
    return [0, *(match.end() for match in _NEWLINE.finditer(text))]


def decode(data: bytes) -> tuple[str, str, bool]:
    """The text of a source file without its BOM, its encoding and whether it had one; newlines stay as they are."""
    has_bom = data.startswith(codecs.BOM_UTF8)
    body = data[len(codecs.BOM_UTF8) :] if has_bom else data
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnparsableFile("the file is UTF-16, which Python does not read as source")
    null = body.find(b"\0")
    if null != -1:
        raise UnparsableFile("the file contains null bytes", _position_in_bytes(body, null))
    encoding = _encoding(body, has_bom)
    try:
        return body.decode(encoding), encoding, has_bom
    except UnicodeDecodeError as error:
        place = _position_in_bytes(body, error.start)
        declared = "" if _coding_line(body) else " and has no coding line"
        raise UnparsableFile(f"the file is not valid {_shown(encoding)}{declared}", place) from None
    except (LookupError, UnicodeError, ValueError):
        raise UnparsableFile(f"the file cannot be read as `{encoding}`") from None


def encode_unsaved(text: str) -> bytes:
    """The bytes that `decode` reads a text from, of a file that an editor holds and may not be able to save."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        encoding = _encoding(data.removeprefix(codecs.BOM_UTF8), data.startswith(codecs.BOM_UTF8))
        # What the declared encoding does not have becomes one other character, so that all others keep their places.
        return data if encoding == "utf-8" else text.encode(encoding, "replace")
    except (UnparsableFile, UnicodeError):
        return data


def _encoding(body: bytes, has_bom: bool) -> str:
    declared = _coding_line(body)
    if declared is None:
        return "utf-8"
    name, line = declared
    try:
        codec = codecs.lookup(_without_suffix(name))
    except (LookupError, ValueError):
        raise UnparsableFile(
            f"the coding line names `{name}`, which is no known encoding", position_of(line, 1)
        ) from None
    # Such codecs (rot13, base64) turn bytes to bytes or text to text: Python refuses them as source encodings too.
    if not getattr(codec, "_is_text_encoding", True):
        raise UnparsableFile(f"the coding line names `{name}`, which is no text encoding", position_of(line, 1))
    # The BOM is kept apart, so the codec that would write a second one is never used.
    encoding = "utf-8" if codec.name == "utf-8-sig" else codec.name
    if has_bom and encoding != "utf-8":
        raise UnparsableFile(
            f"the file starts with a UTF-8 mark, but its coding line says `{name}`", position_of(line, 1)
        )
    return encoding


def _without_suffix(name: str) -> str:
    # As Python does: editors write `utf-8-unix` and `latin-1-dos`.
    plain = name[:12].lower().replace("_", "-")
    for known in ("utf-8", "latin-1", "iso-8859-1", "iso-latin-1"):
        if plain == known or plain.startswith(f"{known}-"):
            return name if plain == "utf-8-sig" else known
    return name


def _coding_line(body: bytes) -> tuple[str, int] | None:
    # PEP 263: in the first or second line, and in the second only when the first holds no code.
    for number, line in enumerate(re.split(rb"\r\n?|\n", body[:4096], maxsplit=2)[:2], start=1):
        match = _CODING_LINE.match(line)
        if match:
            return match.group(1).decode("ascii", "replace"), number
        if not _BLANK_OR_COMMENT.match(line):
            return None
    return None


def _shown(encoding: str) -> str:
    return "UTF-8" if encoding == "utf-8" else f"`{encoding}`"


def _position_in_bytes(body: bytes, offset: int) -> Position:
    before = body[:offset].decode("utf-8", "replace")
    return position_in(before, len(before))


def position_in(text: str, offset: int) -> Position:
    """The place of an index into a text."""
    starts = line_starts(text[:offset])
    return position_of(len(starts), offset - starts[-1] + 1)
