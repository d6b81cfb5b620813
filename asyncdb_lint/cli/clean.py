"""`asyncdb-lint clean`: removes what earlier runs have kept."""

from __future__ import annotations

from pathlib import Path

import click

from asyncdb_lint.cli.shared import CLEAN, CannotRun, FolderPath


@click.command(epilog="\b\nExamples:\n  asyncdb-lint clean\n  asyncdb-lint clean --cache-dir .cache/asyncdb-lint")
@click.option(
    "--cache-dir",
    type=FolderPath(),
    help="The folder to clean.  [default: ASYNCDB_LINT_CACHE_DIR, or the user's folder for caches]",
)
def clean(cache_dir: Path | None) -> int:
    """Remove what earlier runs have found and kept; the next run finds it anew."""
    from asyncdb_lint.cache import Cache, default_folder
    from asyncdb_lint.report.lines import counted

    folder = cache_dir or default_folder()
    try:
        removed = Cache(folder).clean()
    except OSError as error:
        raise CannotRun(f"{error.filename}: cannot be removed: {error.strerror}") from error
    click.echo(f"Removed {counted(removed, 'file')} from {folder}")
    return CLEAN
