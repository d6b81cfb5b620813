"""What a run leaves out: known findings, and lines that have not changed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from asyncdb_lint.cli.shared import CannotRun, tell

if TYPE_CHECKING:
    from asyncdb_lint.cli.check_options import CheckOptions
    from asyncdb_lint.gate import Gate
    from asyncdb_lint.settings import Settings


def gate_of(
    files: dict[Path, Settings], paths: Sequence[Path], asked: CheckOptions, *, is_one_file: bool = False
) -> Gate | None:
    """What the run leaves out: what a baseline knows, and what stands on lines that have not changed."""
    if asked.since is None and asked.baseline is None and not any(settings.baseline for settings in files.values()):
        return None
    from asyncdb_lint.gate import Gate

    comparison = None
    if asked.since is not None:
        from asyncdb_lint.revisions import Comparison, RevisionError

        place = paths[0].absolute()
        folder = place if place.is_dir() else place.parent
        try:
            comparison = Comparison.with_revision(asked.since, folder)
        except RevisionError as error:
            raise CannotRun(f"--since: {error}") from error
        outside = [file for file in files if not comparison.is_inside(file)]
        if outside:
            others = f" and {len(outside) - 1} others" if outside[1:] else ""
            tell(f"warning: --since: {outside[0]}{others} left out: not part of the repository {comparison.top}")
    if asked.no_baseline:
        return Gate(files, comparison=comparison)
    baseline = asked.baseline and asked.baseline.absolute()
    return Gate.of(files, baseline=baseline, comparison=comparison, asked=() if is_one_file else paths)


def tell_about_known(gate: Gate | None, asked: CheckOptions) -> None:
    """Says on stderr what a baseline has kept back, and what is to be taken out of it."""
    if gate is None or asked.quiet:
        return
    from asyncdb_lint.report.lines import counted
    from asyncdb_lint.settings.looking import shown

    for compared in gate.compared:
        name = shown(compared.kept.path)
        if compared.known:
            tell(f"note: {counted(compared.known, 'known finding')} left out by {name}")
        if compared.gone:
            verb = "is" if compared.gone == 1 else "are"
            tell(
                f"note: {counted(compared.gone, 'known finding')} of {name} {verb} gone: "
                "take out with `asyncdb-lint baseline --update`"
            )
