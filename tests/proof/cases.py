"""The pitfalls of `tests/fixtures`: what is marked in them, what corrects them, who probes them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

FIXTURES = Path(__file__).parent.parent / "fixtures"
BACKENDS = ("sqlite", "postgresql")

_MARKER = re.compile(r"# error: \[(?P<codes>[A-Z0-9, ]+)\]")


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place where a finding is due, or was reported: a file of the fixtures, a line and a code."""

    file: str
    line: int
    code: str


@dataclass(frozen=True, slots=True, order=True)
class Pitfall:
    """A service that falls into one pitfall, known by the name of its module."""

    name: str

    @property
    def code(self) -> str:
        """The code of the rule that must find it."""
        return self.name.partition("_")[0].upper()

    @property
    def file(self) -> Path:
        """The service as somebody wrote it."""
        return FIXTURES / "pitfalls" / f"{self.name}.py"

    @property
    def corrected_file(self) -> Path:
        """The service as it should have been written."""
        return FIXTURES / "corrected" / f"{self.name}.py"

    @property
    def hidden(self) -> Mapping[str, str]:
        """The databases on which the harm does not show, with the reason."""
        hidden: Mapping[str, str] = getattr(self._probe, "HIDDEN", {})
        return {**hidden, **self.sound}

    @property
    def sound(self) -> Mapping[str, str]:
        """The databases on which the code is right, with the reason: told that it runs there, the linter is quiet."""
        sound: Mapping[str, str] = getattr(self._probe, "SOUND", {})
        return sound

    @property
    def by_hand(self) -> str | None:
        """Why the linter offers no fix, where it offers none."""
        reason: str | None = getattr(self._probe, "BY_HAND", None)
        return reason

    @property
    def kills(self) -> str | None:
        """What is seen when the pitfall takes the whole process down, as native code can; None where it never may."""
        seen: str | None = getattr(self._probe, "KILLS", None)
        return seen

    @property
    def _probe(self) -> ModuleType:
        return importlib.import_module(f"tests.proof.probes.{self.name}")


def pitfalls() -> tuple[Pitfall, ...]:
    """List the pitfalls in the order of their codes."""
    return tuple(Pitfall(file.stem) for file in sorted((FIXTURES / "pitfalls").glob("adb*.py")))


def marks(root: Path) -> set[Mark]:
    """Read where the files under a folder say that a finding is due."""
    return {
        Mark(file.relative_to(root).as_posix(), number, code.strip())
        for file in root.rglob("*.py")
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if (marker := _MARKER.search(line))
        for code in marker["codes"].split(",")
    }
