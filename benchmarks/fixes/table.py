"""The results as Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from asyncdb_lint import __version__

from .trial import ALL, Trial, totals

_HEAD = """\
| rule | repositories | offered | applied | given up | files changed | do not parse | change again | new findings |
|---|--:|--:|--:|--:|--:|--:|--:|--:|"""


def rows(trials: Sequence[Trial]) -> str:
    """One row for each rule, and one for all rules together."""
    lines = [_HEAD]
    for rule, own in totals(trials).items():
        numbers = (
            len(own),
            sum(trial.offered for trial in own),
            sum(trial.applied for trial in own),
            sum(len(trial.skipped) for trial in own),
            sum(trial.changed for trial in own),
            sum(len(trial.unparsable) for trial in own),
            sum(len(trial.unstable) for trial in own),
            sum(len(trial.new) for trial in own),
        )
        lines.append(f"| {'all together' if rule == ALL else rule} | {' | '.join(map(str, numbers))} |")
    return "\n".join(lines)


def results_page(trials: Sequence[Trial], repositories: int) -> str:
    """RESULTS.md, as one text."""
    names = sorted({trial.repository.replace("+", "/", 1) for trial in trials})
    return f"""# Fixes on real code: results

asyncdb-lint {__version__}, `--select ALL --fix --unsafe-fixes` on copies of {repositories} repositories;
{len(names)} of them have something to fix. How it is measured: [README.md](README.md).

{rows(trials)}

Whether the programs still work: [SUITES.md](SUITES.md).

Repositories with fixes: {", ".join(names)}.
"""
