"""RESULTS.md, as one text."""

from __future__ import annotations

from collections.abc import Sequence

from asyncdb_lint import __version__

from . import tables
from .labels import Answer
from .recall import Outcome


def results_page(outcomes: Sequence[Outcome], findings: str, answers: Sequence[Answer]) -> str:
    """The whole page."""
    return f"""# Accuracy: results

asyncdb-lint {__version__} with default settings, on the repositories of `repositories.tsv`.
How it is measured: [README.md](README.md).

    python -m benchmarks.accuracy results CORPUS --repositories repositories.tsv --labels labels.tsv \\
        --exclusions exclusions.tsv --verdicts verdicts.tsv

## Broken code: what is found

{tables.recall_by_kind(outcomes)}

### By repository

{tables.recall_by_repository(outcomes)}

### Misses by cause

{tables.misses_by_cause(outcomes)}

## Sound code: what is reported

{findings}

## Labelled places

{tables.labelled(answers)}
"""
