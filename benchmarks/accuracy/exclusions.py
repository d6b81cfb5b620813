"""What a reader took out: receivers that are no database, and places where a mutation makes no pitfall."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A receiver that a reader found to be no database of the library; empty fields match everything.

    With a kind of mutation as `method` and `function.name` as `receiver`: a place where that mutation makes no pitfall.
    """

    repository: str
    path: str
    receiver: str
    method: str

    def covers(self, repository: str, path: str, receiver: str, method: str) -> bool:
        """Whether it speaks of this receiver."""
        given = (repository, path, receiver, method)
        wanted = (self.repository, self.path, self.receiver, self.method)
        return all(not want or want == have for want, have in zip(wanted, given, strict=True))


def read_exclusions(table: Path | None) -> list[Exclusion]:
    """Reads a table with the columns repository, path, receiver, method, reason."""
    if table is None:
        return []
    with table.open(encoding="utf-8", newline="") as file:
        return [
            Exclusion(row["repository"], row["path"], row["receiver"], row["method"])
            for row in csv.DictReader(file, delimiter="\t")
        ]
