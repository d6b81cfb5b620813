"""The commands: `python -m benchmarks.accuracy recall|sound|labels|changes|results`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from . import changes as versions
from . import tables
from .corpus import Repository, read_repositories
from .exclusions import read_exclusions
from .labels import judge, read_labels
from .mutators import MUTATORS
from .recall import Outcome, measure
from .report import results_page
from .verdicts import Seen, lint_sound, precision, read_verdicts, write_verdicts

_File = click.Path(dir_okay=False, path_type=Path)
_repositories = click.option(
    "--repositories", type=_File, help="Table with repo, commit, folder, group; default: every folder of CORPUS."
)
_exclusions = click.option(
    "--exclusions",
    type=_File,
    help="Table of receivers that are no database: repository, path, receiver, method, reason.",
)
_verdicts = click.option("--verdicts", type=_File, help="Table of verdicts on findings, made by `sound --update`.")
_labels = click.option(
    "--labels", "table", type=_File, required=True, help="Table with repo, path, line, kind, label, why."
)
_workers = click.option("--workers", default=2, show_default=True, help="Processes.")
_rounds = click.option(
    "--rounds",
    default=2,
    show_default=True,
    help="How many times each tree is linted for one kind of mutation, at least.",
)
_misses = click.option(
    "--misses", type=_File, help="Write every miss here, with its source line: keep it out of the repository."
)
_corpus = click.argument("corpus", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Measures the accuracy of asyncdb-lint on a folder of checked-out repositories."""


@main.command()
@_corpus
@_repositories
@_exclusions
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice([item.kind for item in MUTATORS]), help="Only these mutations."
)
@click.option("--only", multiple=True, help="Only these folders.")
@_rounds
@_workers
@_misses
def recall(
    corpus: Path,
    repositories: Path | None,
    exclusions: Path | None,
    kinds: tuple[str, ...],
    only: tuple[str, ...],
    rounds: int,
    workers: int,
    misses: Path | None,
) -> None:
    """Breaks sound code and counts what is found."""
    chosen = [item for item in read_repositories(repositories, corpus) if not only or item.root.name in only]
    outcomes = _recall(chosen, exclusions, kinds, rounds, workers)
    if misses is not None:
        write_misses(misses, outcomes)
    click.echo(tables.recall_by_kind(outcomes) + "\n")
    click.echo(tables.recall_by_repository(outcomes) + "\n")
    click.echo(tables.misses_by_cause(outcomes))


@main.command()
@_corpus
@_repositories
@_exclusions
@_verdicts
@click.option("--update", is_flag=True, help="Add new findings to the verdicts, to be judged.")
@click.option("--show", is_flag=True, help="Print every finding that nobody has judged.")
@_workers
def sound(
    corpus: Path,
    repositories: Path | None,
    exclusions: Path | None,
    verdicts: Path | None,
    update: bool,
    show: bool,
    workers: int,
) -> None:
    """Lints unbroken trees: findings per rule and their precision."""
    seen, sites, trees = _sound(read_repositories(repositories, corpus), exclusions, workers)
    known = read_verdicts(verdicts)
    if update:
        if verdicts is None:
            raise click.UsageError("--update needs --verdicts")
        click.echo(f"{write_verdicts(verdicts, seen, known)} findings wait for a verdict", err=True)
    if show:
        for item in seen:
            if item.key not in known or known[item.key].is_true is None:
                place = f"{corpus / item.key.repository / item.key.path}:{item.line}"
                click.echo(f"{place}: {item.key.rule} {item.message}\n    {item.shown}")
    click.echo(tables.findings(precision(seen, known), sites, trees))


@main.command()
@_corpus
@_repositories
@_labels
@_workers
def labels(corpus: Path, repositories: Path | None, table: Path, workers: int) -> None:
    """Compares findings with places that were read by hand."""
    seen, _, _ = _sound(read_repositories(repositories, corpus), None, workers)
    answers = judge(read_labels(table), seen)
    for item in answers:
        if item.says in ("missed", "alarmed"):
            place = f"{item.label.repository}/{item.label.path}:{item.label.line}"
            click.echo(f"{item.says} {place} {' '.join(item.codes or item.label.rules)} ({item.label.why})")
    click.echo(tables.labelled(answers))


