"""Calls in files that do not matter: nobody parses those, but a finding may hang on whether one calls something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

_CALL = re.compile(rb"(\w+)\s*\(")


def called_in(data: bytes) -> set[str]:
    """The names that a file calls, or seems to."""
    return {name.decode("utf-8", "replace") for name in _CALL.findall(data)}


class CallsOutOfSight:
    """Looks for calls by name in files that were screened out; asked before a finding that such a call would undo."""

    def __init__(self, contents: Mapping[Path, bytes], matters: AbstractSet[Path]) -> None:
        self._rest = {path: data for path, data in contents.items() if path not in matters}
        self._callers: dict[bytes, Path] | None = None
        self.answers: dict[str, str] = {}
        """What was asked for, and a file that calls it; empty where none does."""

    def __call__(self, name: str) -> bool:
        """Whether such a file calls something of a name."""
        if self._callers is None:
            self._callers = {called: path for path, data in self._rest.items() for called in set(_CALL.findall(data))}
        caller = self._callers.get(name.encode("utf-8", "surrogatepass"))
        self.answers[name] = str(caller) if caller is not None else ""
        return caller is not None
