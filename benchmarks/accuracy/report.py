"""RESULTS.md, as one text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from asyncdb_lint import __version__

from . import tables
from .labels import Answer
from .recall import Outcome

# Told once, of repositories that were unknown then: nothing can measure it again.
_BLIND = Path(__file__).parent / "blind.md"


def results_page(
    outcomes: Sequence[Outcome],
    findings: str,
    answers: Sequence[Answer],
    outcomes_unseen: Sequence[Outcome] = (),
    findings_unseen: str = "",
) -> str:
    """The whole page; the unseen are repositories that nothing was tuned on."""
    page = f"""# Accuracy: results

asyncdb-lint {__version__} with default settings, on the repositories of `repositories.tsv`.
How it is measured: [README.md](README.md).

    python -m benchmarks.accuracy results CORPUS --repositories repositories.tsv --labels labels.tsv \\
        --exclusions exclusions.tsv --verdicts verdicts.tsv{" --unseen FOLDER ..." if outcomes_unseen else ""}

## Broken code: what is found

{tables.recall_by_kind(outcomes)}

### By repository

{tables.recall_by_repository(outcomes)}

### Misses by cause

Every cause has a case marked `# todo` on its rule's page:
[known missed alarms](../../rules/ADB101-unawaited-query.md#known-missed-alarms).

{tables.misses_by_cause(outcomes)}

## Sound code: what is reported

{findings}

## Labelled places

{tables.labelled(answers)}
"""
    if not outcomes_unseen:
        return page
    return f"""{page}
## Other repositories

They were fetched when the rules stood, and linted to see what does not hold there. What they showed has been mended
since, so these are no blind numbers.

### Broken code

{tables.recall_by_kind(outcomes_unseen)}

{tables.recall_by_repository(outcomes_unseen)}

{tables.misses_by_cause(outcomes_unseen)}

### Sound code

{findings_unseen}

{_BLIND.read_text(encoding="utf-8")}"""
