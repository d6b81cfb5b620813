"""The cell of a notebook as Python: what only IPython reads is covered, and every character keeps its place."""

from __future__ import annotations

import re

_PYTHON_INSIDE = frozenset({"capture", "debug", "prun", "time", "timeit"})
"""Magics whose cell is Python below the first line; all others read it themselves."""
_CELL_MAGIC = re.compile(r"\s*%%(\w*)[^\r\n]*(?:\r\n?|\n|\Z)")
_COMMAND = re.compile(r"[ \t\f]*(?:(?=[%!?/,;])|(?:[\w.,*\[\] \t]+=)+[ \t]*(?=[%!]))")
"""Where a command begins, in place of a statement or of what a name is bound to."""
_REST_OF_COMMAND = re.compile(r"(?:[^\r\n]*\\[ \t]*(?:\r\n?|\n))*[^\r\n]*(?:\r\n?|\n|\Z)")
_TOKEN = re.compile(
    r"""
      (?P<string>'''(?:[^'\\]|\\.|'(?!''))*(?:'''|\Z) | \"""(?:[^"\\]|\\.|"(?!""))*(?:\"""|\Z)
        | '(?:[^'\\\r\n]|\\(?:\r\n|.))*'? | "(?:[^"\\\r\n]|\\(?:\r\n|.))*"?)
    | (?P<comment>\#[^\r\n]*)
    | (?P<joined>\\(?:\r\n?|\n))
    | (?P<end>\r\n?|\n)
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<question>\?)
    | (?P<other>[^'"#\\\r\n()\[\]{}?]+|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def as_python(cell: str) -> str:
    r"""The same text with its magics, shell commands and questions covered.

    >>> as_python("%matplotlib inline\nrows = await db.fetch_all(query)\n")
    '0#################\nrows = await db.fetch_all(query)\n'
    >>> as_python("files = !ls\nrows?\n")
    'files = 0##\n0####\n'
    """
    magic = _CELL_MAGIC.match(cell)
    if magic is not None and magic[1] not in _PYTHON_INSIDE:
        return as_comments(cell)
    at = magic.end() if magic is not None else 0
    parts = [as_comments(cell[:at])]
    while at < len(cell):
        command = _COMMAND.match(cell, at)
        if command is not None:
            # Quotes and brackets mean nothing in what follows.
            rest = _REST_OF_COMMAND.match(cell, command.end())
            end = rest.end() if rest is not None else len(cell)
            parts += [command.group(), _covered(cell[command.end() : end])]
        else:
            end, is_question = _end_of_statement(cell, at)
            statement = cell[at:end]
            indent = len(statement) - len(statement.lstrip(" \t\f"))
            parts += [statement[:indent], _covered(statement[indent:]) if is_question else statement[indent:]]
        at = end
    return "".join(parts)


def as_comments(text: str) -> str:
    """A text of the same length in which nothing is code."""
    return re.sub(r"[^\r\n]", "#", text)


def is_indented(cell: str) -> bool:
    """Whether the first line of code is indented, which IPython takes back."""
    for line in cell.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return line[0] in " \t"
    return False


def _end_of_statement(cell: str, start: int) -> tuple[int, bool]:
    """Where the line of a statement ends, and whether it holds a question mark outside of strings."""
    depth, is_question = 0, False
    for token in _TOKEN.finditer(cell, start):
        match token.lastgroup:
            case "open":
                depth += 1
            case "close":
                depth -= 1
            case "question" if depth <= 0:
                is_question = True
            case "end" if depth <= 0:
                return token.end(), is_question
            case _:
                continue
    return len(cell), is_question


def _covered(text: str) -> str:
    """A number and comments in place of a command, which may be all that a block has."""
    return "0" + as_comments(text[1:])
