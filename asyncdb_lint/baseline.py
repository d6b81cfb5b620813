"""A file of the findings that are known, so that only new ones count.

A finding is known by its rule, the class or function it is in, and its statement, not by its line. Equal ones in one
file are counted: one more of them is new. A file that was renamed, or a function that moved to another file, takes its
entries along, provided that they are missing where they were.

The file is JSON with one entry a line, sorted, so that Git merges what two branches write. It holds no source text but
names: what is written into a statement may be a secret.
"""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.fingerprints import digest, identities
from asyncdb_lint.problems import MendableError

VERSION = 1
_END = "end"
DEFAULT_NAME = "asyncdb-lint-baseline.json"
# While a file cannot be read, nothing is known about it, so that is never taken for known.
UNREADABLE = "ADB001"
_NOTE = "Findings that asyncdb-lint takes for known; `asyncdb-lint baseline --update` takes out those that are gone."


class BaselineError(MendableError):
    """A baseline that cannot be used, and what to do about it; the message is one line."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A finding as the file knows it; `symbol` is there for people."""

    file: str
    rule: str
    symbol: str
    fingerprint: str

    @property
    def moved(self) -> tuple[str, str]:
        """What stays when the finding moves to another file."""
        return self.rule, self.fingerprint


class Baseline(NamedTuple):
    """The known findings, with how many there are of each."""

    path: Path
    counts: Mapping[Entry, int]

    @classmethod
    def of(cls, path: Path, diagnostics: Iterable[Diagnostic], sources: Mapping[Path, str]) -> Baseline:
        """The baseline of what was found."""
        return cls(path, Counter(entry for _, entry in _entries(path, diagnostics, sources)))

    @property
    def total(self) -> int:
        """How many findings are known."""
        return sum(self.counts.values())

    def text(self) -> str:
        """The file."""
        entries = [
            {
                "file": entry.file, "rule": entry.rule, "symbol": entry.symbol, "fingerprint": entry.fingerprint,
                "count": self.counts[entry],
            }
            for entry in sorted(self.counts)
        ]  # fmt: skip
        lines = [f"    {json.dumps(entry)}," for entry in entries]
        head = f'{{\n  "version": {VERSION},\n  "note": {json.dumps(_NOTE)},\n  "known": ['
        # The last item is always the same, so that every entry ends with a comma and merges as a whole line.
        return "\n".join([head, *lines, f"    {json.dumps(_END)}", "  ]", "}", ""])


class Compared(NamedTuple):
    """What a run found, against a baseline."""

    new: tuple[Diagnostic, ...]
    known: int
    kept: Baseline
    """The baseline without what is gone, and with the places where what has moved is now."""
    gone: int
    """How many known findings are no longer there, as far as this run could see."""


def compare(
    baseline: Baseline,
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[Path, str],
    was_asked: Callable[[Path, str], bool],
) -> Compared:
    """Tells new findings from known ones.

    `was_asked` says of a file, which need not exist any more, and a rule whether this run would have found it there;
    what it could not have found is neither new nor gone.
    """
    left = Counter(baseline.counts)
    kept: Counter[Entry] = Counter()
    rest: list[tuple[Diagnostic, Entry]] = []
    new: list[Diagnostic] = []
    found = list(diagnostics)
    unreadable = {diagnostic.path for diagnostic in found if diagnostic.code == UNREADABLE}
    for diagnostic, entry in _entries(baseline.path, found, sources):
        if left[entry]:
            left[entry] -= 1
            kept[entry] += 1
        else:
            rest.append((diagnostic, entry))
    folder = baseline.path.parent

    missing: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    looked_for: set[Entry] = set()
    for entry in sorted(entry for entry, count in left.items() if count):
        file = Path(os.path.normpath(folder / entry.file))
        was_looked_for = file not in unreadable and was_asked(file, entry.rule)
        if was_looked_for:
            looked_for.add(entry)
        if was_looked_for or not file.exists():
            missing[entry.moved].append(entry)
    for diagnostic, entry in rest:
        before = next((before for before in missing[entry.moved] if left[before]), None)
        if before is None:
            new.append(diagnostic)
        else:
            left[before] -= 1
            kept[entry] += 1
    new.extend(diagnostic for diagnostic in found if diagnostic.code == UNREADABLE)
    gone = sum(left[entry] for entry in looked_for)
    for entry, count in left.items():
        if count and entry not in looked_for:
            kept[entry] += count
    new.sort(key=lambda diagnostic: diagnostic.sort_key)
    return Compared(tuple(new), sum(baseline.counts.values()) - sum(left.values()), Baseline(baseline.path, kept), gone)


def read_baseline(path: Path, *, any_version: bool = False) -> Baseline:
    """Reads a baseline; raises `BaselineError` for what is none.

    With `any_version` it is enough that the file is one, to be written anew; its entries are not read.
    """
    shown = _shown(path)
    anew = "write it anew with `asyncdb-lint baseline --force`"
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise BaselineError(f"{shown}: no such baseline; write it with `asyncdb-lint baseline`") from error
    except OSError as error:
        raise BaselineError(f"{shown}: the baseline cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        if b"<<<<<<<" in path.read_bytes():
            raise BaselineError(
                f"{shown}: holds marks of a merge conflict; keep the lines of both sides and run "
                "`asyncdb-lint baseline --update`"
            ) from error
        raise BaselineError(f"{shown}: is no baseline, and no JSON: {error}") from error
    if not isinstance(data, dict) or not isinstance(data.get("version"), int) or "known" not in data:
        raise BaselineError(f"{shown}: is no baseline of asyncdb-lint; name another file")
    if any_version:
        return Baseline(path, {})
    if data["version"] != VERSION:
        raise BaselineError(f"{shown}: is of version {data['version']}, and only {VERSION} is known here; {anew}")
    counts: Counter[Entry] = Counter()
    try:
        for known in data["known"]:
            if known == _END:
                continue
            counts[_entry(known)] += _count(known)
    except (KeyError, TypeError, ValueError) as error:
        raise BaselineError(f"{shown}: holds an entry that cannot be understood; {anew}") from error
    return Baseline(path, counts)


def _entry(known: Mapping[str, Any]) -> Entry:
    values = [known[name] for name in ("file", "rule", "symbol", "fingerprint")]
    if not all(isinstance(value, str) for value in values):
        raise TypeError
    return Entry(*values)


def _count(known: Mapping[str, Any]) -> int:
    count = known["count"]
    if type(count) is not int or count < 1:
        raise ValueError
    return count


def _entries(
    baseline: Path, diagnostics: Iterable[Diagnostic], sources: Mapping[Path, str]
) -> Iterator[tuple[Diagnostic, Entry]]:
    """Findings with their entries, in order; those that never count as known are left out."""
    found = [diagnostic for diagnostic in diagnostics if diagnostic.code != UNREADABLE]
    for diagnostic, identity in zip(found, identities(found, sources), strict=True):
        file = Path(os.path.relpath(diagnostic.path, baseline.parent)).as_posix()
        yield diagnostic, Entry(file, diagnostic.code, identity.symbol, digest(identity))


def _shown(path: Path) -> str:
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
