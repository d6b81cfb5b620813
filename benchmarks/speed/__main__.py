"""The command: `python -m benchmarks.speed [CORPUS...]`."""

from __future__ import annotations

from pathlib import Path

import click

from .environments import PEERS, default_cache, linter, peer
from .imports import table_of_imports
from .report import results_page
from .sections import NEED_DATABASES, SECTIONS, Bench
from .tables import Line, table

_NAMES = (*SECTIONS, "imports")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("corpus", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", help=f"Parts to measure, with commas between them: {', '.join(_NAMES)}.  [default: all]")
@click.option("--rounds", default=5, show_default=True, type=click.IntRange(min=1), help="Runs of each command.")
@click.option("--timeout", default=600.0, show_default=True, help="Seconds after which a run is ended.")
@click.option(
    "--cache", type=click.Path(file_okay=False, path_type=Path), help="Where environments and trees are kept."
)
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="Write the results here, too.")
def main(
    corpus: tuple[Path, ...], only: str | None, rounds: int, timeout: float, cache: Path | None, write: Path | None
) -> None:
    """Measures the speed of asyncdb-lint; CORPUS are folders with one database-heavy repository in each folder."""
    chosen = [name.strip() for name in only.split(",")] if only else list(_NAMES)
    unknown = [name for name in chosen if name not in _NAMES]
    if unknown:
        raise click.UsageError(f"--only: no part {', '.join(unknown)}; there are {', '.join(_NAMES)}")
    databases = tuple(sorted(path.absolute() for folder in corpus for path in folder.iterdir() if path.is_dir()))
    lacking = sorted(NEED_DATABASES & set(chosen)) if not databases else []
    if lacking and only:
        raise click.UsageError(f"{', '.join(lacking)}: name a folder of database-heavy repositories")
    folder = (cache or default_cache()).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(folder, rounds, timeout, databases, lambda text: click.echo(text, err=True))
    lines: dict[str, list[Line]] = {}
    for name in chosen:
        if name in SECTIONS and name not in lacking:
            click.echo(name, err=True)
            lines[name] = SECTIONS[name](bench)
            click.echo(f"\n{table(lines[name])}\n")
    imports = ""
    if "imports" in chosen:
        imports = table_of_imports(bench.linter, bench.scratch("imports"), rounds)
        click.echo(imports)
    if write is not None:
        # Without where things lie on this machine.
        command = f"python -m benchmarks.speed CORPUS --only {','.join(chosen)} --rounds {rounds} --timeout {timeout:g}"
        write.write_text(
            results_page(lines, imports, _versions(folder), command=command, rounds=rounds), encoding="utf-8"
        )


def _versions(cache: Path) -> dict[str, str]:
    found = linter(cache).versions()
    for name in PEERS:
        if (cache / "environments" / name / "made").exists():
            found.update({key: value for key, value in peer(name, cache).versions().items() if key not in found})
    return found


if __name__ == "__main__":
    main()
