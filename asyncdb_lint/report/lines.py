"""Styled text: what every report for people is made of, and how it reaches a terminal, a file or a pipe.

Names and source text come from the linted project, so whatever a terminal, or the log of a
CI service, would obey is escaped.
"""

from __future__ import annotations

import enum
import os
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple, TextIO

TAB = "    "
LOG_COMMAND = re.compile(r"##(?=(?:vso)?\[)", re.IGNORECASE)
"""What begins a command anywhere in a line of the logs of Azure Pipelines, and of GitHub Actions."""


class Style(enum.Enum):
    """What a piece of text is; the values are how rich shows it."""

    PLAIN = ""
    STRONG = "bold"
    ERROR = "bold red"
    WARNING = "bold yellow"
    INFO = "bold cyan"
    FRAME = "bold blue"
    FIXABLE = "cyan"
    ADDED = "green"
    REMOVED = "red"


class Span(NamedTuple):
    """A piece of a line."""

    text: str
    style: Style = Style.PLAIN


Line = tuple[Span, ...]
BLANK: Line = ()


def escaped(text: str) -> str:
    r"""Makes text harmless on a terminal: control, direction and unprintable characters become escapes.

    So do signs that the logs of CI services take for commands.

    >>> escaped("a\x1b[31mb")
    'a\\x1b[31mb'
    """
    if not (text.isascii() and text.isprintable()):
        text = "".join(_escape(character) for character in text)
    return LOG_COMMAND.sub(r"#\\x23", text) if "##" in text else text


def counted(number: int, noun: str) -> str:
    """Says a number of things: `1 file`, `2 files`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def code(text: str) -> str:
    """Makes a piece of source fit for a frame: tabs become four columns, the rest is escaped."""
    return TAB.join(escaped(part) for part in text.split("\t"))


def columns(text: str) -> int:
    """Measures how many terminal columns a text takes that `code` or `escaped` has passed.

    >>> columns("日本")
    4
    """
    return len(text) if text.isascii() else sum(_width(character) for character in text)


def write_lines(lines: Iterable[Line], stream: TextIO, *, colour: bool) -> None:
    """Writes lines, by rich where colours are wanted and plainly, without importing it, where not."""
    if not colour:
        stream.write(plain(lines))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(
        file=stream, force_terminal=True, no_color=False, highlight=False, markup=False, emoji=False, soft_wrap=True
    )
    for line in lines:
        console.print(Text.assemble(*((span.text, span.style.value) for span in line)))


def plain(lines: Iterable[Line]) -> str:
    """The text of lines."""
    return "".join("".join(span.text for span in line) + "\n" for line in lines)


def wants_colour(stream: TextIO, choice: str) -> bool:
    """Decides on colours: `always` and `never` as they say, `auto` by NO_COLOR, FORCE_COLOR and the terminal."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR", "") not in {"", "0"}:
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def _escape(character: str) -> str:
    # Cc control, Cf format (also the direction marks of Trojan Source), Cs surrogates, Zl and Zp line separators
    if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
