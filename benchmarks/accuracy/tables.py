"""The tables that RESULTS.md and the terminal show."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from asyncdb_lint.rules import all_rules

from .labels import Answer
from .mutators import MUTATORS
from .recall import Outcome
from .verdicts import Precision


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> str:
    """A Markdown table; columns named in `right` hold numbers."""
    lines = ["| " + " | ".join(header) + " |"]
    lines.append("|" + "|".join("--:" if index in right else "---" for index in range(len(header))) + "|")
    lines += ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def share(part: int, whole: int) -> str:
    """A share with three digits, never rounded up to 1."""
    if not whole:
        return "n/a"
    value = part / whole
    return "1.000" if part == whole else f"{min(value, 0.999):.3f}"


def recall_by_kind(outcomes: Sequence[Outcome]) -> str:
    """One row for each mutation; those of rules that do not exist yet say so."""
    codes = {rule.code for rule in all_rules()}
    rows: list[Sequence[object]] = []
    for mutator in MUTATORS:
        mine = [item for item in outcomes if item.mutation.kind == mutator.kind]
        found = sum(item.is_found for item in mine)
        repositories = len({item.repository.name for item in mine})
        if mutator.rule not in codes:
            rows.append((mutator.title, mutator.rule, "n/a", "n/a", "n/a", "n/a", "rule not implemented"))
        elif not mine:
            rows.append((mutator.title, mutator.rule, 0, 0, "n/a", 0, "no such place"))
        else:
            met = "met" if found >= mutator.target * len(mine) else f"below {mutator.target}"
            rows.append((mutator.title, mutator.rule, len(mine), found, share(found, len(mine)), repositories, met))
    return table(("mutation", "rule", "broken", "found", "recall", "repositories", "target"), rows, right=(2, 3, 4, 5))


def recall_by_repository(outcomes: Sequence[Outcome]) -> str:
    """Repositories with misses, worst first; all others in one row."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for item in outcomes:
        groups[item.repository.name].append(item)
    counts = {name: (sum(item.is_found for item in items), len(items)) for name, items in groups.items()}
    rows: list[Sequence[object]] = [
        (name, whole, found, share(found, whole))
        for name, (found, whole) in sorted(counts.items(), key=lambda entry: entry[1][0] / entry[1][1])
        if found < whole
    ]
    rest = [whole for found, whole in counts.values() if found == whole]
    rows.append((f"{len(rest)} others", sum(rest), sum(rest), share(sum(rest), sum(rest))))
    return table(("repository", "broken", "found", "recall"), rows, right=(1, 2, 3))


def misses_by_cause(outcomes: Sequence[Outcome]) -> str:
    """How often each cause lets a broken place through; names of the repositories' own code are left out."""
    groups: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for item in outcomes:
        if not item.is_found:
            groups[item.mutation.kind, _without_names(item.cause)].append(item)
    rows = [
        (len(items), kind, cause, len({item.repository.name for item in items}))
        for (kind, cause), items in sorted(groups.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    ]
    return table(("misses", "mutation", "cause", "repositories"), rows, right=(0, 3)) if rows else "None."


def _without_names(cause: str) -> str:
    head, _, rest = cause.partition(": ")
    if head.startswith("a coroutine"):
        known = ("isinstance", "getattr", "hasattr", "dict", "list", "len", "print", "str", "int")
        kinds = []
        for part in rest.split(", "):
            what, _, to = part.partition(" to `")
            called = to.split("`")[0]
            kinds.append(f"{what} to `{called}`" if called in known else what.split(" from ")[0])
        return f"{head}: {', '.join(dict.fromkeys(kinds))}"
    if cause.startswith("means"):
        return "means " + ", ".join(sorted({"something unknown" if "Unknown" in cause else "something else"}))
    return cause


def findings(precisions: Sequence[Precision], sites: int, repositories: int) -> str:
    """Findings on sound code for each rule, with the verdicts of who read them."""
    rows = [
        (
            item.rule,
            item.severity,
            item.findings,
            f"{1000 * item.findings / sites:.1f}" if sites else "n/a",
            item.true,
            item.false,
            item.findings - item.true - item.false,
            "n/a" if item.value is None else share(item.true, item.true + item.false),
        )
        for item in precisions
    ]
    header = ("rule", "severity", "findings", "per 1,000 query sites", "true", "false", "unread", "precision")
    note = f"{sites} query sites, {repositories} repositories.\n\n"
    return note + table(header, rows, right=(2, 3, 4, 5, 6, 7))


def labelled(answers: Sequence[Answer]) -> str:
    """Counts of labelled places by label, kind and what the linter says."""
    groups: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for item in answers:
        groups[item.label.label, item.label.kind][item.says] += 1
    says = ("found", "missed", "alarmed", "quiet", "rule not implemented")
    rows = [
        (label, kind, *(counts.get(word, 0) for word in says))
        for (label, kind), counts in sorted(groups.items(), reverse=True)
    ]
    return table(("label", "kind", *says), rows, right=(2, 3, 4, 5, 6))
