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

    def __init__(
        self, contents: Mapping[Path, bytes], matters: AbstractSet[Path], answers: Mapping[str, str] | None = None
    ) -> None:
        """Takes the contents of all files, and the `answers` that are known of these."""
        self._contents = contents
        self._matters = matters
        self._callers: dict[bytes, Path] | None = None
        self.answers: dict[str, str] = dict(answers or {})
        """What was asked for, and a file that calls it; empty where none does."""

    def __call__(self, name: str) -> bool:
        """Whether such a file calls something of a name."""
        if name in self.answers:
            return bool(self.answers[name])
        if self._callers is None:
            rest = (path for path in self._contents if path not in self._matters)
            self._callers = {called: path for path in rest for called in set(_CALL.findall(self._contents[path]))}
        caller = self._callers.get(name.encode("utf-8", "surrogatepass"))
        self.answers[name] = str(caller) if caller is not None else ""
        return caller is not None
