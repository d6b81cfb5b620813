"""Places that a reader labelled: which true bugs are found, which tempting and fine places are alarmed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from asyncdb_lint.rules import all_rules

from .verdicts import Seen

_RULES_OF_KIND = {
    "unawaited": ("ADB101", "ADB102"),
    "fstring_sql": ("ADB401",),
    "bind_mismatch": ("ADB402", "ADB403"),
    "per_request_database": ("ADB201", "ADB202"),
    "lifecycle": ("ADB202", "ADB203"),
    "swallowed_error": ("ADB302", "ADB304"),
    "transaction": ("ADB503", "ADB509"),
    "gather_on_connection": ("ADB106",),
    "blocking_call": ("ADB601",),
    "n_plus_one": ("ADB602",),
    "hardcoded_credentials": ("ADB801",),
}
# A fine place tempts one family of rules; what other rules say there is not judged by its label.
_TEMPTED = {
    "f-string": ("ADB401",),
    "coroutine": ("ADB101", "ADB102"),
    "await": ("ADB101", "ADB102"),
    "create_task": ("ADB101", "ADB102"),
    "engine": ("ADB1", "ADB2"),
    "Database()": ("ADB201", "ADB202"),
    "subclass": ("ADB201", "ADB202"),
    "transaction": ("ADB1", "ADB5"),
    "Transaction": ("ADB1", "ADB5"),
    "query in loop": ("ADB602",),
    "handler": ("ADB302",),
}
_NEAR = 3
"""How many lines a finding may stand off: a reader marks the statement, a rule the call or the hole."""


@dataclass(frozen=True, slots=True)
class Label:
    """One labelled place."""

    repository: str
    path: str
    line: int
    kind: str
    label: str
    why: str

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that must speak here, or for a fine place must not."""
        if self.label != "benign":
            return _RULES_OF_KIND.get(self.kind, ())
        found = [rules for word, rules in _TEMPTED.items() if word in self.why]
        return tuple(dict.fromkeys(rule for rules in found for rule in rules))


@dataclass(frozen=True, slots=True)
class Answer:
    """What the linter says at a labelled place: "found", "missed", "alarmed", "quiet", or why nothing is due."""

    label: Label
    says: str
    codes: tuple[str, ...]


def read_labels(table: Path) -> list[Label]:
    """Reads a table with the columns repo, path, line, kind, label, why."""
    with table.open(encoding="utf-8", newline="") as file:
        return [
            Label(row["repo"], row["path"], int(row["line"]), row["kind"], row["label"], row["why"])
            for row in csv.DictReader(file, delimiter="\t")
        ]


def _speaks_of(item: Seen, label: Label) -> bool:
    """Whether a finding stands at a labelled place; a bug counts as found where it explains a finding elsewhere."""
    places = [(item.key.path, item.line), *(item.related if label.label != "benign" else ())]
    return any(path == label.path and abs(line - label.line) <= _NEAR for path, line in places)


def judge(labels: Iterable[Label], seen: Sequence[Seen]) -> list[Answer]:
    """Compares every label with what was found around it."""
    codes = {rule.code for rule in all_rules()}
    answers: list[Answer] = []
    for label in labels:
        near = {
            item.key.rule
            for item in seen
            if item.key.repository == label.repository
            and _speaks_of(item, label)
            and item.key.rule.startswith(label.rules or ("-",))
        }
        if label.label == "benign":
            says = "alarmed" if near else "quiet"
        elif near:
            says = "found"
        elif codes.isdisjoint(label.rules):
            says = "rule not implemented"
        else:
            says = "missed"
        answers.append(Answer(label, says, tuple(sorted(near))))
    return answers
