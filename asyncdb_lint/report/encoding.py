"""JSON and XML that every parser reads, and that no log obeys.

Both are ASCII, so that they survive whatever a stream is encoded in.
"""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from asyncdb_lint.report.lines import LOG_COMMAND, escaped


def json_text(value: object, *, indent: int | None = 2) -> str:
    r"""A value as JSON.

    >>> json_text("\x1b ##[group] \udc80", indent=None)
    '"\\u001b #\\u0023[group] \\ufffd"'
    """
    text = json.dumps(value, indent=indent)
    if "\\ud" in text:
        # Half of a surrogate pair is text for Python only; others refuse the whole file.
        text = json.dumps(_encodable(value), indent=indent)
    # It stands in strings only.
    return LOG_COMMAND.sub(r"#\\u0023", text)


def xml_text(text: str) -> str:
    """Text for an element or an attribute of XML or HTML; what XML cannot hold is shown as an escape."""
    shown = escape(escaped(text), {'"': "&quot;", "'": "&#39;"})
    return shown.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _encodable(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case dict():
            return {_encodable(key): _encodable(item) for key, item in value.items()}
        case list() | tuple():
            return [_encodable(item) for item in value]
        case _:
            return value
