"""The command: `python -m benchmarks.fixes CORPUS...`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click

from .table import results_page, rows
from .trial import Trial, trials


def _try(repository: Path, only: Sequence[str]) -> list[Trial]:
    with tempfile.TemporaryDirectory(prefix="asyncdb-lint-fixes-") as folder:
        return list(trials(repository, Path(folder).resolve() / repository.name, only))


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("corpora", nargs=-1, required=True, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--rule", "only", multiple=True, help="Only the fixes of this rule, and no run with all of them.")
@click.option("--only", "folders", multiple=True, help="Only these folders.")
@click.option("--workers", default=2, show_default=True, help="Processes.")
@click.option("--show", is_flag=True, help="Print what is not as it should be, with its place.")
@click.option("--write", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write the results page here.")
def main(
    corpora: tuple[Path, ...],
    only: tuple[str, ...],
    folders: tuple[str, ...],
    workers: int,
    show: bool,
    page: Path | None,
) -> None:
    """Applies all fixes, safe and unsafe, to copies of the repositories in CORPORA, and checks the results."""
    found = sorted(path for corpus in corpora for path in corpus.iterdir() if path.is_dir())
    repositories = [path for path in found if not folders or path.name in folders]
    with ProcessPoolExecutor(workers) as pool:
        results = [trial for each in pool.map(_try, repositories, [only] * len(repositories)) for trial in each]
    click.echo(rows(results))
    if show:
        for trial in results:
            for kind in ("skipped", "unparsable", "unstable", "new", "left"):
                for place in getattr(trial, kind):
                    click.echo(f"{trial.repository} {trial.rule} {kind}: {place}")
    if page:
        page.write_text(results_page(results, len(repositories)), encoding="utf-8")
    raise SystemExit(not all(trial.is_sound for trial in results))


if __name__ == "__main__":
    main()