@main.command()
@_corpus
@click.argument("old")
@click.argument("new", default=".")
@_repositories
@_workers
def changes(corpus: Path, old: str, new: str, repositories: Path | None, workers: int) -> None:
    """Shows what appeared and what vanished between two versions.

    OLD and NEW are Git revisions, `.` for the work tree (the default of NEW), or files made by
    `check --output-format json`.
    """
    trees = read_repositories(repositories, corpus.resolve())
    before = versions.findings_of(old, trees, workers=workers)
    after = versions.findings_of(new, trees, workers=workers)
    appeared, vanished = versions.compare(before, after)
    for sign, items in (("+", appeared), ("-", vanished)):
        for item in items:
            click.echo(f"{sign} {item.key.repository}/{item.key.path}:{item.line} {item.key.rule} {item.message}")
    click.echo(f"{len(appeared)} appeared, {len(vanished)} vanished, {len(after)} now", err=True)


@main.command()
@_corpus
@_repositories
@_exclusions
@_verdicts
@_labels
@_rounds
@_workers
@_misses
@click.option(
    "--unseen",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of repositories that nothing was tuned on; they get tables of their own.",
)
@click.option("--output", type=_File, default=Path(__file__).with_name("RESULTS.md"), help="Where the page goes.")
def results(
    corpus: Path,
    repositories: Path | None,
    exclusions: Path | None,
    verdicts: Path | None,
    table: Path,
    rounds: int,
    workers: int,
    misses: Path | None,
    unseen: tuple[Path, ...],
    output: Path,
) -> None:
    """Measures everything and writes RESULTS.md."""
    trees = read_repositories(repositories, corpus)
    seen, sites, count = _sound(trees, exclusions, workers)
    outcomes = _recall(trees, exclusions, (), rounds, workers)
    if misses is not None:
        write_misses(misses, outcomes)
    answers = judge(read_labels(table), seen)
    known = read_verdicts(verdicts)
    strangers = [tree for folder in unseen for tree in read_repositories(None, folder)]
    others = _recall(strangers, exclusions, (), rounds, workers)
    seen_there, sites_there, count_there = _sound(strangers, exclusions, workers)
    page = results_page(
        outcomes,
        tables.findings(precision(seen, known), sites, count),
        answers,
        others,
        tables.findings(precision(seen_there, known), sites_there, count_there),
    )
    output.write_text(page, encoding="utf-8")
    if misses is not None:
        write_misses(misses.with_name(f"unseen-{misses.name}"), others)


def _recall(
    trees: Sequence[Repository], exclusions: Path | None, kinds: Sequence[str], rounds: int, workers: int
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    done = measure(trees, kinds=kinds, exclusions=read_exclusions(exclusions), at_least=rounds, workers=workers)
    with click.progressbar(done, length=len(trees), label="breaking", file=sys.stderr) as bar:
        for _, found in bar:
            outcomes += found
    return sorted(outcomes, key=lambda item: (item.mutation.path, item.mutation.anchor, item.mutation.kind))


def _sound(trees: Sequence[Repository], exclusions: Path | None, workers: int) -> tuple[list[Seen], int, int]:
    seen: list[Seen] = []
    sites = 0
    done = lint_sound(trees, read_exclusions(exclusions), workers=workers)
    with click.progressbar(done, length=len(trees), label="linting", file=sys.stderr) as bar:
        for _, found, count in bar:
            seen += found
            sites += count
    return (
        sorted(seen, key=lambda item: (item.key.rule, item.key.repository, item.key.path, item.line)),
        sites,
        len(trees),
    )


def write_misses(target: Path, outcomes: Iterable[Outcome]) -> None:
    """Writes every miss as one line of JSON, for reading; it holds source lines of the repositories."""
    lines = [
        json.dumps(
            {
                "kind": item.mutation.kind,
                "rule": item.mutation.rule,
                "place": f"{item.repository.name}/{item.repository.relative(item.mutation.path)}:{item.mutation.line}",
                "source": item.mutation.shown,
                "cause": item.cause,
            },
            ensure_ascii=False,
        )
        for item in outcomes
        if not item.is_found
    ]
    target.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.accuracy")
