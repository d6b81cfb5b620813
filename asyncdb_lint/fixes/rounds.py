"""Rounds of fixes until nothing more can be fixed; what does not come to rest is dropped and named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from asyncdb_lint.diagnostics import Diagnostic
from asyncdb_lint.fixes.apply import OVERLAPS, FixOutcome, SkippedFix, apply_fixes, is_wanted

MAX_ROUNDS = 20
"""A cure seldom needs more than two rounds; a pair of fixes that undo each other must not run for ever."""

_Culprit = tuple[str, Path]


class FixedPoint(NamedTuple):
    """Where rounds of fixes came to rest."""

    sources: Mapping[Path, str]
    """The changed files as they would be."""
    applied: tuple[Diagnostic, ...]
    skipped: tuple[SkippedFix, ...]
    """Fixes that could not be applied, among them those that would not converge."""
    remaining: tuple[Diagnostic, ...]
    """What the linter says about the result."""
    rounds: int


def fix_to_fixed_point(
    lint: Callable[[Mapping[Path, str]], Sequence[Diagnostic]],
    sources: Mapping[Path, str],
    *,
    unsafe: bool,
    limit: int = MAX_ROUNDS,
) -> FixedPoint:
    """Lints and fixes until a round changes nothing.

    Args:
        lint: Diagnostics of given texts.
        sources: The texts to start from.
        unsafe: Applies unsafe fixes, too.
        limit: Rounds after which the fixes of the last one count as not converging.
    """
    banned: dict[_Culprit, Diagnostic] = {}
    # Each further attempt starts from the beginning with at least one rule fewer in one file, so this ends.
    while True:
        outcome = _attempt(lint, sources, frozenset(banned), unsafe=unsafe, limit=limit)
        if isinstance(outcome, FixedPoint):
            dropped = tuple(SkippedFix(d, "it would not come to rest") for d in banned.values())
            return FixedPoint(
                outcome.sources, outcome.applied, (*dropped, *outcome.skipped), outcome.remaining, outcome.rounds
            )
        for diagnostic in outcome:
            banned.setdefault((diagnostic.code, diagnostic.path), diagnostic)


def _attempt(
    lint: Callable[[Mapping[Path, str]], Sequence[Diagnostic]],
    sources: Mapping[Path, str],
    banned: frozenset[_Culprit],
    *,
    unsafe: bool,
    limit: int,
) -> FixedPoint | tuple[Diagnostic, ...]:
    """Runs rounds; returns where they came to rest, or the diagnostics whose fixes keep them from it."""
    current = dict(sources)
    history: list[tuple[dict[Path, str], tuple[Diagnostic, ...]]] = []
    while True:
        found = tuple(lint(current))
        outcome = apply_fixes(current, [d for d in found if (d.code, d.path) not in banned], unsafe=unsafe)
        if not outcome.sources:
            return _at_rest(sources, current, history, outcome, found)
        history.append((dict(current), outcome.applied))
        current.update(outcome.sources)
        for index, (seen, _) in enumerate(history):
            if seen == current:
                return tuple(d for _, applied in history[index:] for d in applied)
        if len(history) >= limit and any(d.fix and is_wanted(d.fix, unsafe) for d in outcome.applied):
            return outcome.applied


def _at_rest(
    sources: Mapping[Path, str],
    current: Mapping[Path, str],
    history: Sequence[tuple[dict[Path, str], tuple[Diagnostic, ...]]],
    outcome: FixOutcome,
    found: tuple[Diagnostic, ...],
) -> FixedPoint:
    changed = {path: text for path, text in current.items() if text != sources[path]}
    # With nothing applied there is nothing to overlap: what is skipped here is skipped for good.
    skipped = tuple(skip for skip in outcome.skipped if skip.reason != OVERLAPS)
    applied = tuple(d for _, round_applied in history for d in round_applied)
    return FixedPoint(changed, applied, skipped, found, len(history))
