"""Calls in files that do not matter: nobody parses those, but a finding may hang on whether one calls something."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

_CALL = re.compile(rb"(\w+)\s*\(")


class CallsOutOfSight:
    """Looks for calls by name in files that were screened out; asked before a finding that such a call would undo."""

    def __init__(self, contents: Mapping[Path, bytes], matters: AbstractSet[Path]) -> None:
        self._rest = [data for path, data in contents.items() if path not in matters]
        self._called: set[bytes] | None = None
        self.answers: dict[str, bool] = {}
        """What was asked for, and the answer."""

    def __call__(self, name: str) -> bool:
        """Whether such a file calls something of a name."""
        if self._called is None:
            self._called = {called for data in self._rest for called in _CALL.findall(data)}
        answer = self.answers[name] = name.encode("utf-8", "surrogatepass") in self._called
        return answer
