"""Quiet on sound code: findings on unbroken trees, and what a reader made of each.

A verdict is kept by rule, repository, path and a hash of the line, so it survives edits elsewhere and holds none of the
code it is about.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from .corpus import Found, Repository, lint_repository
from .exclusions import Exclusion
from .sites import read_project

COLUMNS = ("rule", "repository", "path", "line_hash", "number", "line", "verdict", "reason")
VERDICTS = ("true", "false")


@dataclass(frozen=True, slots=True)
class Key:
    """What tells one finding from another across versions; `number` tells equal lines of one file apart."""

    rule: str
    repository: str
    path: str
    line_hash: str
    number: int


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding on sound code; `shown` is for the reader's eyes only."""

    key: Key
    severity: str
    line: int
    message: str
    shown: str
    related: tuple[tuple[str, int], ...] = ()
    """Paths and lines that explain it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader found: is it true, and why."""

    key: Key
    is_true: bool | None
    reason: str


def lint_sound(
    repositories: Sequence[Repository], exclusions: Sequence[Exclusion] = (), *, workers: int = 2
) -> Iterator[tuple[Repository, list[Seen], int]]:
    """Lints unbroken trees; yields each with its findings and the number of its query sites."""
    with ProcessPoolExecutor(workers) as pool:
        jobs = {pool.submit(_lint_one, item, list(exclusions)): item for item in repositories}
        for job in as_completed(jobs):
            seen, sites = job.result()
            yield jobs[job], seen, sites


def _lint_one(repository: Repository, exclusions: list[Exclusion]) -> tuple[list[Seen], int]:
    found = lint_repository(repository.files(), repository.session())
    sites = len(read_project(repository, exclusions).query_sites) if repository.group == "databases" else 0
    return list(identified(repository, found)), sites


def identified(repository: Repository, found: Iterable[Found]) -> Iterator[Seen]:
    """Gives every finding its key."""
    texts: dict[Path, list[str]] = {}
    for item in found:
        if item.path not in texts:
            text = item.path.read_text(encoding="utf-8", errors="replace")
            texts[item.path] = [" ".join(line.split()) for line in text.splitlines()]
        lines = texts[item.path]
        shown = lines[item.line - 1] if item.line <= len(lines) else ""
        digest = hashlib.sha256(shown.encode()).hexdigest()[:12]
        # Counted over the file, not over the findings: a finding that goes must not pass its verdict on to the next.
        number = lines[: item.line - 1].count(shown)
        key = Key(item.code, repository.name, repository.relative(item.path), digest, number)
        related = tuple((repository.relative(path), line) for path, line in item.related)
        yield Seen(key, item.severity, item.line, item.message, shown, related)


def read_verdicts(table: Path | None) -> dict[Key, Verdict]:
    """Reads the reader's table."""
    if table is None or not table.exists():
        return {}
    known: dict[Key, Verdict] = {}
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            key = Key(row["rule"], row["repository"], row["path"], row["line_hash"], int(row["number"]))
            is_true = VERDICTS.index(row["verdict"]) == 0 if row["verdict"] in VERDICTS else None
            known[key] = Verdict(key, is_true, row["reason"])
    return known


def write_verdicts(table: Path, seen: Sequence[Seen], known: Mapping[Key, Verdict]) -> int:
    """Writes the table anew: what is known stays, also of findings that are gone; new ones wait for a verdict."""
    lines = {item.key: item.line for item in seen}
    keys = sorted({*lines, *known}, key=lambda key: (key.rule, key.repository, key.path, lines.get(key, 0), key.number))
    waiting = 0
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerow(COLUMNS)
        for key in keys:
            verdict = known.get(key)
            said = "" if verdict is None or verdict.is_true is None else VERDICTS[not verdict.is_true]
            waiting += not said
            place = (key.rule, key.repository, key.path, key.line_hash, key.number)
            writer.writerow((*place, lines.get(key, ""), said, verdict.reason if verdict else ""))
    return waiting


@dataclass(frozen=True, slots=True)
class Precision:
    """How many findings of a rule are true, of those a reader judged."""

    rule: str
    severity: str
    findings: int
    true: int
    false: int

    @property
    def value(self) -> float | None:
        """The share of true findings; None if nobody judged any."""
        judged = self.true + self.false
        return self.true / judged if judged else None


def precision(seen: Sequence[Seen], known: Mapping[Key, Verdict]) -> list[Precision]:
    """Precision per rule and severity."""
    groups = sorted({(item.key.rule, item.severity) for item in seen})
    rows: list[Precision] = []
    for rule, severity in groups:
        mine = [item for item in seen if (item.key.rule, item.severity) == (rule, severity)]
        said = [known[item.key].is_true for item in mine if item.key in known]
        rows.append(Precision(rule, severity, len(mine), said.count(True), said.count(False)))
    return rows
