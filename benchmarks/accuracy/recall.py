"""Recall: break sound code where the pitfall is really made, lint, and count what is found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from asyncdb_lint.rules import all_rules
from asyncdb_lint.session import Session

from .causes import explain
from .corpus import Found, Repository, lint_repository
from .exclusions import Exclusion
from .mutation import Expected, Mutation, broken, rounds
from .mutators import MUTATORS, Mutator
from .sites import Project, read_project

# What can be broken in a repository that does not use `databases`.
_OF_OTHERS = ("forgotten-await-of-driver",)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One broken place, and whether its rule found it."""

    repository: Repository
    mutation: Mutation
    is_found: bool
    cause: str = ""
    """Why it was missed, as far as the linter's own records tell."""


def implemented(mutators: Sequence[Mutator] = MUTATORS) -> list[Mutator]:
    """The mutators whose rule exists."""
    codes = {rule.code for rule in all_rules()}
    return [mutator for mutator in mutators if mutator.rule in codes]


def measure(
    repositories: Sequence[Repository],
    *,
    kinds: Sequence[str] = (),
    exclusions: Sequence[Exclusion] = (),
    at_least: int = 2,
    workers: int = 2,
) -> Iterator[tuple[Repository, list[Outcome]]]:
    """Breaks every place of every repository once; yields each repository as it is done."""
    wanted = [item.kind for item in implemented() if not kinds or item.kind in kinds]
    if workers == 1:
        for repository in repositories:
            yield repository, measure_repository(repository, wanted, list(exclusions), at_least)
        return
    with ProcessPoolExecutor(workers) as pool:
        jobs = {
            pool.submit(measure_repository, item, wanted, list(exclusions), at_least): item for item in repositories
        }
        for job in as_completed(jobs):
            yield jobs[job], job.result()


def measure_repository(
    repository: Repository, kinds: Sequence[str], exclusions: list[Exclusion], at_least: int
) -> list[Outcome]:
    """Breaks every place of one repository once."""
    project = read_project(repository, exclusions)
    outcomes: list[Outcome] = []
    session = repository.session()
    for mutator in MUTATORS:
        if mutator.kind not in kinds or (repository.group == "other" and mutator.kind not in _OF_OTHERS):
            continue
        session.begin_round()
        for batch in rounds(mutator.make(project), at_least):
            outcomes += _lint_round(project, batch, session)
        session.end_round()
    return outcomes


def _lint_round(project: Project, batch: Sequence[Mutation], session: Session) -> Iterator[Outcome]:
    overrides: dict[Path, bytes] = {}
    expected: list[Expected] = []
    for path in {mutation.path for mutation in batch}:
        overrides[path], due = broken(project.sources[path], [item for item in batch if item.path == path])
        expected += due
    files = project.repository.files()
    found = lint_repository(files, session, overrides, {item.rule for item in batch})
    missed = [item for item in expected if not any(_answers(finding, item) for finding in found)]
    causes = dict(zip(map(id, missed), explain(files, overrides, missed) if missed else (), strict=True))
    for item in expected:
        yield Outcome(project.repository, item.mutation, id(item) not in causes, causes.get(id(item), ""))


def _answers(finding: Found, due: Expected) -> bool:
    """Whether a finding speaks of a broken place, itself or as one of its related places."""
    places = ((finding.path, finding.line), *finding.related)
    return finding.code == due.mutation.rule and any(
        path == due.mutation.path and due.first_line <= line <= due.last_line for path, line in places
    )
